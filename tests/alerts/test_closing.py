"""What the end of alerts means for their incident, and the other way round (INC-18)."""

import pytest

from accounts.models import User
from alerts.actions import lifecycle
from alerts.models import Alert
from common import clock
from incidents import actions as incidents
from incidents.models import Incident
from journal import actions as journal
from services.models import Service
from tickets.actions import lifecycle as tickets
from tickets.models import Category, Comment, HoldReason, ResolutionCode, Ticket


@pytest.fixture
def incident(house: None, service: Service, agent: User) -> Incident:
    """In progress, with two open alerts."""
    made = incidents.create(actor=agent, summary="Payments fail", service=service, urgency=1)
    tickets.transition(made, "start", actor=agent)
    for alias in ("one", "two"):
        at = clock.now()
        Alert.objects.create(
            number=Alert.objects.count() + 1, alias=alias, message=alias, service=service, incident=made, first_occurred_at=at, last_occurred_at=at
        )
    return made


def close_all(agent: User) -> None:
    for alert in Alert.objects.order_by("pk"):
        lifecycle.close(alert, actor=agent)
        journal.deliver_due()


@pytest.mark.parametrize(
    ("rule", "status", "notes"),
    [
        (Service.NOTHING, "in-progress", 0),
        (Service.COMMENT, "in-progress", 1),
        (Service.MONITORING, "monitoring", 0),
        (Service.RESOLVE, "resolved", 0),
    ],
)
def test_what_the_service_says_follows_when_the_last_alert_closes(incident: Incident, agent: User, rule: str, status: str, notes: int) -> None:
    Service.objects.update(when_alerts_close=rule)
    first, last = Alert.objects.order_by("pk")
    lifecycle.close(first, actor=agent)
    journal.deliver_due()
    assert Ticket.objects.get().status.key == "in-progress"
    lifecycle.close(last, actor=agent)
    journal.deliver_due()
    assert Ticket.objects.get().status.key == status
    assert Comment.objects.filter(is_internal=True).count() == notes


def test_what_the_workflow_does_not_allow_is_left_undone_with_a_note(incident: Incident, agent: User, vendor: HoldReason) -> None:
    Service.objects.update(when_alerts_close=Service.MONITORING)
    tickets.hold(Ticket.objects.get(), actor=agent, hold_reason=vendor)
    close_all(agent)
    assert Ticket.objects.get().status.key == "pending"
    assert "cannot go to Monitoring now" in Comment.objects.get(is_internal=True).body


@pytest.mark.parametrize(("closes", "left"), [(True, 0), (False, 2)])
def test_an_incident_that_ends_closes_its_alerts_or_not(incident: Incident, agent: User, category: Category, closes: bool, left: int) -> None:
    Service.objects.update(closes_alerts=closes)
    tickets.resolve(Ticket.objects.get(), actor=agent, resolution=ResolutionCode.objects.all()[0], category=category)
    journal.deliver_due()
    assert Alert.objects.exclude(status=Alert.CLOSED).count() == left
