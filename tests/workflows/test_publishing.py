"""A workflow is edited as a draft and published with a place for every open ticket."""

from datetime import timedelta

import pytest

from accounts.models import User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets.actions import lifecycle, publishing
from tickets.models import HoldReason, SlaClock, Ticket
from workflows import actions, plans, queries
from workflows.models import Status, Transition, Workflow


@pytest.fixture
def live(house: None) -> Workflow:
    """The incident workflow in force."""
    found = queries.in_force("incident")
    assert found is not None
    return found


@pytest.fixture
def draft(live: Workflow, admin: User) -> Workflow:
    """A copy of it to work on."""
    return actions.start_draft(live, actor=admin)


def without(draft: Workflow, *keys: str) -> Workflow:
    """The draft with these statuses deleted."""
    draft.statuses.filter(key__in=keys).delete()
    return draft


def test_a_draft_is_a_copy_and_there_is_one(live: Workflow, draft: Workflow, admin: User) -> None:
    assert plans.as_plan(draft) == plans.as_plan(live)
    assert actions.start_draft(live, actor=admin) == draft
    assert queries.initial_status("incident").workflow_id == live.pk


def test_publishing_moves_open_tickets_where_the_admin_says(live: Workflow, draft: Workflow, admin: User, agent: User, incident: Incident) -> None:
    lifecycle.transition(incident, "triage", actor=agent)
    publishing.publish(without(draft, "triage"), actor=admin, mapping={"triage": "new"}, note="No triage any more")
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.status.key, ticket.status.workflow_id) == ("new", live.pk)
    entry = Entry.objects.filter(event="ticket.transitioned").latest("id")
    assert (entry.data["verb"], entry.data["before"], entry.data["after"]) == ("publish", "Triage", "New")
    live.refresh_from_db()
    assert (live.version, [one.number for one in live.versions.all()]) == (2, [2, 1])
    assert not Workflow.objects.filter(draft_of=live).exists()
    assert Status.objects.get(workflow=live, key="triage").retired_at is not None
    assert Entry.objects.get(event="workflow.published").data["version"] == 2


def test_an_open_ticket_without_a_place_stops_it(live: Workflow, draft: Workflow, admin: User, incident: Incident) -> None:
    draft.statuses.get(key="triage").delete()
    initial = draft.statuses.get(key="new")
    initial.delete()
    draft.statuses.filter(key="in-progress").update(is_initial=True)
    for mapping in ({}, {"new": "closed"}, {"new": "nowhere"}):
        with pytest.raises(errors.Invalid) as refused:
            publishing.publish(draft, actor=admin, mapping=mapping)
        assert refused.value.field == "map_new"
    assert Ticket.objects.get(pk=incident.pk).status.key == "new"
    live.refresh_from_db()
    assert live.version == 1
    publishing.publish(draft, actor=admin, mapping={"new": "in-progress"})
    assert queries.initial_status("incident").key == "in-progress"


def test_closed_tickets_keep_the_status_they_ended_in(live: Workflow, draft: Workflow, admin: User, agent: User, incident: Incident) -> None:
    lifecycle.cancel(incident, actor=agent, reason="Twice")
    publishing.publish(without(draft, "canceled"), actor=admin, mapping={})
    assert Ticket.objects.get(pk=incident.pk).status.key == "canceled"
    assert "canceled" not in {status.key for status in queries.statuses_of("incident")}


def test_only_admins_publish_and_only_once(draft: Workflow, admin: User, agent: User) -> None:
    with pytest.raises(errors.Refused):
        publishing.publish(draft, actor=agent, mapping={})
    publishing.publish(draft, actor=admin, mapping={})
    with pytest.raises(errors.Conflict):
        publishing.publish(draft, actor=admin, mapping={})


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"is_initial": False}, "exactly one"),
        ({"category": "done"}, "cannot start"),
    ],
)
def test_a_draft_that_would_strand_tickets_is_refused(draft: Workflow, admin: User, damage: dict[str, object], told: str) -> None:
    draft.statuses.filter(key="new").update(**damage)
    with pytest.raises(errors.Invalid, match=told):
        publishing.publish(draft, actor=admin, mapping={})


def test_dead_ends_islands_and_unknown_rules_are_named(draft: Workflow) -> None:
    Transition.objects.filter(workflow=draft, source__key="monitoring").delete()
    Transition.objects.filter(workflow=draft, target__key="canceled").delete()
    Transition.objects.filter(workflow=draft, verb="close").update(conditions=["moon"])
    told = " ".join(plans.problems(draft))
    assert "No way leads from “Monitoring”" in told
    assert "No way leads to “Canceled”" in told
    assert "moon" in told


def test_a_status_with_tickets_does_not_turn_into_done(draft: Workflow, admin: User, incident: Incident, agent: User) -> None:
    lifecycle.transition(incident, "triage", actor=agent)
    draft.statuses.filter(key="triage").update(category="done")
    with pytest.raises(errors.Invalid, match="Triage"):
        publishing.publish(draft, actor=admin, mapping={})


def test_a_status_that_now_pauses_stops_the_clocks_of_its_tickets(draft: Workflow, admin: User, agent: User, incident: Incident) -> None:
    lifecycle.transition(incident, "triage", actor=agent)
    draft.statuses.filter(key="triage").update(is_paused=True)
    with clock.shifted(incident.created_at + timedelta(hours=1)):
        publishing.publish(draft, actor=admin, mapping={})
    assert SlaClock.objects.get(ticket=incident, metric="resolution").state == "paused"


def test_differences_are_told_before_publishing(live: Workflow, draft: Workflow) -> None:
    without(draft, "monitoring")
    draft.statuses.filter(key="new").update(name="Logged")
    told = plans.differences(plans.as_plan(live), plans.as_plan(draft))
    assert "Status “Monitoring” goes" in told
    assert "Status “Logged”: name changed" in told
    assert any("in-progress → monitoring" in line for line in told)


def move(live: Workflow, verb: str, **columns: object) -> None:
    Transition.objects.filter(workflow=live, verb=verb).update(**columns)


def test_a_condition_that_fails_is_named_and_leaves_an_audit_entry(live: Workflow, agent: User, resolver: User, incident: Incident) -> None:
    move(live, "triage", conditions=["assignee"])
    with pytest.raises(errors.Refused, match="only its assignee may"):
        lifecycle.transition(incident, "triage", actor=agent)
    assert Ticket.objects.get(pk=incident.pk).status.key == "new"
    assert Entry.objects.get(event="ticket.move_refused").actor == agent


def test_validators_and_post_actions(live: Workflow, agent: User, service: Service, incident: Incident) -> None:
    bare = incidents.create(actor=agent, summary="No service", urgency=2)
    move(live, "triage", validators=["service"], effects=["take"])
    with pytest.raises(errors.Invalid, match="Choose the affected service"):
        lifecycle.transition(bare, "triage", actor=agent)
    assert Ticket.objects.get(pk=bare.pk).assignee is None
    lifecycle.transition(incident, "triage", actor=agent)
    assert Ticket.objects.get(pk=incident.pk).assignee == agent


def test_a_hold_that_does_not_pause_keeps_the_clock_running(agent: User, incident: Incident) -> None:
    lifecycle.hold(incident, actor=agent, hold_reason=HoldReason.objects.get(slug="problem"))
    assert SlaClock.objects.get(ticket=incident, metric="resolution").state == "running"
