"""Every verb of an alert through the screens and REST; the events by the minute; the groups of the list (ALR-03)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts import beats, queries
from alerts.actions import editing, escalating, opening
from alerts.folding import Step
from alerts.models import Alert
from alerts.normal import OPEN, Event
from common import clock, errors
from journal.models import Entry
from oncall.actions import policies
from oncall.models import Escalation
from services.models import Service

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]
AT = datetime(2026, 11, 22, 10, 0, 30, tzinfo=UTC)


def come(alias: str, at: datetime | None = None, count: int = 1) -> Alert:
    at = at or clock.now()
    opening.open_or_count([Step(Event(OPEN, alias, f"{alias} is down", priority="P3", payload={}), None, count, at, at)], {}, at)
    return Alert.objects.get(alias=alias)


@pytest.fixture
def alert(house: None) -> Alert:
    return come("db1")


def events_of(alert: Alert) -> list[str]:
    return list(Entry.objects.filter(subject_type="alert", subject_id=alert.pk).order_by("id").values_list("event", flat=True))


def test_what_an_alert_says_is_changed_in_one_dialog(sign_in: SignIn, agent: User, alert: Alert) -> None:
    client, url = sign_in(agent), f"/alerts/{alert.number}/change/"
    assert b"db1 is down" in client.get(url, headers=HTMX).content
    said = {"message": "Disk", "priority": "1", "tags": "a, b", "details": "host: db1\nnote: x: y", "description": "More"}
    assert client.post(url, {**said, "details": "no colon"}, headers=HTMX).status_code == 422
    assert client.post(url, {**said, "message": ""}, headers=HTMX).status_code == 422
    assert client.post(url, said, headers=HTMX).status_code == 204
    alert.refresh_from_db()
    assert (alert.message, alert.priority, alert.tags, alert.description) == ("Disk", 1, ["a", "b"], "More")
    assert alert.details == {"host": "db1", "note": "x: y"}
    before = len(events_of(alert))
    client.post(url, {**said, "tags": "b", "details": "host: db1"}, headers=HTMX)
    alert.refresh_from_db()
    assert (alert.tags, alert.details, len(events_of(alert)) - before) == (["b"], {"host": "db1"}, 2)


def test_a_detail_of_several_lines_stays_when_the_dialog_is_saved(sign_in: SignIn, agent: User, alert: Alert) -> None:
    editing.detail(alert, actor=None, details={"trace": "one\ntwo", "http://x": "3"})
    sign_in(agent).post(f"/alerts/{alert.number}/change/", {"message": "Disk", "priority": "3", "details": ""}, headers=HTMX)
    assert Alert.objects.get(pk=alert.pk).details == {"trace": "one\ntwo", "http://x": "3"}


def test_the_selected_ones_are_changed_snoozed_and_taken_together(sign_in: SignIn, agent: User, alert: Alert) -> None:
    client, other = sign_in(agent), come("db2")
    page = client.get(f"/alerts/{alert.number}/many/?also={alert.number}&also={other.number}", headers=HTMX).content.decode()
    assert "Change 2 alerts" in page
    told = {"priority": "2", "add": "seen", "note": "We know", "also": [alert.number, other.number]}
    assert client.post(f"/alerts/{alert.number}/many/", told, headers=HTMX).status_code == 204
    assert set(Alert.objects.values_list("priority", "tags__0")) == {(2, "seen")}
    assert Entry.objects.filter(event="alert.noted").count() == 2
    client.post(f"/alerts/{alert.number}/snooze/", {"hours": "4", "also": [other.number]}, headers=HTMX)
    assert set(Alert.objects.values_list("status", flat=True)) == {"snoozed"}
    client.post("/alerts/change/take/", {"key": [alert.number, other.number]}, headers=HTMX)
    assert set(Alert.objects.values_list("owner__email", flat=True)) == {agent.email}


def test_snoozing_until_an_instant_of_ones_own_zone(sign_in: SignIn, agent: User, alert: Alert) -> None:
    client, until = sign_in(agent), (clock.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    assert client.post(f"/alerts/{alert.number}/snooze/", {"hours": "4", "until": "2020-01-01T00:00"}, headers=HTMX).status_code == 422
    client.post(f"/alerts/{alert.number}/snooze/", {"hours": "4", "until": f"{until:%Y-%m-%dT%H:%M}"}, headers=HTMX)
    assert Alert.objects.get(pk=alert.pk).snoozed_until == until


def test_an_alert_is_written_by_hand(sign_in: SignIn, agent: User, service: Service, auditor: User) -> None:
    client = sign_in(agent)
    assert client.get("/alerts/create/", headers=HTMX).status_code == 200
    assert client.post("/alerts/create/", {"message": " ", "priority": "2"}, headers=HTMX).status_code == 422
    client.post("/alerts/create/", {"message": "Smoke in hall C", "priority": "2", "service": service.pk, "labels": "site, rtm"}, headers=HTMX)
    made = Alert.objects.get()
    assert (made.message, made.priority, made.service, made.tags, made.source) == ("Smoke in hall C", 2, service, ["site", "rtm"], agent.name)
    assert sign_in(auditor).post("/alerts/create/", {"message": "x", "priority": "2"}, headers=HTMX).status_code == 403


def test_responders_escalating_and_deleting(sign_in: SignIn, agent: User, lead: User, team: Team, alert: Alert) -> None:
    client, root = sign_in(agent), f"/alerts/{alert.number}/"
    assert client.post(f"{root}escalate/", headers=HTMX).status_code == 409
    steps: Sequence[dict[str, Any]] = [
        {"target": "user", "user": lead},
        {"target": "user", "user": agent, "delay_minutes": 10},
        {"target": "user", "user": lead, "delay_minutes": 25},
    ]
    policy = policies.save(None, actor=None, values={"name": "First us", "team": team}, steps=steps)
    assert client.post(f"{root}respond/", {"to": "escalationpolicy:0"}, headers=HTMX).status_code == 422
    assert client.post(f"{root}respond/", {"to": f"escalationpolicy:{policy.pk}"}, headers=HTMX).status_code == 204
    assert Alert.objects.get(pk=alert.pk).responders == [{"type": "escalation", "id": str(policy.pk), "name": "First us"}]
    run = Escalation.objects.get(subject_type=escalating.ALERT, subject_id=alert.pk)
    Escalation.objects.filter(pk=run.pk).update(step=1, next_step_at=run.round_started_at + timedelta(minutes=10))
    assert client.post(f"{root}escalate/", headers=HTMX).status_code == 204
    run.refresh_from_db()
    assert run.next_step_at is not None and run.next_step_at <= clock.now()
    assert run.round_started_at <= clock.now() - timedelta(minutes=9)
    page = client.get(root, headers=HTMX).content.decode()
    assert "First us" in page and "step 1 of 3" in page
    assert client.post(f"{root}delete/", headers=HTMX)["HX-Redirect"] == "/alerts/"
    assert not Alert.objects.exists() and Entry.objects.filter(event="alert.deleted").exists()


def test_every_verb_over_rest(api: Callable[..., APIClient], agent: User, service: Service, alert: Alert) -> None:
    client = api(agent)
    made = client.post("/api/v1/alerts/", {"message": "Smoke", "priority": 2, "service": service.slug, "tags": ["a"]}, format="json")
    assert (made.status_code, made.data["priority"], made.data["service"], made.data["tags"]) == (201, 2, service.slug, ["a"])
    root = f"/api/v1/alerts/{alert.number}/"
    verbs: list[tuple[str, dict[str, Any], str, Any]] = [
        ("tag", {"tags": ["a", "b"]}, "tags", ["a", "b"]), ("untag", {"tags": ["a"]}, "tags", ["b"]),
        ("details", {"details": {"x": "1", "y": "2"}}, "details", {"x": "1", "y": "2"}),
        ("undetail", {"names": ["x"]}, "details", {"y": "2"}), ("prioritise", {"priority": 1}, "priority", 1), ("message", {"message": "Other"}, "message", "Other"),
        ("description", {"description": "More"}, "description", "More"), ("take", {}, "owner", agent.email),
    ]  # fmt: skip
    for verb, body, field, value in verbs:
        answer = client.post(f"{root}{verb}/", body, format="json")
        assert (answer.status_code, answer.data[field]) == (200, value), verb
    for verb, body in (
        ("tag", {"tags": []}),
        ("prioritise", {"priority": 9}),
        ("details", {"details": {}}),
        ("respond", {"type": "team", "name": "nobody"}),
        ("tag", {"tag": ["x"]}),
    ):
        assert client.post(f"{root}{verb}/", body, format="json").status_code == 400, verb
    assert client.post(f"{root}escalate/").status_code == 409
    assert client.delete(root).status_code == 204
    assert client.get(root).status_code == 404


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ([(0, 1)], []),
        ([(0, 1), (0, 2)], [3]),
        ([(0, 1), (1, 5)], [1, 5]),
        ([(0, 1), (3, 2), (3, 1), (4, 1)], [1, 0, 0, 3, 1]),
        ([(0, 1), (2, 1), (1, 4)], [1, 0, 5]),  # what comes late counts for the newest minute
        ([(0, 1), (59, 2)], [1, *[0] * 58, 2]),
        ([(0, 1), (60, 2)], [2]),
        ([(0, 1), (30, 1), (70, 3)], [*[0] * 19, 1, *[0] * 39, 3]),  # the first one fell out of the hour
        ([(0, 3_000_000_000), (0, 1)], [1_000_000_000]),  # a cap, far away
        ([(0, 2), (0, 1)], [3]),
    ],
)
def test_events_are_counted_by_the_minute(house: None, came: list[tuple[int, int]], expected: list[int]) -> None:
    for minute, count in came:
        known = come("db1", AT + timedelta(minutes=minute), count)
    assert known.beats == expected


def test_bars_and_minutes() -> None:
    assert beats.bars([], 3) == [100]
    assert beats.bars([0, 1, 4], 5) == [0, 25, 100]
    assert beats.bars([0, 0], 0) == [0, 0]
    assert beats.minutes(AT, AT + timedelta(minutes=46, seconds=5)) == 47


def test_the_list_is_grouped_and_filtered(sign_in: SignIn, agent: User, team: Team, service: Service, alert: Alert) -> None:
    Alert.objects.filter(pk=alert.pk).update(service=service)
    other = come("web1")
    client = sign_in(agent)
    page = client.get("/alerts/?by=service").content.decode()
    assert service.name in page and "No service" in page
    assert "By hand" in client.get("/alerts/?by=source").content.decode()
    assert client.get("/alerts/?by=none").status_code == client.get("/alerts/?by=nonsense").status_code == 200
    found = client.get(f"/alerts/?team={team.slug}", headers=HTMX).content.decode()
    assert alert.message in found and other.message not in found
    Alert.objects.filter(pk=other.pk).update(team=team)
    assert other.message in client.get(f"/alerts/?team={team.slug}", headers=HTMX).content.decode()


def test_groups_stand_by_urgency_with_those_of_none_last() -> None:
    alerts = [Alert(number=n, alias=str(n), priority=priority, source=source) for n, (priority, source) in enumerate([(1, ""), (3, "b"), (2, "a")])]
    assert [group.title for group in queries.grouped(alerts, "source")] == ["a", "b", ""]
    assert [len(group.alerts) for group in queries.grouped(alerts, "none")] == [3]


def test_escalating_needs_the_right(auditor: User, alert: Alert) -> None:
    with pytest.raises(errors.Refused):
        editing.escalate(alert, actor=auditor)


def test_the_functions_of_minutes_agree_with_python(house: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT alerts_minute(%s)", [AT])
        assert cursor.fetchone()[0] == int(AT.timestamp()) // 60
