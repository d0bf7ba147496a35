"""Policies are edited with an eye on whom they page, and simulated without paging anybody (ONC-06, ONC-07, ONC-18, ALR-13)."""

import html
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from common import clock, crypto, errors
from journal.models import Entry
from notifications.channels.webhook import own_secret
from notifications.models import ChannelAccount, ContactMethod, Message, Page, PersonalRule, QuietHours
from oncall import simulation, snapshots
from oncall.actions import escalations, policies
from oncall.models import EscalationPolicy, EscalationStep, RoutingRule, Schedule
from services.models import Service

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)  # a Tuesday


def two_steps(schedule: Schedule, agent: User) -> list[dict[str, Any]]:
    return [{"target": "schedule", "schedule": schedule}, {"delay_minutes": 5, "target": "user", "user": agent}]


@pytest.fixture
def policy(team: Team, schedule: Schedule, agent: User) -> EscalationPolicy:
    """Who is on call at once, the agent after five minutes, once more after ten."""
    return policies.save(
        None, actor=None, values={"name": "Gateways first", "team": team, "repeat_count": 1, "repeat_after": 10}, steps=two_steps(schedule, agent)
    )


def test_a_lead_makes_and_changes_a_policy_and_the_journal_knows(lead: User, team: Team, schedule: Schedule, agent: User) -> None:
    made = policies.save(None, actor=lead, values={"name": "Gateways", "team": team}, steps=two_steps(schedule, agent))
    assert (made.slug, made.steps.count()) == ("gateways", 2)
    same = policies.save(made, actor=lead, values={"name": "Gateways"}, steps=two_steps(schedule, agent))
    assert same == made
    policies.save(made, actor=lead, values={"repeat_count": 3}, steps=two_steps(schedule, agent)[:1])
    assert (EscalationPolicy.objects.get().repeat_count, EscalationStep.objects.count()) == (3, 1)
    told = Entry.objects.filter(subject_type="escalation_policy").order_by("pk").values_list("event", "data__fields")
    assert list(told) == [("policy.created", None), ("policy.changed", "repeat_count, steps")]


