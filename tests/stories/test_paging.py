"""From an alert to a person who answers: routing, steps, acknowledging, closing, snoozing (ALR-13, ONC-06)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from accounts.models import Team, User
from alerts.actions import escalating, intake, integrations, lifecycle
from alerts.models import Alert, Integration
from common import clock
from journal import actions as journal
from journal.models import Delivery, Entry
from notifications.models import ContactMethod, Message, Page
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep, RoutingRule
from services.models import Service
from tickets.actions import lifecycle as tickets

pytestmark = pytest.mark.django_db

BEGAN = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture
def integration(house: None) -> Integration:
    """A Prometheus that opens no incidents."""
    made = integrations.create(actor=None, name="Prometheus", adapter="alertmanager")
    Integration.objects.filter(pk=made.pk).update(incident_from_priority=None)
    return made


@pytest.fixture
def policy(team: Team, agent: User, resolver: User) -> EscalationPolicy:
    """The agent at once, the resolver after five minutes."""
    made = EscalationPolicy.objects.create(slug="first", name="First line", team=team)
    for delay, user in ((0, agent), (5, resolver)):
        ContactMethod.objects.create(user=user, channel="email", name="Mail", address=f"pager-{user.pk}@example.com", verified_at=clock.now())
        EscalationStep.objects.create(policy=made, delay_minutes=delay, target=EscalationStep.USER, user=user)
    return made


def fire(integration: Integration, *, status: str = "firing", fingerprint: str = "aa11", severity: str = "critical") -> None:
    named = {"alertname": "High5xx", "severity": severity, "service": "payments-gateway"}
    ends = BEGAN + timedelta(hours=1) if status == "resolved" else datetime(1, 1, 1, tzinfo=UTC)
    alert = {
        "status": status, "labels": named, "annotations": {"summary": "5xx above 5 %"}, "startsAt": BEGAN.isoformat(), "endsAt": ends.isoformat(),
        "fingerprint": fingerprint,
    }  # fmt: skip
    with connection.cursor() as cursor:
        body = orjson.dumps({"version": "4", "status": status, "groupKey": "{}", "alerts": [alert]})
        cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, body])
    intake.process_inbox()


@contextmanager
def later(minutes: float) -> Iterator[None]:
    with clock.shifted(Escalation.objects.order_by("pk")[0].started_at + timedelta(minutes=minutes)):
        yield


def paged() -> list[str]:
    return [row.user.name for row in Page.objects.select_related("user").order_by("pk")]


def test_nobody_answers_then_somebody_does(integration: Integration, service: Service, policy: EscalationPolicy, agent: User, resolver: User) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    fire(integration)
    alert = Alert.objects.get()
    with later(0):
        assert escalations.sweep() == 1
    fire(integration)
    assert paged() == [agent.name]
    with later(5):
        escalations.sweep()
    assert paged() == [agent.name, resolver.name]
    with later(6):
        lifecycle.acknowledge(alert, actor=resolver)
    with later(60):
        escalations.sweep()
    assert paged() == [agent.name, resolver.name]
    assert set(Message.objects.values_list("state", "outcome")) == {(Message.WITHDRAWN, "acknowledged")}
    told = Entry.objects.filter(subject_type="alert", subject_id=alert.pk).order_by("pk").values_list("event", flat=True)
    assert list(told) == ["alert.opened", "escalation.started", "escalation.paged", "escalation.paged", "alert.acknowledged", "page.acknowledged"]


def test_a_recovery_stops_the_paging(integration: Integration, service: Service, policy: EscalationPolicy, agent: User) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    fire(integration)
    with later(0):
        escalations.sweep()
    fire(integration, status="resolved")
    assert (Escalation.objects.get().state, Page.objects.get().state, Message.objects.get().state) == ("stopped", "ended", "withdrawn")


def test_the_first_rule_that_fits_decides(integration: Integration, service: Service, policy: EscalationPolicy, team: Team) -> None:
    RoutingRule.objects.create(team=team, position=0, name="Low ones wait", priorities=[3, 4, 5])
    RoutingRule.objects.create(team=team, position=1, name="Payments", words=["5XX"], policy=policy)
    fire(integration, severity="info")
    assert not Escalation.objects.exists()
    fire(integration, fingerprint="bb22")
    run = Escalation.objects.get()
    assert (run.policy, run.team, run.facts["urgency"]) == (policy, team, "important")


def test_one_alert_of_an_incident_pages_until_somebody_starts(
    integration: Integration, service: Service, policy: EscalationPolicy, agent: User
) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    Integration.objects.filter(pk=integration.pk).update(incident_from_priority=1)
    fire(integration)
    first = Alert.objects.get()
    assert first.incident is not None
    second = Alert.objects.create(
        number=900, alias="second", message="Down too", priority=1, service=service, incident=first.incident, first_occurred_at=clock.now(),
        last_occurred_at=clock.now(),
    )  # fmt: skip
    assert escalating.begin([second], clock.now()) == 0
    assert list(Escalation.objects.values_list("subject_id", flat=True)) == [first.pk]
    tickets.transition(first.incident, "start", actor=agent)
    for delivery in Delivery.objects.filter(entry__event="ticket.transitioned"):
        journal.deliver(delivery)
    assert set(Alert.objects.values_list("status", flat=True)) == {Alert.ACKNOWLEDGED}
    assert Escalation.objects.get().state == Escalation.ACKNOWLEDGED


def test_a_snooze_waits_and_an_unacknowledged_alert_pages_again(
    integration: Integration, service: Service, policy: EscalationPolicy, agent: User
) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    fire(integration)
    alert = Alert.objects.get()
    with later(0):
        escalations.sweep()
        lifecycle.snooze(alert, actor=agent, until=clock.now() + timedelta(minutes=30))
    with later(20):
        assert (lifecycle.wake_snoozed(), escalations.sweep(), len(paged())) == (0, 0, 1)
    with later(30):
        assert lifecycle.wake_snoozed() == 1
        escalations.sweep()
    assert len(paged()) == 2
    with later(31):
        lifecycle.acknowledge(alert, actor=agent)
    with later(32):
        lifecycle.unacknowledge(alert, actor=agent)
        escalations.sweep()
    assert len(paged()) == 3


def test_a_storm_costs_few_queries(integration: Integration, service: Service, policy: EscalationPolicy, django_assert_max_num_queries: Any) -> None:
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
    alerts = [
        Alert(number=n, alias=f"a{n}", message="Down", priority=1, service=Service.objects.select_related("owner_team", "escalation_policy__team").get(pk=service.pk),
              first_occurred_at=clock.now(), last_occurred_at=clock.now())
        for n in range(100)
    ]  # fmt: skip
    Alert.objects.bulk_create(alerts)
    with django_assert_max_num_queries(13):
        assert escalating.begin(alerts, clock.now()) == 100
