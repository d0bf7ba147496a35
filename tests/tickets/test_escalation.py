"""Functional escalation with hand-over fields, each hop timed and counted (INC-08, INC-09); counters (INC-30)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from common import clock, errors
from incidents import actions
from incidents.models import Incident
from services.models import Service
from tickets import queries, stays
from tickets.actions import editing, escalation, lifecycle
from tickets.models import Category, Comment, Handover, ResolutionCode, Ticket

HTMX = {"HX-Request": "true"}
FACTS = {"symptom": "502 for two of three", "tried": "Restarted the pool", "evidence": "log line 4711"}


def test_a_hop_is_timed_counted_and_noted(agent: User, team: Team, other_team: Team, incident: Incident) -> None:
    editing.assign(incident, actor=agent, assignee=agent)
    with clock.shifted(incident.created_at + timedelta(minutes=25)):
        ticket = escalation.escalate(incident, actor=agent, to_team=other_team, level=2, **FACTS)
    assert (ticket.team, ticket.owner_team, ticket.support_level, ticket.assignee) == (other_team, team, 2, None)
    with clock.shifted(incident.created_at + timedelta(minutes=35)):
        escalation.escalate(incident, actor=agent, to_team=team, level=3, **FACTS)
    assert list(Handover.objects.values_list("from_level", "to_level", "held_seconds")) == [(1, 2, 1500), (2, 3, 600)]
    stored = Ticket.objects.get()
    assert (stored.escalation_count, stored.reassignment_count, stored.comment_count) == (2, 2, 2)
    note = Comment.objects.order_by("id").first()
    assert note is not None and note.is_internal and note.author == agent
    assert all(text in note.body for text in (*FACTS.values(), "L1", "L2", "Warehouse systems"))


def test_the_hand_over_stays_internal(agent: User, requester: User, other_team: Team, incident: Incident) -> None:
    escalation.escalate(incident, actor=agent, to_team=other_team, level=2, **FACTS)
    assert list(queries.comments_for(requester, incident)) == []
    assert "ticket.escalated" not in [entry.event for entry in queries.timeline(requester, incident)]


@pytest.mark.parametrize("missing", ["symptom", "tried", "evidence"])
def test_each_hand_over_field_is_required(agent: User, other_team: Team, incident: Incident, missing: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        escalation.escalate(incident, actor=agent, to_team=other_team, level=2, **{**FACTS, missing: "  "})
    assert refused.value.field == missing
    assert (Handover.objects.count(), Comment.objects.count(), Ticket.objects.get().support_level) == (0, 0, 1)


def test_the_same_place_again_changes_nothing(agent: User, other_team: Team, incident: Incident) -> None:
    for _attempt in range(2):
        escalation.escalate(incident, actor=agent, to_team=other_team, level=2, **FACTS)
    assert (Handover.objects.count(), Ticket.objects.get().escalation_count) == (1, 1)


def test_who_may_not(auditor: User, agent: User, other_team: Team, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    with pytest.raises(errors.Refused):
        escalation.escalate(incident, actor=auditor, to_team=other_team, level=2, **FACTS)
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    with pytest.raises(errors.Refused, match="Reopen"):
        escalation.escalate(incident, actor=agent, to_team=other_team, level=2, **FACTS)
    assert not Handover.objects.exists()


def test_reassignments_count_from_the_second_hand(agent: User, resolver: User, other_team: Team, incident: Incident) -> None:
    def counted() -> int:
        return Ticket.objects.get().reassignment_count

    editing.assign(incident, actor=agent, assignee=agent)
    assert counted() == 0
    editing.assign(incident, actor=agent, assignee=resolver)
    assert counted() == 1
    editing.assign(incident, actor=agent, assignee=None)
    assert counted() == 1
    editing.assign(incident, actor=agent, team=other_team)
    assert counted() == 2


def test_reopening_counts(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    for _turn in range(2):
        lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
        lifecycle.reopen(incident, actor=agent)
    assert Ticket.objects.get().reopen_count == 2


def test_time_per_status_and_team(agent: User, team: Team, other_team: Team, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    def after(minutes: int) -> Any:
        return clock.shifted(incident.created_at + timedelta(minutes=minutes))

    with after(10):
        lifecycle.transition(incident, "start", actor=agent)
    with after(30):
        editing.assign(incident, actor=agent, team=other_team)
    with after(40):
        escalation.escalate(incident, actor=agent, to_team=team, level=2, **FACTS)
    with after(60):
        lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    with after(70):
        lifecycle.close(incident, actor=agent)
    ticket, late = Ticket.objects.get(), incident.created_at + timedelta(days=9)
    assert stays.per_status(ticket, late) == [("New", 600), ("In progress", 3000), ("Resolved", 600), ("Closed", 0)]
    assert stays.per_team(ticket, late) == [("Payments platform", 30 * 60 + 20 * 60), ("Warehouse systems", 600)]


def test_a_team_that_the_service_gave_counts_from_then(agent: User, service: Service, late_incident: Incident) -> None:
    with clock.shifted(late_incident.created_at + timedelta(minutes=5)):
        editing.edit(late_incident, actor=agent, service=service)
    found = stays.per_team(Ticket.objects.get(), late_incident.created_at + timedelta(minutes=15))
    assert found == [("No team", 300), ("Payments platform", 600)]


@pytest.fixture
def late_incident(agent: User) -> Incident:
    return actions.create(actor=agent, summary="No team yet")


def test_in_the_dialog_and_the_panel(sign_in: Callable[[User], Client], agent: User, other_team: Team, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/escalate/"
    assert b"What is seen, by whom" in client.get(url, headers=HTMX).content
    assert client.post(url, {"to_team": other_team.pk, "level": 2, **FACTS, "tried": ""}, headers=HTMX).status_code == 422
    assert client.post(url, {"to_team": other_team.pk, "level": 2, **FACTS}, headers=HTMX).status_code == 204
    panel = client.get(f"/tickets/{incident.key}/counters/", headers=HTMX).content.decode()
    assert "L1 → L2" in panel and "Warehouse systems" in panel


def test_over_rest(api: Callable[..., APIClient], agent: User, requester: User, other_team: Team, incident: Incident) -> None:
    client, url = api(agent), f"/api/v1/incidents/{incident.key}/"
    assert client.post(f"{url}escalate/", {"to_team": other_team.slug, "level": 2}).data["error"]["fields"].keys() == set(FACTS)
    made = client.post(f"{url}escalate/", {"to_team": other_team.slug, "level": 2, **FACTS})
    assert (made.status_code, made.data[0]["from_team"], made.data[0]["to_team"]) == (201, "payments", "warehouse")
    assert client.get(f"{url}handovers/").data == made.data
    assert client.get(f"{url}counters/").data["escalations"] == 1
    assert client.get(f"{url}").data["support_level"] == 2
    assert [row["key"] for row in client.get("/api/v1/incidents/?support_level=2").data["results"]] == [incident.key]
    for path in ("handovers/", "counters/"):
        assert api(requester).get(f"{url}{path}").status_code == 404
