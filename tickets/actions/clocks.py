"""SLA clocks: stored answers of the pure ledger. Whatever may turn a clock is recorded first; then the clocks are worked out again from the record.

Called by the actions of a ticket inside their transaction, after they locked the ticket and wrote their entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from common import clock
from journal import actions as journal
from sla import actions as calendars
from sla import ledger
from sla.ledger import Cycle, Fact, Promise
from sla.models import CalendarVersion
from tickets import events, facts, goals
from tickets.models import Goal, Metric, SlaClock, Ticket
from tickets.models.clocks import RESOLUTION, THRESHOLDS

SWEEP_BATCH = 1000
BREACH = 100
STORED = (
    "name", "goal_id", "calendar_id", "version_id", "target_seconds", "state", "started_at", "pauses", "due_at", "stopped_at", "used_seconds",
    "breached_at", "thresholds", "next_threshold_at", "fired_percent",
)  # fmt: skip
UPDATED = [name.removesuffix("_id") for name in STORED]


def turn(ticket: Ticket, at: datetime) -> None:
    """The clocks of a locked ticket follow what was just recorded of it."""
    turn_many([ticket], at)


def turn_many(tickets: Sequence[Ticket], at: datetime, *, is_recount: bool = False) -> int:
    """The set-based form of turn; answers how many stored clocks changed. is_recount: open cycles take the present goals from their start."""
    found = facts.facts_of(tickets)
    told = [(ticket, {"promises": new}) for ticket, new in promises(tickets, found, is_recount=is_recount).items()]
    if told:
        journal.record_many(events.SLA_PROMISED, told, at=at)
        found = facts.facts_of(tickets)
    stored = SlaClock.objects.filter(ticket__in=[ticket.pk for ticket in tickets]).select_for_update(of=("self",)).order_by("id")
    by_ticket: dict[int, dict[tuple[str, int], SlaClock]] = {}
    for row in stored:
        by_ticket.setdefault(row.ticket_id, {})[row.metric, row.cycle] = row
    book = Book(at, registers())
    for ticket in tickets:
        book.enter_all(ticket, found[ticket.pk], by_ticket.get(ticket.pk, {}))
    book.write()
    for ticket in tickets:
        note_next_due(ticket, by_ticket.get(ticket.pk, {}).values(), [row for row in book.new if row.ticket_id == ticket.pk])
    return len(book.new) + len(book.changed)


def note_standing(tickets: Sequence[Ticket], at: datetime) -> None:
    """The workflow itself changed what the tickets' status means: that is recorded for the clocks, which follow."""
    journal.record_many(events.SLA_STANDING, [(ticket, facts.standing(ticket)) for ticket in tickets], at=at)
    turn_many(tickets, at)


def promises(
    tickets: Sequence[Ticket], found: dict[int, list[Fact]], *, is_recount: bool = False, chosen: goals.Chosen | None = None
) -> dict[Ticket, dict[str, Any]]:
    """What has to be promised anew, by ticket and metric: where another goal holds now than the one last promised. chosen: the goals that hold."""
    wanted = {}
    if chosen is None:
        chosen = goals.chosen(tickets)
    for ticket in tickets:
        last: dict[str, Promise] = {metric: promise for fact in found[ticket.pk] for metric, promise in fact.promises.items()}
        new = {}
        for slug, goal in chosen[ticket.pk].items():
            before = last.get(slug)
            if before is None or before.goal != goal.pk or (is_recount and _is_other(before, goal, found[ticket.pk])):
                new[slug] = _told(goal, is_whole=is_recount or before is None)
        if new:
            wanted[ticket] = new
    return wanted


def _is_other(before: Promise, goal: Goal, told: Sequence[Fact]) -> bool:
    conditions = next(
        (p.conditions for fact in reversed(told) for slug, p in fact.promises.items() if slug == goal.metric.slug and p.conditions), None
    )
    present = (goal.target_seconds, goal.calendar.current_id, goal.metric.conditions)
    return (int(before.target.total_seconds()), before.version, conditions) != present


def _told(goal: Goal, *, is_whole: bool) -> dict[str, Any]:
    """A promise as the journal keeps it; the first one carries the metric's conditions."""
    version = goal.calendar.current_id or calendars.publish(goal.calendar).pk
    told: dict[str, Any] = {"goal": goal.pk, "target": goal.target_seconds, "version": version, "is_whole": is_whole}
    if is_whole:
        told |= {"starts": sorted(goal.metric.starts), "pauses": sorted(goal.metric.pauses), "stops": sorted(goal.metric.stops)}
    return told


