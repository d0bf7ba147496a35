"""Opening an incident."""

from datetime import timedelta

import pytest

from accounts.models import User
from common import clock, errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets.models import SlaClock, Ticket


def test_impact_from_tier_priority_from_matrix_team_from_service(agent: User, service: Service) -> None:
    incident = actions.create(actor=agent, summary="Gateway  returns\n502", service=service, urgency=2)
    assert (incident.summary, incident.impact, incident.is_impact_given, incident.priority) == ("Gateway returns 502", 1, False, 1)
    assert incident.team == service.owner_team
    assert incident.key.startswith("INC-")
    assert incident.is_open
    assert set(Entry.objects.filter(subject_type="ticket", subject_id=incident.pk).values_list("event", flat=True)) == {
        "incident.created",
        "sla.promised",
    }


def test_given_impact_wins_over_the_tier(agent: User, service: Service) -> None:
    incident = actions.create(actor=agent, summary="One user only", service=service, impact=4, urgency=3)
    assert (incident.impact, incident.is_impact_given, incident.priority) == (4, True, 5)


def test_clocks_start_with_the_goals_of_the_priority(agent: User, service: Service) -> None:
    incident = actions.create(actor=agent, summary="Down", service=service, urgency=1)
    clocks = {row.metric: row for row in SlaClock.objects.filter(ticket=incident)}
    assert clocks["first_response"].due_at == incident.created_at + timedelta(minutes=15)
    assert clocks["resolution"].due_at == incident.created_at + timedelta(hours=4)
    incident.refresh_from_db()
    assert incident.sla_due_at == clocks["resolution"].due_at


def test_requester_may_report_for_himself_only(requester: User, other_requester: User) -> None:
    own = actions.create(actor=requester, summary="My laptop", reporter=requester, urgency=3)
    assert own.organisation == requester.organisation
    with pytest.raises(errors.Refused):
        actions.create(actor=requester, summary="His laptop", reporter=other_requester, urgency=3)
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("extra", [{"impact": 1}, {"labels": ["vip"]}, {"is_restricted": True}])
def test_requester_does_not_triage(requester: User, extra: dict[str, object]) -> None:
    with pytest.raises(errors.Refused):
        actions.create(actor=requester, summary="My laptop", reporter=requester, urgency=3, **extra)  # type: ignore[arg-type]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("summary", ""), ("summary", "x" * 251), ("summary", "a\0b"), ("description", "\ud800"), ("impact", 9), ("urgency", 0), ("channel", "fax")],
)
def test_a_wrong_value_names_its_field(agent: User, field: str, wrong: object) -> None:
    values: dict[str, object] = {"summary": "Down", "urgency": 3, field: wrong}
    with pytest.raises(errors.Invalid) as refused:
        actions.create(actor=agent, **values)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Ticket.objects.exists()


def test_a_report_cannot_come_from_the_future(agent: User) -> None:
    with pytest.raises(errors.Invalid) as refused:
        actions.create(actor=agent, summary="Down", urgency=3, reported_at=clock.now() + timedelta(hours=1))
    assert refused.value.field == "reported_at"
