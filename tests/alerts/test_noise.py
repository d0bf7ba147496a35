"""The noise report: what is noise, what a policy would have made of it, and what people say (ALR-21)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from alerts import conditions, kinds, noise, noise_queries
from alerts.actions import integrations, lifecycle, opening, recovery
from alerts.actions import noise as actions
from alerts.folding import Step
from alerts.models import Alert, AlertRule, NoiseMark
from alerts.noise import Counted, Effect, Lived, Policy, Suggestion
from alerts.normal import CLOSE, OPEN, Event
from common import clock, errors
from journal.models import Entry
from notifications.models import Page

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def lived(over: float | None = None, acked: float | None = None, pages: int = 1, begin: float = 0, **more: Any) -> Lived:
    """An alert that began so many minutes after AT, and was over and acknowledged so many minutes later."""
    first = AT + begin * MINUTE
    ends = {"over_at": first + over * MINUTE if over is not None else None, "acknowledged_at": first + acked * MINUTE if acked is not None else None}
    return Lived({}, first, **ends, by_itself=over is not None, pages=pages, **more)  # type: ignore[arg-type]  # more is of several kinds


def delay(minutes: int) -> Policy:
    return Policy("delay", {"delay": {"minutes": minutes}})


MINUTE_OF_AT = int(AT.timestamp()) // 60
NIGHTLY = Policy("night", {"delay": {"until": "07:00", "zone": "UTC"}})


@pytest.mark.parametrize(
    ("policy", "past", "effect"),
    [
        (delay(5), [lived(3), lived(4, pages=2), lived(9), lived()], Effect(4, 2, 5, 3)),
        (delay(5), [lived(5)], Effect(1, 1, 1, 1)),
        (delay(5), [lived(30, acked=2), lived(60, acked=9)], Effect(2, 0, 2, 0, late=2, late_minutes=5)),
        (delay(5), [lived(3, acked=2)], Effect(1, 1, 1, 1, missed=1)),
        (Policy("suppress", {"suppress": True}), [lived(600), lived(), lived(9, acked=1, pages=0)], Effect(3, 3, 2, 2, missed=1)),
        (NIGHTLY, [lived(239), lived(241), lived(300, acked=250)], Effect(3, 1, 3, 1, late=1, late_minutes=240)),
        (Policy("dedup", {"dedup": {"count": 3}}), [lived(9), lived(9, count=2, beats=[1, 1], beats_at=MINUTE_OF_AT + 1)], Effect(2, 2, 2, 2)),
        (
            Policy("dedup", {"dedup": {"count": 3}}), [lived(9, acked=8, count=4, beats=[1, 0, 0, 3], beats_at=MINUTE_OF_AT + 3)],
            Effect(1, 0, 1, 0, late=1, late_minutes=3),
        ),
        (delay(5), [], Effect()),
    ],
)  # fmt: skip
def test_what_a_policy_would_have_done(policy: Policy, past: list[Lived], effect: Effect) -> None:
    assert noise.replay(policy, lambda _facts, _at: True, past) == effect


def test_alerts_that_a_policy_does_not_mean_count_and_are_not_held() -> None:
    assert noise.replay(delay(5), lambda _facts, at: at > AT, [lived(1), lived(1, begin=1)]) == Effect(2, 1, 2, 1)


def test_of_a_burst_only_the_first_would_page() -> None:
    past = [
        lived(begin=begin, sent=Alert(message="Disk full", first_occurred_at=AT + begin * MINUTE, number=begin, service_name="db"))
        for begin in (0, 10, 70, 131)
    ]
    grouped = Policy("group", {"fields": ["service"], "minutes": 60})
    assert noise.replay(grouped, lambda _facts, _at: True, past) == Effect(4, 2, 4, 2)


@pytest.mark.parametrize(
    ("counted", "is_noisy"),
    [
        (Counted(4, 4, 0, 4, 4), False), (Counted(5, 5, 0, 3, 0), True), (Counted(10, 5, 0, 4, 7), False), (Counted(10, 5, 0, 0, 8), True),
        (Counted(10, 5, 3, 0, 0), True), (Counted(1, 0, 0, 0, 0, {"itself": 1}), True), (Counted(), False),
    ],
)  # fmt: skip
def test_what_is_noisy(counted: Counted, is_noisy: bool) -> None:
    assert counted.is_noisy == is_noisy


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([(delay(2), Effect(10, 2, 10, 2)), (delay(5), Effect(10, 8, 10, 8)), (delay(30), Effect(10, 9, 10, 9))], "5"),
        ([(delay(5), Effect(10, 2, 10, 2))], ""),
        ([(delay(5), Effect(10, 5, 10, 5, missed=2))], ""),
        ([(delay(5), Effect(100, 80, 90, 70, late=3, late_minutes=5)), (Policy("suppress", {"suppress": True}), Effect(100, 100, 90, 90, missed=3))], "5"),
        ([(Policy("suppress", {"suppress": True}), Effect(10, 10, 10, 10)), (delay(5), Effect(10, 0, 10, 0))], "suppress"),
        ([(delay(5), Effect(10, 9, 0, 0))], "5"),
        ([(Policy("dedup", {"dedup": {"count": 3}}), Effect(10, 10, 10, 10))], ""),
        ([(Policy("dedup", {"dedup": {"count": 3}}), Effect(10, 9, 10, 9))], "dedup"),
    ],
)  # fmt: skip
def test_the_policy_that_takes_away_most_and_costs_least(offered: list[tuple[Policy, Effect]], chosen: str) -> None:
    best = noise.suggest(Suggestion(*one) for one in offered)
    found = "" if best is None else str(best.policy.does.get("delay", {}).get("minutes", best.policy.sort))
    assert found == chosen


@pytest.mark.parametrize(("priority", "longest", "sorts"), [(1, 5, {"delay", "group"}), (2, 15, {"delay", "group", "dedup"})])
def test_what_is_urgent_is_never_kept_quiet(priority: int, longest: int, sorts: set[str]) -> None:
    offered = noise.policies(Counted(10, 10, 10, 0, 10), priority, "UTC")
    assert {one.sort for one in offered} == sorts
    assert max(one.does["delay"]["minutes"] for one in offered if one.sort == "delay") == longest


@pytest.mark.parametrize(
    ("message", "details", "fitting", "other"),
    [
        ("Disk /var at 86 % on db-03", {}, "disk /var at 7 % on DB-11", "Disk /home at 86 % on db-03"),
        ("Backup (nightly) failed?", {}, "backup (nightly) failed?", "Backup nightly failed"),
        ("Host 10.0.0.1 gone", {"alertname": "HostDown"}, "anything", ""),
    ],
)
def test_the_conditions_of_a_kind_mean_that_kind(message: str, details: dict[str, str], fitting: str, other: str) -> None:
    facts = {"integration": "Tool", "service": "", "message": message, "details": details}
    compiled = conditions.compiled(conditions.check({"type": conditions.ALL, "conditions": kinds.lines_for(facts)}))
    assert compiled.fits(facts)
    assert compiled.fits({**facts, "message": fitting})
    assert not compiled.fits({**facts, "message": other, "details": {}})
    assert not compiled.fits({**facts, "integration": "Another"})


@pytest.fixture
def noisy(house: None, resolver: User) -> list[Alert]:
    """Eight alerts of one kind: seven over after three minutes, at 3 in the night with a page each, and one that somebody took."""
    tool = integrations.create(actor=None, name="Tool", adapter="generic", incident_from_priority=None)
    begin = clock.now().replace(hour=3, minute=0) - timedelta(days=10)
    for number in range(8):
        at = begin + timedelta(days=number)
        event = Event(OPEN, f"a{number}", f"Disk at {number} % on db-{number}", payload={}, priority="P3")
        with clock.shifted(at):
            opening.open_or_count([Step(event, tool.pk, 1, at, at)], {tool.pk: tool}, at)
        alert = Alert.objects.get(alias=f"a{number}")
        Page.objects.create(user=resolver, key=f"k{number}", subject_type="alert", subject_id=alert.pk, title="x", created_at=at)
        later = at + timedelta(minutes=3)
        with clock.shifted(later):
            if number == 7:
                lifecycle.acknowledge(alert, actor=resolver)
            else:
                recovery.close_recovered([Step(Event(CLOSE, f"a{number}", "x"), tool.pk, 1, later, later)], later)
    return list(Alert.objects.order_by("pk"))


def test_the_report_and_one_click_to_the_editor(
    sign_in: Callable[[User], Client], api: Callable[..., APIClient], noisy: list[Alert], admin: User, resolver: User, requester: User
) -> None:
    client = sign_in(admin)
    row = client.get("/alerts/noise/").context["report"].rows[0]
    assert row.counted == Counted(8, 8, 8, 7, 7)
    assert row.effect == "would have held 7 of 8 alerts and 7 of 8 pages; 1 alert that somebody acknowledged would have been late by 5 minutes"
    assert "7 of 8 pages" in client.get("/alerts/noise/?days=30&format=csv").content.decode()
    assert client.get("/alerts/noise/?days=7").context["report"].rows[0].counted.alerts < 8
    told = api(admin).get("/api/v1/noise/").json()["results"][0]
    assert (told["night_pages"], told["suggestion"]["effect"]["held"]) == (8, 7)
    assert api(admin).get("/api/v1/noise/?days=9").status_code == 400
    assert sign_in(requester).get("/alerts/noise/").status_code == 404
    assert api(requester).get("/api/v1/noise/").json()["results"] == []
    url = client.get("/alerts/noise/").context["rows"][0]["use_url"]
    form = client.get(url).context["form"]
    assert form.initial["delay_minutes"] == 5
    made = api(admin).post("/api/v1/alert-rules/", told["suggestion"]["rule"], format="json")
    assert made.status_code == 201 and AlertRule.objects.get().does == {"delay": {"minutes": 5}}
    assert sign_in(resolver).get("/alerts/noise/").context["rows"][0]["use_url"] == ""


@pytest.mark.parametrize(
    "given", ["{", "[]", '{"does": {"delay": {"minutes": 0}}}', '{"does": {"suppress": true}, "conditions": [{"field": "colour"}]}']
)
def test_a_wrong_proposal_is_refused(sign_in: Callable[[User], Client], admin: User, given: str) -> None:
    assert sign_in(admin).get("/alerts/rules/new/notification/", {"proposal": given}).status_code == 422


def test_one_person_calls_an_alert_noise_once_and_takes_it_back(
    sign_in: Callable[[User], Client], api: Callable[..., APIClient], noisy: list[Alert], agent: User, resolver: User, auditor: User
) -> None:
    alert, client = noisy[0], sign_in(agent)
    assert client.post(f"/alerts/{alert.number}/noise/", {"reason": "other"}).status_code == 422
    for _twice in range(2):
        assert client.post(f"/alerts/{alert.number}/noise/", {"reason": "itself"}).status_code == 204
    assert (
        api(resolver).post(f"/api/v1/alerts/{alert.number}/noise/", {"reason": "known", "text": "Move of rack 7"}, format="json").status_code == 200
    )
    with pytest.raises(errors.Refused):
        actions.call(alert, actor=auditor, reason="itself")
    assert Entry.objects.filter(event="alert.noise_called").count() == 2
    assert "Move of rack 7" in client.get(f"/alerts/{alert.number}/").content.decode()
    row = noise_queries.report(agent, 30, clock.now()).rows[0]
    assert row.counted.feedback == {"itself": 1, "known": 1}
    for _twice in range(2):
        assert client.post(f"/alerts/{alert.number}/not-noise/").status_code == 204
    assert list(NoiseMark.objects.values_list("user", flat=True)) == [resolver.pk]
    assert Entry.objects.filter(event="alert.noise_taken_back").count() == 1
