"""Resolving, closing, reopening, holding, canceling."""

from datetime import timedelta

import pytest

from accounts.models import User
from common import clock, errors
from incidents.models import Incident
from journal.models import Entry
from tickets.actions import conversation, lifecycle
from tickets.models import Category, HoldReason, ResolutionCode, SlaClock, Ticket


def stored(incident: Incident) -> Ticket:
    return Ticket.objects.select_related("status").get(pk=incident.pk)


def entries(incident: Incident, event: str) -> int:
    return Entry.objects.filter(subject_type="ticket", subject_id=incident.pk, event=event).count()


def test_resolve_needs_code_and_category(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    with pytest.raises(errors.Invalid) as refused:
        lifecycle.resolve(incident, actor=agent, resolution=fixed)
    assert refused.value.field == "category"
    assert stored(incident).status.key == "new"
    resolved = lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    assert (resolved.status.key, resolved.is_open, resolved.resolution) == ("resolved", resolved.is_open, fixed)
    assert stored(incident).is_open is False
    assert entries(incident, "incident.resolved") == 1


def test_resolving_twice_changes_and_records_nothing(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    version = stored(incident).version
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    assert stored(incident).version == version
    assert entries(incident, "incident.resolved") == 1


def test_resolver_resolves_and_does_not_close(resolver: User, agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    lifecycle.resolve(incident, actor=resolver, resolution=fixed, category=category)
    with pytest.raises(errors.Refused, match=r"incident\.close"):
        lifecycle.close(incident, actor=resolver)
    assert stored(incident).status.key == "resolved"
    lifecycle.close(incident, actor=agent)
    assert stored(incident).closed_at is not None


@pytest.mark.parametrize("verb", ["start", "resolve", "cancel", "triage"])
def test_auditor_changes_nothing(auditor: User, incident: Incident, fixed: ResolutionCode, category: Category, verb: str) -> None:
    with pytest.raises(errors.Refused):
        lifecycle.transition(incident, verb, actor=auditor, resolution=fixed, category=category, reason="because")
    assert stored(incident).status.key == "new"


def test_a_move_that_the_status_does_not_offer_is_a_conflict(agent: User, incident: Incident) -> None:
    with pytest.raises(errors.Conflict, match="Possible now"):
        lifecycle.close(incident, actor=agent)
    assert stored(incident).status.key == "new"


def test_hold_pauses_the_resolution_clock_and_progress_resumes_it(agent: User, incident: Incident, vendor: HoldReason) -> None:
    start = incident.created_at
    with clock.shifted(start + timedelta(hours=1)):
        lifecycle.hold(incident, actor=agent, hold_reason=vendor, reason="case 7")
    paused = SlaClock.objects.get(ticket=incident, metric="resolution")
    assert (paused.state, paused.due_at, paused.used_seconds) == ("paused", None, 3600)
    with clock.shifted(start + timedelta(hours=11)):
        lifecycle.transition(incident, "start", actor=agent)
    running = SlaClock.objects.get(ticket=incident, metric="resolution")
    assert running.due_at == start + timedelta(hours=14)
    assert stored(incident).pending_reason == ""


def test_hold_without_reason_is_refused(agent: User, incident: Incident) -> None:
    with pytest.raises(errors.Invalid) as refused:
        lifecycle.transition(incident, "hold", actor=agent, reason="something")
    assert refused.value.field == "hold_reason"


def test_reopen_starts_a_new_cycle(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    lifecycle.reopen(incident, actor=agent)
    ticket = stored(incident)
    assert (ticket.status.key, ticket.resolved_at, ticket.resolution) == ("in-progress", None, None)
    assert list(SlaClock.objects.filter(ticket=incident, metric="resolution").order_by("cycle").values_list("cycle", "state")) == [
        (1, "stopped"),
        (2, "running"),
    ]


def test_first_public_reply_of_the_desk_stops_the_first_response(agent: User, requester: User, incident: Incident) -> None:
    conversation.comment(incident, actor=requester, body="Any news?", is_internal=False)
    conversation.comment(incident, actor=agent, body="Looking", is_internal=True)
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "running"
    conversation.comment(incident, actor=agent, body="We are on it", is_internal=False)
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "stopped"


def test_late_resolution_is_a_breach(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    with clock.shifted(incident.created_at + timedelta(hours=5)):
        lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    late = SlaClock.objects.get(ticket=incident, metric="resolution")
    assert late.breached_at == incident.created_at + timedelta(hours=4)
    assert late.used_seconds == 5 * 3600
