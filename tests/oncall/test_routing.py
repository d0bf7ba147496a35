"""The routing rules of a team: ordered by its leads, in plain words, and tried before they count (ALR-13)."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import Team, User
from common import clock, errors
from journal.models import Entry
from oncall import routing
from oncall.actions import policies, rules
from oncall.models import EscalationPolicy, RoutingRule, Schedule
from tests.oncall.conftest import NOON

SignIn = Callable[[User], Client]
HOURS = {"weekdays": [0, 1, 2, 3, 4], "from_at": time(9), "until_at": time(18), "time_zone": "Europe/Oslo"}


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


@pytest.fixture
def policy(team: Team, schedule: Schedule) -> EscalationPolicy:
    return policies.save(None, actor=None, values={"name": "Gateways first", "team": team}, steps=[{"target": "schedule", "schedule": schedule}])


def order(team: Team) -> list[str]:
    return [row.name for row in routing.rules_of([team.pk]).get(team.pk, [])]


def add(team: Team, actor: User | None, name: str, **values: Any) -> RoutingRule:
    return rules.add(team, actor=actor, values={"name": name, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"priorities": [1, 2], **HOURS}, "P1 or P2, on weekdays 09:00–18:00 (Europe/Oslo)"), ({}, ""),
        ({"weekdays": [5, 6]}, "at weekends (UTC)"), ({"weekdays": [0, 2]}, "on Mon, Wed (UTC)"), ({"from_at": time(22), "until_at": time(6)}, "22:00–06:00 (UTC)"),
        ({"until_at": time(6)}, "00:00–06:00 (UTC)"), ({"priorities": [1, 2, 3], "tiers": [1]}, "P1, P2 or P3, T1"),
        ({"words": ["disk", "5xx"], "tags": ["db"]}, "with “disk” or “5xx” in the text, tagged db"),
    ],
)  # fmt: skip
def test_a_rule_in_plain_words(values: dict[str, Any], words: str) -> None:
    assert routing.words(RoutingRule(**values)) == words


def test_rules_are_added_moved_changed_and_removed_and_the_first_that_fits_decides(
    team: Team, lead: User, policy: EscalationPolicy, schedule: Schedule
) -> None:
    first, second, third = add(team, lead, "A", priorities=[1], policy=policy), add(team, lead, "B", schedule=schedule), add(team, lead, "C")
    assert routing.route(team.pk, {"priority": 1}, NOON) == policy and routing.route(team.pk, {"priority": 2}, NOON) == schedule
    rules.move(third, actor=lead, by=-1)
    assert order(team) == ["A", "C", "B"] and routing.route(team.pk, {"priority": 2}, NOON) is None
    rules.move(first, actor=lead, by=-1)
    rules.move(second, actor=lead, by=1)
    assert order(team) == ["A", "C", "B"]
    rules.change(first, actor=lead, values={"priorities": [1, 2]})
    assert routing.route(team.pk, {"priority": 2}, NOON) == policy
    rules.change(first, actor=lead, values={"priorities": [1, 2]})
    for _twice in range(2):
        rules.remove(third, actor=lead)
    assert order(team) == ["A", "B"]
    assert Entry.objects.filter(event="routing.changed").count() == 6


def test_only_leads_of_the_team_change_its_rules(team: Team, other_team: Team, lead: User, agent: User) -> None:
    rule = add(team, None, "A")
    foreign = add(other_team, None, "Theirs")
    for act in (
        lambda: add(team, agent, "B"), lambda: add(other_team, lead, "B"), lambda: rules.change(rule, actor=agent, values={"name": "B"}),
        lambda: rules.move(rule, actor=agent, by=1), lambda: rules.remove(foreign, actor=lead),
    ):  # fmt: skip
        with pytest.raises(errors.Refused):
            act()
    assert order(team) == ["A"] and order(other_team) == ["Theirs"]


@pytest.mark.parametrize(
    ("field", "values"),
    [("time_zone", {"time_zone": "Mars/X"}), ("weekdays", {"weekdays": [7]}), ("priorities", {"priorities": [9]}), ("name", {"name": ""})],
)
def test_what_cannot_be_is_named_at_its_field(team: Team, lead: User, field: str, values: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        add(team, lead, **{"name": "A", **values})
    assert refused.value.field == field and not RoutingRule.objects.exists()


def test_a_team_has_at_most_a_hundred_rules(team: Team, lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST", 1)
    add(team, lead, "A")
    with pytest.raises(errors.Invalid, match="at most 1"):
        add(team, lead, "B")


def test_a_lead_makes_orders_and_removes_rules_on_the_screen(team: Team, lead: User, policy: EscalationPolicy, sign_in: SignIn) -> None:
    client = sign_in(lead)
    assert "Everything</b> → nobody is paged by itself" in client.get("/oncall/routing/").content.decode()
    assert "Gateways first" in client.get("/oncall/routing/payments/add/").content.decode()
    sent = {
        "priorities": [1, 2],
        "weekdays": [0, 1, 2, 3, 4],
        "from_at": "09:00",
        "until_at": "18:00",
        "time_zone": "Europe/Oslo",
        "target": f"p{policy.pk}",
    }
    assert client.post("/oncall/routing/payments/add/", sent).status_code == 204
    assert client.post("/oncall/routing/payments/add/", {"time_zone": "UTC", "words": "disk, , 5xx", "name": "Later"}).status_code == 204
    first, second = RoutingRule.objects.order_by("position")
    assert (first.name, first.policy, second.words, second.policy) == (
        "P1 or P2, on weekdays 09:00–18:00 (Europe/Oslo)",
        policy,
        ["disk", "5xx"],
        None,
    )
    page = client.get("/oncall/routing/?team=payments").content.decode()
    assert "<b>P1 or P2, on weekdays 09:00–18:00 (Europe/Oslo)</b> → escalation <b>Gateways first</b>" in page
    assert "Everything else</b> → nobody" in page
    assert client.post(f"/oncall/routing/rules/{second.pk}/up/").status_code == 204 and order(team)[0] == "Later"
    opened = client.get(f"/oncall/routing/rules/{second.pk}/").content.decode()
    assert 'value="disk, 5xx"' in opened
    wrong = client.post(f"/oncall/routing/rules/{second.pk}/", {"time_zone": "Mars/X"})
    assert wrong.status_code == 422 and "form-error" in wrong.content.decode()
    assert client.post(f"/oncall/routing/rules/{second.pk}/", {"time_zone": "UTC", "target": f"p{policy.pk}"}).status_code == 204
    second.refresh_from_db()
    assert (second.name, second.words, second.policy) == ("Everything", [], policy)
    assert client.post(f"/oncall/routing/rules/{second.pk}/remove/").status_code == 204 and len(order(team)) == 1
    assert client.post(f"/oncall/routing/rules/{first.pk}/sideways/").status_code == 404


def test_trying_says_which_rule_decides_and_why_the_earlier_ones_do_not(team: Team, agent: User, policy: EscalationPolicy, sign_in: SignIn) -> None:
    User.objects.filter(pk=agent.pk).update(time_zone="Europe/Oslo")
    add(team, None, "Coffee", words=["coffee"])
    add(team, None, "Days", policy=policy, **HOURS)
    add(team, None, "P1 at night", priorities=[1], policy=policy)
    client = sign_in(agent)

    def tried(query: str) -> str:
        return client.get(f"/oncall/routing/?team=payments&part=tried&{query}").content.decode()

    now = tried("")
    assert "Coffee: without any of the words" in now and "<b>Days</b> fits → <b>Gateways first</b>" in now
    night = tried("at=2026-11-24T22:00&priority=1")
    assert "Days: not at this time" in night and "<b>P1 at night</b> fits" in night
    assert "No rule fits" in tried("at=2026-11-28T12:00&priority=3") and "Days: not on this weekday" in tried("at=2026-11-28T12:00")
    assert "<b>Coffee</b> fits → <b>no one is paged</b>" in tried("text=Coffee+machine")
    wrong = client.get("/oncall/routing/?team=payments&part=tried&at=never")
    assert wrong.status_code == 422 and "form-error" in wrong.content.decode()
    assert "New rule" not in client.get("/oncall/routing/").content.decode()


def test_another_team_is_another_page(team: Team, agent: User, sign_in: SignIn) -> None:
    client, asked = sign_in(agent), f"/oncall/routing/?team={team.slug}&part=team"
    page = f"/oncall/routing/?team={team.slug}"
    assert client.get(asked, headers={"HX-Request": "true"})["HX-Redirect"] == page
    assert client.get(asked)["Location"] == page