def columns_of(cycle: Cycle, at: datetime) -> dict[str, Any]:
    """A cycle as its row keeps it; what the audit compares."""
    state = cycle.state
    stood = cycle.spans[-1].begin if state == ledger.PAUSED else cycle.stopped_at
    return {
        "goal_id": cycle.promise.goal if cycle.promise else None, "version_id": cycle.promise.version if cycle.promise else None,
        "target_seconds": int(cycle.target.total_seconds()), "state": state, "started_at": cycle.started_at, "stopped_at": cycle.stopped_at,
        "pauses": [[begin.isoformat(), end.isoformat() if end else None] for begin, end in cycle.pauses], "due_at": cycle.due_at,
        "used_seconds": int(cycle.used(stood).total_seconds()) if stood else None, "breached_at": cycle.breached_at(at),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registers:
    """What a book needs to know: metrics by kind and short name, the goals that exist, version → calendar."""

    metrics: dict[tuple[str, str], Metric]
    goals: set[int]
    calendars: dict[int, int]


def registers() -> Registers:
    """The registers as they stand now."""
    return Registers(
        {(metric.kind, metric.slug): metric for metric in Metric.objects.all()}, set(Goal.objects.values_list("pk", flat=True)),
        dict(CalendarVersion.objects.values_list("pk", "calendar_id")),
    )  # fmt: skip


class Book:
    """Enters cycles into their rows and keeps what has to be written and said."""

    def __init__(self, at: datetime, given: Registers) -> None:
        self.at = at
        self.metrics, self.goals, self.calendars = given.metrics, given.goals, given.calendars
        self.new: list[SlaClock] = []
        self.changed: list[SlaClock] = []
        self.met: list[tuple[Ticket, dict[str, Any]]] = []
        self.missed: list[tuple[Ticket, dict[str, Any]]] = []

    def enter_all(self, ticket: Ticket, told: Sequence[Fact], rows: Mapping[tuple[str, int], SlaClock]) -> None:
        """All cycles that the facts of a ticket give; rows: the stored ones by metric and cycle."""
        for cycle in sorted(facts.cycles_of(told), key=lambda cycle: self.place(ticket, cycle)):
            self.enter(ticket, cycle, rows.get((cycle.metric, cycle.number)))

    def place(self, ticket: Ticket, cycle: Cycle) -> tuple[int, str, int]:
        """Where a cycle stands among those of its ticket: chips are shown in the order of the rows."""
        metric = self.metrics.get((ticket.kind, cycle.metric))
        return (metric.position if metric else 0, cycle.metric, cycle.number)

    def enter(self, ticket: Ticket, cycle: Cycle, row: SlaClock | None) -> None:
        """One cycle: its row is made or changed, or stays as it is."""
        clock_row = row or SlaClock(ticket_id=ticket.pk, metric=cycle.metric, cycle=cycle.number)
        before = [getattr(clock_row, name) for name in STORED]
        was_stopped = row is not None and row.state == SlaClock.STOPPED
        values = columns_of(cycle, self.at)
        values["goal_id"] = values["goal_id"] if values["goal_id"] in self.goals else None
        values["calendar_id"] = self.calendars[values["version_id"]]
        for name, value in values.items():
            setattr(clock_row, name, value)
        metric = self.metrics.get((ticket.kind, cycle.metric))
        clock_row.name = metric.name if metric else clock_row.name
        if cycle.state == ledger.STOPPED and not was_stopped:
            self._say_how_it_ended(ticket, clock_row)
        self._look_ahead(clock_row, cycle, metric.thresholds if metric else THRESHOLDS)
        if row is None:
            self.new.append(clock_row)
        elif before != [getattr(clock_row, name) for name in STORED]:
            self.changed.append(clock_row)

    def _say_how_it_ended(self, ticket: Ticket, row: SlaClock) -> None:
        if row.breached_at is None:
            self.met.append((ticket, {"metric": row.metric_label, "slug": row.metric, "cycle": row.cycle}))
        elif row.fired_percent < BREACH:
            row.fired_percent = BREACH
            self.missed.append((ticket, {"metric": row.metric_label, "slug": row.metric, "cycle": row.cycle}))

    def _look_ahead(self, row: SlaClock, cycle: Cycle, percents: Sequence[int]) -> None:
        """Notes when the thresholds come that have not fired. Of those that a new promise has passed already only the highest is said."""
        ahead: list[tuple[int, datetime]] = []
        if cycle.state != ledger.STOPPED:
            for percent in sorted({*percents, BREACH}):
                reached = cycle.instant_of(cycle.target * percent / 100)
                if reached is None or (percent <= row.fired_percent and (percent < BREACH or row.breached_at is not None)):
                    continue
                if reached <= self.at:
                    ahead.clear()
                ahead.append((percent, reached))
        row.thresholds = [[percent, reached.isoformat()] for percent, reached in ahead]
        row.next_threshold_at = ahead[0][1] if ahead else None

    def write(self) -> None:
        """Writes the rows and the entries."""
        SlaClock.objects.bulk_create(self.new)
        if self.changed:
            SlaClock.objects.bulk_update(self.changed, UPDATED, batch_size=500)
        for event, told in ((events.SLA_MET, self.met), (events.SLA_BREACHED, self.missed)):
            if told:
                journal.record_many(event, told, at=self.at)


def note_next_due(ticket: Ticket, *rows: Any) -> None:
    """Keeps on the ticket when the resolution is due, which lists sort by; before that the nearest other promise."""
    due = next_due([row for group in rows for row in group])
    if due != ticket.sla_due_at:
        ticket.sla_due_at = due
        Ticket.objects.filter(pk=ticket.pk).update(sla_due_at=due)


def next_due(rows: Sequence[SlaClock]) -> datetime | None:
    """When the resolution is due among the clocks of a ticket, before that the nearest other promise."""
    due = [(row.metric == RESOLUTION, row.due_at) for row in rows if row.state == SlaClock.RUNNING and row.due_at is not None]
    main = [at for is_main, at in due if is_main]
    return min(main or [at for _is_main, at in due], default=None)


def sweep(*, ticket_id: int | None = None) -> int:
    """Says of running clocks which thresholds they passed, each once a cycle, and marks the targets that were missed; answers how many clocks.

    Reads only clocks that are due, by a partial index; every instant was worked out when the clock was last turned. ticket_id: only those of one
    ticket, for an importer.
    """
    at = clock.now()
    with transaction.atomic():
        one = {} if ticket_id is None else {"ticket_id": ticket_id}
        due = SlaClock.objects.filter(next_threshold_at__lte=at, **one).order_by("next_threshold_at", "id").select_related("ticket")
        rows = list(due.defer("ticket__search_public", "ticket__description").select_for_update(skip_locked=True, of=("self",))[:SWEEP_BATCH])
        passed: list[tuple[Ticket, dict[str, Any]]] = []
        missed: list[tuple[Ticket, dict[str, Any]]] = []
        for row in rows:
            for percent, reached in _pass(row, at):
                data = {"metric": row.metric_label, "slug": row.metric, "cycle": row.cycle, "percent": percent, "reached_at": reached}
                passed.append((row.ticket, data))
                if percent == BREACH:
                    missed.append((row.ticket, data))
        _mark(rows)
        if passed:
            journal.record_many(events.SLA_THRESHOLD, passed, at=at)
        if missed:
            journal.record_many(events.SLA_BREACHED, missed, at=at)
    return len(rows)


MARK = """
UPDATE tickets_slaclock SET fired_percent = told.fired, breached_at = told.breached, thresholds = told.ahead, next_threshold_at = told.next
FROM jsonb_to_recordset(%s::jsonb) told(id bigint, fired smallint, breached timestamptz, ahead jsonb, next timestamptz) WHERE tickets_slaclock.id = told.id
"""


def _mark(rows: Sequence[SlaClock]) -> None:
    """Writes what the sweep noted, in one statement."""
    told = [
        {"id": row.pk, "fired": row.fired_percent, "breached": row.breached_at, "ahead": row.thresholds, "next": row.next_threshold_at}
        for row in rows
    ]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(MARK, [orjson.dumps(told).decode()])


def _pass(row: SlaClock, at: datetime) -> list[tuple[int, str]]:
    """Takes the thresholds that are due off a clock's list; answers those that were not said before in this cycle."""
    due = [(percent, reached) for percent, reached in row.thresholds or [] if datetime.fromisoformat(reached) <= at]
    row.thresholds = (row.thresholds or [])[len(due) :]
    row.next_threshold_at = datetime.fromisoformat(row.thresholds[0][1]) if row.thresholds else None
    fresh = [(percent, reached) for percent, reached in due if percent > row.fired_percent]
    if any(percent == BREACH for percent, _reached in due):
        row.breached_at = row.due_at
    row.fired_percent = max([row.fired_percent, *(percent for percent, _reached in due)])
    return fresh
