"""Changing fields, and what follows from it."""

from datetime import timedelta

import pytest

from accounts.models import User
from common import clock, errors
from fields.models import Definition
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets.actions import editing
from tickets.models import SlaClock, Ticket


def test_urgency_gives_priority_and_the_clocks_new_targets(agent: User, incident: Incident) -> None:
    editing.edit(incident, actor=agent, urgency=3)
    ticket = Ticket.objects.get(pk=incident.pk)
    assert ticket.priority == 2
    assert SlaClock.objects.get(ticket=incident, metric="resolution").due_at == incident.created_at + timedelta(hours=8)
    assert Entry.objects.get(subject_id=incident.pk, event="ticket.priority_changed").sentence == "Priority went from P1 to P2"


def test_retargeting_keeps_the_time_already_used(agent: User, incident: Incident) -> None:
    with clock.shifted(incident.created_at + timedelta(hours=3)):
        editing.edit(incident, actor=agent, urgency=3)
    assert SlaClock.objects.get(ticket=incident, metric="resolution").due_at == incident.created_at + timedelta(hours=8)


def test_service_moves_the_impact_only_when_nobody_gave_one(agent: User, small_service: Service, incident: Incident) -> None:
    assert editing.edit(incident, actor=agent, service=small_service).impact == 4
    assert editing.edit(incident, actor=agent, impact=2).impact == 2
    assert editing.edit(incident, actor=agent, service=None).impact == 2
    assert editing.edit(incident, actor=agent, service=small_service, impact=None).impact == 4


def test_the_same_value_changes_nothing(agent: User, incident: Incident) -> None:
    editing.edit(incident, actor=agent, summary=incident.summary, urgency=1)
    assert Ticket.objects.get(pk=incident.pk).version == 1
    assert not Entry.objects.filter(subject_id=incident.pk, event="ticket.edited").exists()


def test_a_collaborator_does_not_edit(collaborator: User, incident: Incident) -> None:
    with pytest.raises(errors.Refused):
        editing.edit(incident, actor=collaborator, summary="x")
    assert Ticket.objects.get(pk=incident.pk).summary == incident.summary


@pytest.mark.parametrize(
    ("definition", "value", "stored"),
    [
        ({"field_type": "number"}, 7, 7),
        ({"field_type": "choice", "options": ["a", "b"]}, "b", "b"),
        ({"field_type": "date"}, "2026-02-28", "2026-02-28"),
        ({"field_type": "checkbox"}, False, False),
        ({"field_type": "url"}, "https://example.com", "https://example.com"),
    ],
)
def test_custom_fields_are_typed(agent: User, incident: Incident, definition: dict[str, object], value: object, stored: object) -> None:
    Definition.objects.create(applies_to="incident", key="extra", label="Extra", **definition)
    assert editing.edit(incident, actor=agent, custom={"extra": value}).custom == {"extra": stored}


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "7"), ("choice", "z"), ("date", "2026-02-30"), ("url", "javascript:alert(1)"), ("checkbox", 1)]
)
def test_a_wrong_custom_value_names_the_field(agent: User, incident: Incident, kind: str, value: object) -> None:
    Definition.objects.create(applies_to="incident", key="extra", label="Extra", field_type=kind, options=["a"])
    with pytest.raises(errors.Invalid) as refused:
        editing.edit(incident, actor=agent, custom={"extra": value})
    assert refused.value.field == "custom.extra"


def test_the_timeline_says_from_what_to_what(agent: User, small_service: Service, incident: Incident) -> None:
    editing.edit(incident, actor=agent, urgency=3, service=small_service)
    said = Entry.objects.get(subject_id=incident.pk, event="ticket.edited").sentence
    assert f"service from {incident.service} to {small_service}" in said
    assert "urgency from Critical to Medium" in said
    editing.edit(incident, actor=agent, summary="Shorter", description="Long words are named only")
    last = Entry.objects.filter(subject_id=incident.pk, event="ticket.edited").latest("id").sentence
    assert last.endswith("changed description, summary from “Gateway returns 502” to “Shorter”")
