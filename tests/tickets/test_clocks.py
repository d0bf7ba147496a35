"""Clocks follow the ledger: cycles, pauses, changed goals, thresholds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from common import clock
from incidents.models import Incident
from journal.models import Entry
from tickets import facts
from tickets.actions import auditing, bulk, clocks, conversation, editing, lifecycle
from tickets.models import Category, Goal, HoldReason, ResolutionCode, SlaClock, Ticket

HOUR = timedelta(hours=1)


def resolution(ticket: Ticket, cycle: int = 1) -> SlaClock:
    return SlaClock.objects.get(ticket_id=ticket.pk, metric="resolution", cycle=cycle)


def events_of(ticket: Ticket, event: str) -> list[dict[str, object]]:
    return [entry.data for entry in Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, event=event).order_by("id")]


def recomputed(ticket: Ticket, at: datetime) -> dict[tuple[str, int], dict[str, object]]:
    told = facts.facts_of([ticket])[ticket.pk]
    return {(cycle.metric, cycle.number): clocks.columns_of(cycle, at) for cycle in facts.cycles_of(told)}


@pytest.fixture
def told(
    agent: User, requester: User, incident: Incident, fixed: ResolutionCode, category: Category, person: Callable[..., User]
) -> tuple[Incident, datetime]:
    """An incident that was answered, paused, made less urgent, resolved and reopened, within eleven hours."""
    start = incident.created_at
    steps: list[Callable[[], object]] = [
        lambda: conversation.comment(incident, actor=requester, body="Any news?", is_internal=False),
        lambda: conversation.comment(incident, actor=agent, body="Looking.", is_internal=False),
        lambda: lifecycle.hold(incident, actor=agent, hold_reason=HoldReason.objects.filter(pauses_clocks=True)[0], reason="Waits"),
        lambda: editing.edit(incident, actor=agent, urgency=2),
        lambda: lifecycle.transition(incident, "start", actor=agent),
        lambda: editing.edit(incident, actor=agent, urgency=4, impact=4),
        lambda: lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category),
        lambda: lifecycle.reopen(incident, actor=agent),
    ]
    for number, step in enumerate(steps, 1):
        with clock.shifted(start + number * HOUR):
            step()
    return incident, start


def test_stored_clocks_equal_what_the_ledger_tells(told: tuple[Incident, datetime]) -> None:
    incident, start = told
    at = start + 9 * HOUR
    rows = {(row.metric, row.cycle): row for row in SlaClock.objects.filter(ticket=incident)}
    expected = recomputed(incident, at)
    assert set(rows) == set(expected) == {("first_response", 1), ("resolution", 1), ("resolution", 2)}
    for key, columns in expected.items():
        assert {name: getattr(rows[key], name) for name in columns} == columns


def test_turning_twice_changes_nothing(told: tuple[Incident, datetime]) -> None:
    incident, start = told
    with clock.shifted(start + 9 * HOUR):
        assert clocks.turn_many([Ticket.objects.get(pk=incident.pk)], start + 9 * HOUR) == 0


def test_time_that_has_passed_stays_counted_when_the_goal_changes_its_calendar(agent: User, incident: Incident) -> None:
    with clock.shifted(incident.created_at + HOUR):
        editing.edit(incident, actor=agent, urgency=4, impact=4)
    row = resolution(incident)
    cycle = next(c for c in facts.cycles_of(facts.facts_of([incident])[incident.pk]) if c.metric == "resolution")
    assert (row.target_seconds, cycle.used(incident.created_at + HOUR)) == (10 * 8 * 3600, HOUR)


def test_a_reply_of_the_reporter_or_a_note_is_no_response(agent: User, requester: User, incident: Incident) -> None:
    conversation.comment(incident, actor=requester, body="Hello?", is_internal=False)
    conversation.comment(incident, actor=agent, body="Note", is_internal=True)
    conversation.comment(incident, actor=None, body="We got your message", is_internal=False)
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "running"
    conversation.comment(incident, actor=agent, body="On it", is_internal=False)
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "stopped"


def test_each_threshold_fires_once_a_cycle(incident: Incident) -> None:
    seen = []
    for minutes in (100, 125, 126, 181, 217, 241, 300):
        with clock.shifted(incident.created_at + timedelta(minutes=minutes)):
            clocks.sweep()
        seen = [(data["slug"], data["percent"]) for data in events_of(incident, "ticket.sla_threshold")]
    assert [percent for slug, percent in seen if slug == "resolution"] == [50, 75, 90, 100]
    assert len(events_of(incident, "sla.breached")) == 2
    assert resolution(incident).breached_at == incident.created_at + 4 * HOUR


def test_a_breach_is_not_said_twice_when_the_goal_moves(agent: User, incident: Incident) -> None:
    start = incident.created_at
    with clock.shifted(start + 5 * HOUR):
        clocks.sweep()
    with clock.shifted(start + 6 * HOUR):
        editing.edit(incident, actor=agent, urgency=2)
        editing.edit(incident, actor=agent, urgency=3)
    row = resolution(incident)
    assert (row.target_seconds, row.breached_at) == (8 * 3600, None)
    with clock.shifted(start + 9 * HOUR):
        clocks.sweep()
    assert resolution(incident).breached_at == start + 8 * HOUR
    assert len([data for data in events_of(incident, "sla.breached") if data["slug"] == "resolution"]) == 1


def test_a_new_goal_says_only_the_highest_threshold_it_has_passed(agent: User, incident: Incident) -> None:
    Goal.objects.filter(metric__slug="resolution", query="priority = P2").update(target_seconds=3600)
    with clock.shifted(incident.created_at + timedelta(minutes=100)):
        editing.edit(incident, actor=agent, urgency=3)
        clocks.sweep()
    assert [data["percent"] for data in events_of(incident, "ticket.sla_threshold") if data["slug"] == "resolution"] == [100]


def test_the_first_goal_by_position_wins(agent: User, incident: Incident) -> None:
    first = Goal.objects.get(metric__slug="resolution", query="priority = P1")
    Goal.objects.create(metric=first.metric, position=0, query="", target_seconds=60, calendar=first.calendar)
    editing.edit(incident, actor=agent, urgency=2)
    assert resolution(incident).target_seconds == 60


def test_an_acknowledged_hold_reason_that_does_not_pause_keeps_the_clock_running(agent: User, incident: Incident) -> None:
    reason = HoldReason.objects.create(slug="own-work", name="Own work", pauses_clocks=False)
    lifecycle.hold(incident, actor=agent, hold_reason=reason, reason="Us")
    assert resolution(incident).state == "running"


def test_an_undone_move_leaves_no_trace_on_the_clocks(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    """Resolving and taking it back starts no new cycle with a whole new target, and pausing and taking it back stops no time."""
    start = incident.created_at
    reason = HoldReason.objects.filter(pauses_clocks=True)[0]
    moves: list[tuple[str, dict[str, Any]]] = [("resolve", {"resolution": fixed, "category": category}), ("hold", {"hold_reason": reason})]
    for hour, (verb, given) in enumerate(moves, start=1):
        with clock.shifted(start + hour * HOUR):
            made, refused = bulk.apply([Ticket.objects.get(pk=incident.pk)], bulk.Change("status", verb, given), actor=agent)
            assert refused == []
        with clock.shifted(start + hour * HOUR + timedelta(seconds=50)):
            assert bulk.undo(made, actor=agent)[1] == []
    for metric in ("resolution", "first_response"):
        row = SlaClock.objects.get(ticket=incident, metric=metric)
        assert (row.cycle, row.state, row.pauses, row.stopped_at) == (1, "running", [], None), metric
    with clock.shifted(start + 3 * HOUR):
        assert auditing.audit() == 0
        assert all(len(cycle.spans) == 1 for cycle in facts.cycles_of(facts.facts_of([incident])[incident.pk]))
