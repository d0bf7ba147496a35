"""SLA clocks: started with the ticket, paused while it waits, stopped by the deed they measure.

Called by the actions of a ticket inside their transaction, after they locked the ticket.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min

from common import clock
from journal import actions as journal
from tickets import events
from tickets.models import Goal, SlaClock, Ticket
from tickets.models.clocks import FIRST_RESPONSE, RESOLUTION

SWEEP_BATCH = 200


def start_all(ticket: Ticket, at: datetime) -> None:
    """Starts a clock for each metric that has a goal at this priority, and notes the nearest due time on the ticket."""
    goals = Goal.objects.filter(kind=ticket.kind, priority=ticket.priority).select_related("calendar")
    SlaClock.objects.bulk_create([_fresh(ticket, goal, at, cycle=1) for goal in goals])
    note_next_due(ticket)


def restart_resolution(ticket: Ticket, at: datetime) -> None:
    """A reopened ticket starts the resolution clock anew, in the next cycle."""
    goal = Goal.objects.filter(kind=ticket.kind, priority=ticket.priority, metric=RESOLUTION).select_related("calendar").first()
    if goal is not None:
        last = SlaClock.objects.filter(ticket=ticket, metric=RESOLUTION).aggregate(last=Max("cycle"))["last"] or 0
        _fresh(ticket, goal, at, cycle=last + 1).save(force_insert=True)
    note_next_due(ticket)


def _fresh(ticket: Ticket, goal: Goal, at: datetime, *, cycle: int) -> SlaClock:
    fresh = SlaClock(
        ticket=ticket, metric=goal.metric, cycle=cycle, calendar=goal.calendar, target_seconds=goal.target_seconds, started_at=at, pauses=[]
    )
    fresh.due_at = fresh.compute_due_at()
    return fresh


def stop(ticket: Ticket, metrics: Iterable[str], at: datetime) -> None:
    """Stops clocks that still run: the deed was done. Records whether the target was met."""
    for running in _active(ticket).filter(metric__in=list(metrics)):
        running.pauses = _closed(running.pauses, at)
        running.stopped_at = at
        used = running.used_at(at)
        running.used_seconds = int(used.total_seconds())
        is_met = used <= timedelta(seconds=running.target_seconds)
        running.state = SlaClock.STOPPED
        if not is_met and running.breached_at is None:
            running.breached_at = running.due_at or at
        running.save(update_fields=["pauses", "stopped_at", "used_seconds", "state", "breached_at"])
        if is_met:
            journal.record(events.SLA_MET, ticket, actor=None, at=at, metric=running.metric_label)
    note_next_due(ticket)


def pause(ticket: Ticket, at: datetime) -> None:
    """The ticket waits for somebody else: its resolution clock stands still. The first response is still owed."""
    for running in _active(ticket).filter(metric=RESOLUTION, state=SlaClock.RUNNING):
        running.used_seconds = int(running.used_at(at).total_seconds())
        running.pauses = [*running.pauses, [at.isoformat(), None]]
        running.state, running.due_at = SlaClock.PAUSED, None
        running.save(update_fields=["used_seconds", "pauses", "state", "due_at"])
    note_next_due(ticket)


def resume(ticket: Ticket, at: datetime) -> None:
    """The wait is over: clocks go on where they stood."""
    for paused in _active(ticket).filter(state=SlaClock.PAUSED):
        paused.pauses = _closed(paused.pauses, at)
        paused.state, paused.used_seconds = SlaClock.RUNNING, None
        paused.due_at = paused.compute_due_at()
        paused.save(update_fields=["pauses", "state", "used_seconds", "due_at"])
    note_next_due(ticket)


def retarget(ticket: Ticket, at: datetime) -> None:
    """The priority changed: active clocks take the goal of the new one and keep the time already used."""
    goals = {goal.metric: goal for goal in Goal.objects.filter(kind=ticket.kind, priority=ticket.priority).select_related("calendar")}
    for active in _active(ticket):
        goal = goals.get(active.metric)
        if goal is None:
            continue
        active.calendar, active.target_seconds = goal.calendar, goal.target_seconds
        active.due_at = active.compute_due_at() if active.state == SlaClock.RUNNING else None
        if active.state == SlaClock.PAUSED:
            active.used_seconds = int(active.used_at(at).total_seconds())
        if active.due_at is None or active.due_at > at:
            active.breached_at = None
        active.save(update_fields=["calendar", "target_seconds", "due_at", "used_seconds", "breached_at"])
    note_next_due(ticket)


def note_next_due(ticket: Ticket) -> None:
    """Keeps on the ticket when the resolution is due, which lists sort by; before that the nearest other promise."""
    running = SlaClock.objects.filter(ticket_id=ticket.pk, state=SlaClock.RUNNING)
    due = running.filter(metric=RESOLUTION).values_list("due_at", flat=True).first()
    ticket.sla_due_at = due or running.aggregate(next=Min("due_at"))["next"]
    Ticket.objects.filter(pk=ticket.pk).update(sla_due_at=ticket.sla_due_at)


def _active(ticket: Ticket):  # type: ignore[no-untyped-def]  # a queryset with prefetches
    clocks = SlaClock.objects.filter(ticket_id=ticket.pk).exclude(state=SlaClock.STOPPED)
    return clocks.select_related("calendar").prefetch_related("calendar__openings", "calendar__holidays").order_by("id")


def _closed(pauses: list[list[str | None]], at: datetime) -> list[list[str | None]]:
    """The pauses with an open one ended at `at`."""
    if pauses and pauses[-1][1] is None:
        return [*pauses[:-1], [pauses[-1][0], at.isoformat()]]
    return pauses


def sweep_breaches() -> int:
    """Marks the clocks whose due time has passed, once each, and records it; answers how many."""
    at = clock.now()
    with transaction.atomic():
        overdue = SlaClock.objects.filter(state=SlaClock.RUNNING, breached_at__isnull=True, due_at__lte=at)
        late = list(overdue.select_related("ticket").order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",))[:SWEEP_BATCH])
        for breached in late:
            breached.breached_at = breached.due_at
            breached.save(update_fields=["breached_at"])
        if late:
            journal.record_many(events.SLA_BREACHED, [(row.ticket, {"metric": row.metric_label}) for row in late], actor=None, at=at)
    return len(late)


def respond(ticket: Ticket, at: datetime) -> None:
    """A person of the desk answered in public: the first response is given."""
    stop(ticket, [FIRST_RESPONSE], at)
