"""Rules at work: what becomes of alerts, and who may change rules."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Team, User
from alerts.actions import alert_rules, integrations, lifecycle, maintaining, opening, plans, silencing
from alerts.folding import Step
from alerts.models import Alert, AlertRule, Integration, LookupTable, Maintenance
from alerts.normal import OPEN, Event
from common import clock, errors
from incidents.models import Incident
from journal.models import Entry
from notifications.models import ContactMethod
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep, RoutingRule
from services.models import Service
from tickets.models import Comment


@pytest.fixture
def integration(house: None) -> Integration:
    """A tool whose P1 alerts open incidents."""
    return integrations.create(actor=None, name="Tool", adapter="generic")


@pytest.fixture
def policy(team: Team, resolver: User) -> EscalationPolicy:
    """Whoever is called for the team."""
    made = EscalationPolicy.objects.create(slug="p", name="P", team=team)
    EscalationStep.objects.create(policy=made, target="user", user=resolver)
    RoutingRule.objects.create(team=team, name="all", policy=made)
    return made


Fire = Callable[..., Alert]


@pytest.fixture
def fire(integration: Integration) -> Fire:
    """Lets the tool say something, once or again."""

    def put(alias: str = "a", *, times: int = 1, **columns: Any) -> Alert:
        at = clock.now()
        event = Event(
            OPEN,
            alias,
            columns.pop("message", "Disk full on db-01"),
            **{"payload": {}, "priority": "P3", "services": ("payments-gateway",), **columns},
        )
        opening.open_or_count([Step(event, integration.pk, times, at, at)], {integration.pk: integration}, at)
        return Alert.objects.get(alias=alias)

    return put


def lines(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"field": field, "operation": operation, "expectedValue": value} for field, operation, value in rows]


def rule(kind: str, does: dict[str, Any], *rows: tuple[str, str, str], team: Team | None = None, **values: Any) -> AlertRule:
    return alert_rules.add(actor=None, kind=kind, team=team, values={"name": kind, "does": does, "conditions": lines(*rows), **values})


def runs() -> int:
    return Escalation.objects.filter(ended_at=None).count()


def test_policies_rewrite_in_order_and_leave_their_lines(fire: Fire, service: Service, team: Team, small_service: Service) -> None:
    rule("policy", {"message": "[{{service}}] {{message}}", "tags_add": ["db", "p:{{priority}}"]}, ("message", "contains", "disk"), continues=True)
    rule("policy", {"priority": 2, "tags_remove": ["DB"]}, ("tags", "contains", "db"))
    rule("policy", {"priority": 5}, name="never asked")
    rule("policy", {"details": {"seen": "{{priority}}"}, "responders": [{"type": "team", "name": "Payments platform"}]}, team=team)
    rule("policy", {"priority": 5}, team=small_service.owner_team)
    alert = fire()
    assert (alert.message, alert.priority, alert.tags) == ("[Payments gateway] Disk full on db-01", 2, ["p:P3"])
    assert (alert.details, alert.responders[0]["name"]) == ({"seen": "P2"}, "Payments platform")
    assert [one["rule"] for one in alert.decisions] == ["policy", "policy", "policy"]


def test_rules_that_are_off_or_of_another_time_change_nothing(fire: Fire, service: Service) -> None:
    rule("policy", {"priority": 1}, is_enabled=False)
    day = (clock.now().weekday() + 3) % 7
    rule("policy", {"priority": 1}, times={"weekdays": [day]})
    assert (fire().priority, fire().decisions) == (3, [])


def test_suppressed_alerts_are_kept_with_their_reason_until_somebody_makes_them_loud(
    fire: Fire, service: Service, policy: Any, agent: User, auditor: User
) -> None:
    rule("policy", {"suppress": True}, name="Noise")
    alert = fire(priority="P1")
    assert (alert.silenced_until, runs(), Incident.objects.count()) == (Alert.FOREVER, 0, 0)
    assert alert.decisions[0]["rule"] == "Noise"
    silencing.hush(clock.now())
    with pytest.raises(errors.Refused):
        silencing.release(alert, actor=auditor)
    for _twice in range(2):
        silencing.release(alert, actor=agent)
    alert.refresh_from_db()
    assert (alert.silenced_until, Incident.objects.count(), Entry.objects.filter(event="alert.released").count()) == (None, 1, 1)


def test_a_delay_pages_when_it_ends(fire: Fire, service: Service, policy: Any) -> None:
    rule("notification", {"delay": {"minutes": 10}})
    start = clock.now()
    with clock.shifted(start):
        fire()
        assert runs() == 0
    with clock.shifted(start + timedelta(minutes=9)):
        assert (silencing.hush(clock.now()), runs()) == (0, 0)
    with clock.shifted(start + timedelta(minutes=11)):
        assert (silencing.hush(clock.now()), runs()) == (1, 1)


def test_pages_from_the_third_event_on(fire: Fire, service: Service, policy: Any) -> None:
    rule("notification", {"dedup": {"count": 3}})
    assert (fire().silenced_until, runs()) == (Alert.FOREVER, 0)
    assert (fire().silenced_until, runs()) == (Alert.FOREVER, 0)
    assert (fire().silenced_until, runs()) == (None, 1)


def test_pages_again_and_closes_as_the_policy_says(fire: Fire, service: Service, policy: Any) -> None:
    rule("notification", {"restart": {"minutes": 5, "times": 1}, "close_after": 60}, name="Nag")
    start = clock.now()
    with clock.shifted(start):
        fire()
    for minutes, expected in ((6, 2), (12, 2)):
        with clock.shifted(start + timedelta(minutes=minutes)):
            plans.run_due()
        assert (Escalation.objects.count(), runs()) == (expected, 1)
    with clock.shifted(start + timedelta(minutes=61)):
        plans.run_due()
    alert = Alert.objects.get()
    assert (alert.status, alert.closed_by, alert.closed_by_name, runs()) == ("closed", "rule", "Nag", 0)


def window(begin: datetime, *, minutes: int = 60, services: Any = (), team: Team | None = None, **values: Any) -> Maintenance:
    given = {"name": "Upgrade", "starts_at": begin, "ends_at": begin + timedelta(minutes=minutes), **values}
    return maintaining.plan(actor=None, team=team, values=given, services=services)


def test_maintenance_is_asked_when_an_alert_comes_and_when_it_pages(fire: Fire, service: Service, small_service: Service, policy: Any) -> None:
    """RELIABILITY A24."""
    start = clock.now()
    with clock.shifted(start):
        planned = window(start, services=[service])
        window(start, minutes=20, services=[small_service])
        fire(priority="P1")
        assert (runs(), Incident.objects.count()) == (0, 0)
        alert = Alert.objects.get()
        assert (alert.silenced_until, alert.decisions[0]["rule"]) == (planned.ends_at, "Upgrade")
    with clock.shifted(start + timedelta(minutes=61)):
        silencing.hush(clock.now())
    assert (runs(), Incident.objects.count()) == (1, 1)


def test_maintenance_that_begins_quietens_and_that_ends_early_lets_go(fire: Fire, service: Service, policy: Any, admin: User) -> None:
    fire()
    assert runs() == 1
    planned = window(clock.now() - timedelta(minutes=1), conditions=lines(("message", "contains", "disk")))
    assert Alert.objects.get().silenced_until == planned.ends_at
    maintaining.end(planned, actor=admin)
    assert Alert.objects.get().silenced_until is None
    with pytest.raises(errors.Conflict):
        maintaining.end(planned, actor=admin)


def test_what_comes_up_in_reviewed_maintenance_waits_for_a_person(fire: Fire, service: Service, policy: Any, agent: User) -> None:
    planned = window(clock.now() - timedelta(minutes=1), mode="review")
    fire()
    maintaining.end(planned, actor=None)
    alert = Alert.objects.get()
    assert (alert.silenced_until, runs()) == (Alert.FOREVER, 0)
    silencing.release(alert, actor=agent)
    assert runs() == 1


def test_the_log_tells_decisions_pages_and_answers_in_order(fire: Fire, service: Service, policy: Any, agent: User, resolver: User, api: Any) -> None:
    """ALR-23."""
    ContactMethod.objects.create(user=resolver, channel="email", name="Mail", address="d@example.com", verified_at=clock.now())
    rule("policy", {"tags_add": ["db"]}, name="Tag databases")
    alert = fire()
    escalations.sweep()
    lifecycle.acknowledge(alert, actor=agent)
    said = api(agent).get(f"/api/v1/alerts/{alert.number}/log/").json()
    kinds = [line["kind"] for line in reversed(said)]
    assert kinds[:2] == ["decision", "alert.opened"] and set(kinds) >= {"escalation.started", "escalation.paged", "message", "alert.acknowledged"}
    texts = {line["kind"]: line for line in said}
    assert texts["decision"]["text"] == "Alert policy “Tag databases”: adds the tags db"
    assert (texts["message"]["channel"], texts["alert.acknowledged"]["actor"]) == ("email", agent.email)
    assert texts["message"]["text"].startswith("email to Daniel Resolver: ")


def test_an_incident_rule_writes_the_incident(fire: Fire, service: Service, other_team: Team) -> None:
    does = {"summary": "{{service}}: {{message}}", "description": "From {{entity}}", "priority": 2, "impact": 3, "team": other_team.slug, "labels": ["edge"],
            "message": "We look into {{message}}."}  # fmt: skip
    rule("incident", does, ("priority", "greater-than", "P4"))
    fire(entity="db-01")
    made = Incident.objects.get()
    assert (made.summary, made.impact, made.urgency, made.team, made.labels) == ("Payments gateway: Disk full on db-01", 3, 2, other_team, ["edge"])
    assert made.description.startswith("From db-01\n\nALR-")
    assert [one.body for one in Comment.objects.filter(ticket=made.pk)] == ["We look into Disk full on db-01."]


@pytest.mark.parametrize(("does", "priority", "amount"), [({"none": True}, "P1", 0), (None, "P1", 1), (None, "P3", 0), ({"open": True}, "P3", 1)])
def test_which_alerts_open_incidents(fire: Fire, service: Service, does: dict[str, Any] | None, priority: str, amount: int) -> None:
    if does:
        rule("incident", does)
    fire(priority=priority)
    assert Incident.objects.count() == amount


def test_enrichment_comes_before_policies(fire: Fire, service: Service, admin: User) -> None:
    table = alert_rules.save_table(actor=admin, name="Hosts", text="host;service;priority;rack;tags\nDB-01;pay-gw;P2;R7;edge,db\n")
    rule("enrichment", {"field": "message", "pattern": r"on (?P<host>[a-z0-9-]+)"}, continues=True)
    rule("enrichment", {"field": "details.host", "table": table.pk}, continues=True)
    rule("enrichment", {"facts": True})
    rule("policy", {"message": "{{service}} {{details.rack}} {{details.service_owner}}"})
    alert = fire(services=())
    assert (alert.service, alert.priority, alert.tags, alert.message) == (service, 2, ["edge", "db"], "Payments gateway R7 Payments platform")
    assert alert.details["host"] == "db-01"
    with pytest.raises(errors.Conflict):
        alert_rules.remove_table(table, actor=admin)


@pytest.mark.parametrize("text", ["", "one\n1\n", "a,a\n1,2\n", "a,b\n", "a,b\n,2\n", "a,b\n1,2,3\n"])
def test_tables_that_are_refused(text: str, admin: User) -> None:
    with pytest.raises(errors.Invalid) as caught:
        alert_rules.save_table(actor=admin, name="T", text=text)
    assert caught.value.field == "file" and not LookupTable.objects.exists()


def test_stale_alerts_close_by_rule_and_come_back(fire: Fire, service: Service) -> None:
    start = clock.now()
    with clock.shifted(start):
        fire("old", starts_at=start)
        fire("other", message="Fan broken")
    rule("expiry", {"minutes": 60}, ("message", "contains", "disk"), name="Stale")
    with clock.shifted(start + timedelta(minutes=61)):
        assert (plans.expire(), plans.expire()) == (1, 0)
    assert (Alert.objects.get(alias="old").closed_by_name, Alert.objects.get(alias="other").status) == ("Stale", "open")


def test_who_may_change_rules(lead: User, agent: User, admin: User, team: Team, other_team: Team) -> None:
    does = {"does": {"priority": 1}}
    for actor, whose in ((lead, None), (lead, other_team), (agent, team)):
        with pytest.raises(errors.Refused):
            alert_rules.add(actor=actor, kind="policy", team=whose, values=does)
    assert not AlertRule.objects.exists()
    first = alert_rules.add(actor=lead, kind="policy", team=team, values=does)
    second = alert_rules.add(actor=admin, kind="policy", team=team, values=does)
    alert_rules.move(second, actor=lead, by=-1)
    alert_rules.change(first, actor=lead, values={"name": "Named", "does": {"priority": 1}})
    alert_rules.change(first, actor=lead, values={"name": "Named"})
    alert_rules.switch(first, actor=lead, is_enabled=False)
    for _twice in range(2):
        alert_rules.remove(second, actor=lead)
    assert [(one.name, one.position, one.is_enabled) for one in AlertRule.objects.all()] == [("Named", 1, False)]
    told = Entry.objects.filter(event__startswith="alert_rule.").order_by("pk").values_list("event", flat=True)
    assert list(told) == ["alert_rule.added"] * 2 + ["alert_rule.moved"] + ["alert_rule.changed"] * 2 + ["alert_rule.removed"]
    with pytest.raises(errors.Invalid) as caught:
        alert_rules.add(actor=lead, kind="incident", team=team, values={"does": {"service": "nowhere"}})
    assert caught.value.field == "does.service"


def test_a_rule_that_cannot_be_followed_costs_no_alert(fire: Fire, service: Service) -> None:
    broken = rule("policy", {"tags_add": ["x"]}, ("message", "contains", "disk"), continues=True)
    AlertRule.objects.filter(pk=broken.pk).update(does={"tags_add": [5]})
    rule("policy", {"priority": 2}, ("message", "contains", "disk"))
    alert = fire()
    assert (alert.status, alert.priority, alert.tags) == ("open", 2, [])
    assert [one["what"][:24] for one in alert.decisions if one["stage"] == "policy"][0] == "could not be followed: s"