WRONG: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "no step": ({}, [], "steps"),
    "no name": ({"name": " "}, [{"target": "team_members"}], "name"),
    "too many repeats": ({"repeat_count": 21}, [{"target": "team_members"}], "repeat_count"),
    "no target": ({}, [{"target": "nobody"}], "steps.0.target"),
    "no schedule": ({}, [{"target": "schedule_next"}], "steps.0.schedule"),
    "no address": ({}, [{"target": "webhook"}], "steps.0.url"),
    "a strange address": ({}, [{"target": "channel", "url": "javascript:alert(1)"}], "steps.0.url"),
    "priority 9": ({}, [{"target": "team_members", "priorities": [9]}], "steps.0.priorities"),
    "a month": ({}, [{"target": "team_members", "delay_minutes": 20_000}], "steps.0.delay_minutes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_named_at_its_field_and_nothing_is_written(name: str, lead: User, team: Team) -> None:
    values, steps, field = WRONG[name]
    rows = [{**step, **({"team": team} if step["target"] == "team_members" else {})} for step in steps]
    with pytest.raises(errors.Invalid) as refused:
        policies.save(None, actor=lead, values={"name": "New", "team": team, **values}, steps=rows)
    assert refused.value.field == field
    assert not EscalationPolicy.objects.exists()


def test_policies_do_not_call_each_other_in_a_circle(policy: EscalationPolicy, team: Team) -> None:
    second = policies.save(None, actor=None, values={"name": "Second", "team": team}, steps=[{"target": "policy", "next_policy": policy}])
    with pytest.raises(errors.Invalid) as refused:
        policies.save(policy, actor=None, values={}, steps=[{"target": "policy", "next_policy": second}])
    assert "circle" in refused.value.message


def test_who_does_not_lead_the_team_changes_nothing(policy: EscalationPolicy, agent: User, lead: User, other_team: Team) -> None:
    with pytest.raises(errors.Refused):
        policies.save(policy, actor=agent, values={"name": "Mine"}, steps=[])
    with pytest.raises(errors.Refused):
        policies.save(policy, actor=lead, values={"team": other_team}, steps=[])
    with pytest.raises(errors.Refused):
        policies.archive(policy, actor=agent)
    assert EscalationPolicy.objects.get().name == "Gateways first"


def test_a_policy_in_use_is_not_archived(policy: EscalationPolicy, service: Service, lead: User) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    with pytest.raises(errors.Conflict) as refused:
        policies.archive(policy, actor=lead)
    assert service.name in refused.value.message
    Service.objects.filter(pk=service.pk).update(escalation_policy=None)
    assert policies.archive(policy, actor=lead).archived_at is not None


# ---------------------------------------------------------------- simulation


def said(policy: EscalationPolicy, at: datetime, **facts: Any) -> list[tuple[int, int, list[str], str]]:
    lines = simulation.simulate(snapshots.of(policy), {"priority": 1, **facts}, at)
    return [(line.minute, line.round, [one.user.name for one in line.people], line.refusal) for line in lines]


def test_the_simulation_says_who_minute_by_minute_and_writes_nothing(policy: EscalationPolicy, lead: User, agent: User) -> None:
    assert said(policy, NIGHT) == [
        (0, 0, [lead.name], ""), (5, 0, [agent.name], ""), (15, 1, [lead.name], ""), (20, 1, [agent.name], ""),
    ]  # fmt: skip
    assert not Page.objects.exists() and not Message.objects.exists()


@pytest.mark.parametrize("at", [NIGHT, NIGHT - timedelta(days=30)], ids=["somebody is on call", "nobody is on call"])
def test_the_simulation_and_the_sweep_agree(at: datetime, policy: EscalationPolicy) -> None:
    expected = [(minute, people) for minute, _round, people, _why in said(policy, at) if people]
    with clock.shifted(at):
        escalations.start("alert", 7, policy, actor=None, facts={"title": "Down", "priority": 1})
    found = []
    for minute in range(30):
        with clock.shifted(at + timedelta(minutes=minute)):
            before = set(Page.objects.values_list("pk", flat=True))
            escalations.sweep()
            names = list(Page.objects.exclude(pk__in=before).order_by("user__name").values_list("user__name", flat=True))
            found += [(minute, names)] if names else []
    assert found == expected


def test_conditions_of_steps_are_told(policy: EscalationPolicy, agent: User, team: Team) -> None:
    user = {"target": "user", "user": agent}
    policy = policies.save(
        policy, actor=None, values={"repeat_count": 0},
        steps=[
            {**user, "priorities": [1, 2]}, {**user, "tiers": [4], "delay_minutes": 1}, {**user, "from_at": time(8), "until_at": time(18), "delay_minutes": 2},
            {**user, "above_alerts": 10, "delay_minutes": 3}, {"target": "webhook", "url": "https://example.com/hook", "delay_minutes": 4},
        ],
    )  # fmt: skip
    assert [why for _minute, _round, _people, why in said(policy, NIGHT, priority=3, tier=1)] == ["priority", "tier", "time", "volume", ""]
    assert [why for _minute, _round, _people, why in said(policy, NIGHT.replace(hour=12), tier=4, alerts={5: 11})] == ["", "", "", "", ""]


def test_another_policy_is_looked_into(policy: EscalationPolicy, team: Team, lead: User, agent: User) -> None:
    first = policies.save(
        None, actor=None, values={"name": "First", "team": team}, steps=[{"target": "policy", "next_policy": policy, "delay_minutes": 10}]
    )
    assert said(first, NIGHT)[:2] == [(10, 0, [lead.name], ""), (15, 0, [agent.name], "")]


def test_personal_rules_and_quiet_hours_stand_in_the_simulation(policy: EscalationPolicy, lead: User) -> None:
    """ONC-18: a low priority waits till the morning."""
    mail, phone = [
        ContactMethod.objects.create(user=lead, channel=channel, name=name, address=f"{name}@example.com", verified_at=NIGHT)
        for channel, name in (("email", "Mail"), ("sms", "Mobile"))
    ]
    for urgency in ("important", "default"):
        PersonalRule.objects.create(user=lead, event="page", urgency=urgency, delay_minutes=0, contact=mail)
        PersonalRule.objects.create(user=lead, event="page", urgency=urgency, delay_minutes=3, contact=phone)
    QuietHours.objects.create(user=lead, from_at=time(22), until_at=time(7))
    first = simulation.simulate(snapshots.of(policy), {"priority": 1}, NIGHT)[0]
    assert [(way.channel, way.name, (way.at - NIGHT).seconds // 60) for way in first.people[0].ways] == [("email", "Mail", 0), ("sms", "Mobile", 3)]
    quiet = simulation.simulate(snapshots.of(policy), {"priority": 4}, NIGHT)[0]
    assert [way.at > NIGHT + timedelta(hours=3) for way in quiet.people[0].ways] == [True, True]


# ---------------------------------------------------------------- screens, admin, API


def sent(team: Team, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The editor's form as a browser sends it."""
    data = {
        "name": "Night",
        "team": team.pk,
        "repeat_count": 0,
        "repeat_after": 10,
        "remind_after": 0,
        "unack_after": 0,
        "steps-TOTAL_FORMS": len(steps),
        "steps-INITIAL_FORMS": 0,
        **more,
    }
    for number, step in enumerate(steps):
        for name, value in {"delay_minutes": 0, "condition": "not_acked", "above_minutes": 5, **step}.items():
            data[f"steps-{number}-{name}"] = value
    return data


def test_the_editor_says_how_many_people_each_step_would_page(
    sign_in: Callable[[User], Client], lead: User, team: Team, schedule: Schedule, agent: User, resolver: User
) -> None:
    client = sign_in(lead)
    assert client.get("/oncall/policies/new/").status_code == 200
    form = sent(
        team, {"target": "team_members", "team": team.pk}, {"target": "schedule", "schedule": schedule.pk, "delay_minutes": 5}, {"target": "user"}
    )
    with clock.shifted(NIGHT):
        page = client.post("/oncall/policies/preview/", form).content.decode()
    assert "This step would page 3 people now" in page and "This step would page 1 person now" in page and "This step is not whole yet" in page
    assert agent.name in page and resolver.name in page
    more = client.post("/oncall/policies/preview/?add=1", form).content.decode()
    assert 'name="steps-TOTAL_FORMS" value="4"' in more and 'name="steps-3-delay_minutes" value="10"' in more
    assert not EscalationPolicy.objects.exists()


def test_the_editor_says_how_a_saved_webhook_is_signed(sign_in: Callable[[User], Client], lead: User, agent: User, team: Team) -> None:
    url = "https://hooks.example.com/pages"
    policies.save(None, actor=lead, values={"name": "Night", "team": team}, steps=[{"target": "webhook", "url": url}])
    client = sign_in(lead)
    assert own_secret(url) in html.unescape(client.get("/oncall/policies/night/").content.decode())
    assert own_secret(url) not in sign_in(agent).get("/oncall/policies/").content.decode()
    ChannelAccount.objects.create(channel="webhook", provider="webhook", secret_cipher=crypto.encrypt("theirs"))
    page = client.get("/oncall/policies/night/").content.decode()
    assert "the secret of the channel account" in page and own_secret(url) not in page


def test_the_editor_saves_and_names_what_is_wrong(sign_in: Callable[[User], Client], lead: User, agent: User, team: Team) -> None:
    client = sign_in(lead)
    wrong = client.post("/oncall/policies/new/", sent(team, {"target": "user"}))
    assert (wrong.status_code, "Say which one the step pages" in wrong.content.decode()) == (422, True)
    done = client.post("/oncall/policies/new/", sent(team, {"target": "user", "user": agent.pk, "priorities": [1, 2], "is_round_robin": "on"}))
    assert (done.status_code, done.headers["Location"]) == (302, "/oncall/policies/night/")
    step = EscalationStep.objects.get()
    assert (step.priorities, step.is_round_robin, step.user) == ([1, 2], True, agent)
    assert agent.name in client.get("/oncall/policies/night/").content.decode()
    assert "are signed" not in client.get("/oncall/policies/night/").content.decode()
    assert "Night" in client.get("/oncall/policies/").content.decode()
    assert sign_in(agent).get("/oncall/policies/night/").status_code == 403
    assert client.post("/oncall/policies/night/archive/").status_code == 204
    assert client.get("/oncall/policies/night/").status_code == 404


def test_two_who_change_a_policy_at_once_learn_of_each_other(sign_in: Callable[[User], Client], lead: User, agent: User, team: Team) -> None:
    """The second save does not silently put the first one away; said again, it does."""
    policies.save(None, actor=lead, values={"name": "Night", "team": team}, steps=[{"target": "user", "user": agent}])
    first, second = sign_in(lead), sign_in(lead)
    seen = first.get("/oncall/policies/night/").context["seen"]
    theirs = sent(team, {"target": "user", "user": lead.pk}, seen=seen)
    assert first.post("/oncall/policies/night/", theirs).status_code == 302
    mine = sent(team, {"target": "user", "user": agent.pk, "delay_minutes": 7}, seen=seen)
    refused = second.post("/oncall/policies/night/", mine)
    assert (refused.status_code, "Somebody changed this policy while you did" in refused.content.decode()) == (422, True)
    assert 'name="steps-0-delay_minutes" value="7"' in refused.content.decode()
    assert EscalationStep.objects.get().user == lead
    assert second.post("/oncall/policies/night/", {**mine, "seen": refused.context["seen"]}).status_code == 302
    assert (EscalationStep.objects.get().user, EscalationStep.objects.get().delay_minutes) == (agent, 7)


def test_the_service_page_simulates_by_its_policy_and_by_the_rules_of_its_team(
    sign_in: Callable[[User], Client], agent: User, lead: User, service: Service, team: Team, policy: EscalationPolicy
) -> None:
    client = sign_in(agent)
    url = f"/services/{service.slug}/simulation/"
    assert url in client.get(f"/services/{service.slug}/").content.decode()
    assert "Nobody: the service has no escalation policy" in client.get(url).content.decode()
    RoutingRule.objects.create(team=team, name="P1 only", priorities=[1], policy=policy)
    assert lead.name in client.get(f"{url}?priority=1&at=2026-11-24T02:00").content.decode()
    assert "Nobody: " in client.get(f"{url}?priority=3").content.decode()
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    assert agent.name in client.get(f"{url}?priority=3&at=nonsense").content.decode()


def test_the_admin_checks_as_the_editor_does(sign_in: Callable[[User], Client], admin: User, team: Team, policy: EscalationPolicy) -> None:
    client = sign_in(admin)
    form = {
        "name": "By hand", "slug": "by-hand", "team": team.pk, "repeat_count": 0, "repeat_after": 10, "remind_after": 0, "unack_after": 0,
        "steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0,
    }  # fmt: skip
    page = client.post("/admin/oncall/escalationpolicy/add/", form).content.decode()
    assert "A policy needs 1 to 50 steps" in page
    rule = {"team": team.pk, "position": 0, "name": "Odd", "time_zone": "Mars/Olympus", "policy": policy.pk}
    assert "Mars/Olympus" in client.post("/admin/oncall/routingrule/add/", rule).content.decode()
    assert EscalationPolicy.objects.count() == 1 and not RoutingRule.objects.exists()
    assert client.post("/admin/oncall/routingrule/add/", {**rule, "time_zone": "Europe/Oslo"}).status_code == 302
    assert RoutingRule.objects.count() == 1


def test_policies_over_rest(api: Callable[..., APIClient], lead: User, agent: User, team: Team, schedule: Schedule, service: Service) -> None:
    client = api(lead)
    body = {"name": "Gateways", "team": team.slug, "steps": [{"target": "schedule", "schedule": schedule.slug}]}
    made = client.post("/api/v1/escalation-policies/", body)
    assert (made.status_code, made.json()["slug"]) == (201, "gateways")
    assert client.post("/api/v1/escalation-policies/", {**body, "steps": [{"target": "user"}]}).status_code == 400
    body["steps"] = [{"target": "user", "user": agent.email}]
    assert client.put("/api/v1/escalation-policies/gateways/", body).json()["steps"][0]["user"] == agent.email
    assert api(agent).put("/api/v1/escalation-policies/gateways/", body).status_code == 403
    lines = api(agent).get("/api/v1/escalation-policies/gateways/simulate/?priority=2&at=2026-11-24T02:00:00Z").json()
    assert [(line["minute"], line["people"][0]["person"]) for line in lines] == [(0, agent.email)]
    rules = {"rules": [{"name": "All", "policy": "gateways"}]}
    assert client.put(f"/api/v1/routing-rules/{team.slug}/", rules).json()["rules"][0]["policy"] == "gateways"
    assert client.put(f"/api/v1/routing-rules/{team.slug}/", {"rules": [{"name": "Odd", "time_zone": "Mars/Olympus"}]}).status_code == 400
    assert api(agent).get(f"/api/v1/services/{service.slug}/simulate/?priority=1").json()[0]["people"][0]["person"] == agent.email
    assert api(agent).get(f"/api/v1/services/{service.slug}/simulate/?at=nonsense").status_code == 400
    assert client.post("/api/v1/escalation-policies/gateways/archive/").status_code == 409
