"""The clocks of one ticket as a pure function of what happened to it. No database, no Django.

Facts go in, in the order of the ledger; out come the cycles of a metric: when each ran, stood still and stopped, how much it used at any instant,
when it is due. Nothing here remembers anything, so the same facts give the same answer at any time (FEATURES SLA-04).

A promise is a target counted in a calendar's hours. A later promise counts from its own instant on, so time that has passed stays counted as it
was; one that `is_whole` (the first of a cycle, and a recomputation that an admin asked for) counts for its cycle from the start.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sla import clock
from sla.clock import Hours, Pause

CREATED, STATUS, ASSIGNED, RESPONDED, ACKNOWLEDGED, PROMISED = "created", "status", "assigned", "responded", "acknowledged", "promised"
RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
OPEN, CLOSED, HOLIDAY = clock.OPEN, clock.CLOSED, clock.HOLIDAY


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a metric starts, pauses and stops: names of the tables below, or `status:key`."""

    starts: frozenset[str] = frozenset()
    pauses: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Promise:
    """A target counted in working hours (None: round the clock). `cycle` pins it to one cycle, counted from 1.

    conditions: those of the metric when it was promised; None keeps the ones in force. goal and version are ids for the caller.
    """

    target: timedelta
    hours: Hours | None
    is_whole: bool = False
    cycle: int | None = None
    conditions: Conditions | None = None
    goal: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. The flags say how the ticket stands after it; promises are by metric."""

    at: datetime
    what: str
    status: str = ""
    status_name: str = ""
    is_paused: bool = False
    is_done: bool = False
    is_assigned: bool = False
    reason: str = ""
    promises: Mapping[str, Promise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """How the ticket stands after a fact."""

    status: str = ""
    status_name: str = ""
    is_paused: bool = False
    is_done: bool = False
    is_assigned: bool = False
    reason: str = ""


@dataclass(slots=True)
class Span:
    """A stretch of a cycle in which the clock ran or stood still; `end` is None for the one that lasts."""

    begin: datetime
    end: datetime | None
    is_running: bool
    hours: Hours | None
    situation: Situation


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of the explanation: [begin, end), why (open, closed, holiday, paused), what people call it, and whether it counts."""

    begin: datetime
    end: datetime
    why: str
    name: str
    reason: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether this stretch used up time."""
        return self.why == OPEN


@dataclass(slots=True)
class Cycle:
    """One run of a metric, from a start to the next stop."""

    metric: str
    number: int
    started_at: datetime
    promise: Promise | None
    stopped_at: datetime | None = None
    spans: list[Span] = field(default_factory=list)

    @property
    def target(self) -> timedelta:
        """What was promised; nothing where no goal matched."""
        return self.promise.target if self.promise else timedelta()

    @property
    def state(self) -> str:
        """running, paused or stopped."""
        if self.stopped_at is not None:
            return STOPPED
        return RUNNING if self.spans and self.spans[-1].is_running else PAUSED

    @property
    def pauses(self) -> list[Pause]:
        """When it stood still because of how the ticket stood; the last one has no end while it lasts."""
        found: list[Pause] = []
        for span in self.spans:
            if span.is_running:
                continue
            if found and found[-1][1] == span.begin:
                found[-1] = (found[-1][0], span.end)
            else:
                found.append((span.begin, span.end))
        return found

    def used(self, at: datetime) -> timedelta:
        """The working time used at an instant."""
        until = at if self.stopped_at is None else min(at, self.stopped_at)
        runs = (span for span in self.spans if span.is_running)
        return sum((clock.worked(run.hours, run.begin, until if run.end is None else min(run.end, until)) for run in runs), timedelta())

    def remaining(self, at: datetime) -> timedelta:
        """Working time left at an instant; negative once the target is missed."""
        return self.target - self.used(at)

    def instant_of(self, amount: timedelta) -> datetime | None:
        """When `amount` of working time is used. A stopped cycle is looked at as if it had run on; None while a pause hides the answer."""
        left = amount
        for span in self.spans:
            if not span.is_running:
                continue
            is_last = span is self.spans[-1]
            if not is_last and span.end is not None:
                used = clock.worked(span.hours, span.begin, span.end)
                if used < left:
                    left -= used
                    continue
            try:
                return clock.after(span.hours, span.begin, left)
            except ValueError:
                return None
        return None

    @property
    def due_at(self) -> datetime | None:
        """When the target is used up; None while paused before that, and for hours that never open."""
        return self.instant_of(self.target) if self.promise else None

    def breached_at(self, at: datetime) -> datetime | None:
        """When the target was missed, if that was before `at` and before the stop."""
        due = self.due_at
        if due is None or due > at or (self.stopped_at is not None and self.used(self.stopped_at) <= self.target):
            return None
        return due

    def explain(self, at: datetime) -> Iterator[Piece]:
        """Every stretch up to `at` or the stop, with its reason; the pieces that count add up to the used time."""
        until = at if self.stopped_at is None else min(at, self.stopped_at)
        for span in self.spans:
            end = until if span.end is None else min(span.end, until)
            if end <= span.begin:
                continue
            if not span.is_running:
                yield Piece(span.begin, end, PAUSED, span.situation.status_name, span.situation.reason)
                continue
            for part in clock.stretches(span.hours, span.begin, end):
                name = span.hours.names.get(part.on, "") if span.hours and part.on else ""
                yield Piece(part.begin, part.end, part.sort, name or (span.situation.status_name if part.sort == OPEN else ""))


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The facts in the ledger's order, none before the one ahead of it: who got the lock later acted later, whatever its transaction's time."""
    ordered: list[Fact] = []
    for fact in facts:
        if ordered and fact.at < ordered[-1].at and fact.what != PROMISED:
            fact = Fact(
                ordered[-1].at, fact.what, fact.status, fact.status_name, fact.is_paused, fact.is_done, fact.is_assigned, fact.reason, fact.promises
            )
        ordered.append(fact)
    return ordered


def cycles(facts: Sequence[Fact], metric: str, default: Conditions | None = None) -> list[Cycle]:
    """The cycles of a metric that a promise was made for, oldest first. default: its conditions where the facts carry none."""
    conditions = default
    pinned: dict[int, Promise] = {}
    for fact in facts:
        promise = fact.promises.get(metric)
        if promise is not None and promise.conditions is not None:
            conditions = promise.conditions
        if promise is not None and promise.cycle is not None:
            pinned[promise.cycle] = promise
    if conditions is None:
        return []
    walk = _Walk(metric, conditions, pinned)
    for fact in in_order(facts):
        walk.take(fact)
    return [cycle for cycle in walk.found if cycle.promise is not None]


class _Walk:
    """Goes through the facts once and builds the cycles."""

    def __init__(self, metric: str, conditions: Conditions, pinned: Mapping[int, Promise]) -> None:
        self.metric, self.conditions, self.pinned = metric, conditions, pinned
        self.found: list[Cycle] = []
        self.active: Cycle | None = None
        self.promise: Promise | None = None
        self.now = Situation()

    def take(self, fact: Fact) -> None:
        """One fact: the situation changes, then the cycle starts, stops, pauses or goes on."""
        if fact.what == PROMISED:
            self._promise(fact)
            return
        was = self.now
        self._see(fact)
        if self.active is None:
            if _starts(self.conditions.starts, fact, was):
                self._start(fact.at)
        elif _stops(self.conditions.stops, fact, was):
            self._end_span(fact.at)
            self.active.stopped_at = fact.at
            self.active = None
        else:
            self._go_on(fact.at)

    def _see(self, fact: Fact) -> None:
        if fact.what in (CREATED, STATUS):
            is_assigned = fact.is_assigned if fact.what == CREATED else self.now.is_assigned
            self.now = Situation(fact.status, fact.status_name, fact.is_paused, fact.is_done, is_assigned, fact.reason)
        elif fact.what == ASSIGNED:
            now = self.now
            self.now = Situation(now.status, now.status_name, now.is_paused, now.is_done, fact.is_assigned, now.reason)

    def _promise(self, fact: Fact) -> None:
        promise = fact.promises.get(self.metric)
        if promise is None or promise.cycle is not None:
            return
        self.promise = promise
        if self.active is None:
            return
        if promise.is_whole or self.active.promise is None or fact.at <= self.active.started_at:
            for span in self.active.spans:
                span.hours = promise.hours
        elif self.active.spans:
            last = self.active.spans[-1]
            at = max(fact.at, last.begin)
            self._end_span(at)
            self.active.spans.append(Span(at, None, last.is_running, promise.hours, last.situation))
        self.active.promise = promise

    def _start(self, at: datetime) -> None:
        number = len(self.found) + 1
        promise = self.pinned.get(number, self.promise)
        self.active = Cycle(self.metric, number, at, promise)
        self.active.spans.append(Span(at, None, not self._is_paused(), promise.hours if promise else None, self.now))
        self.found.append(self.active)

    def _go_on(self, at: datetime) -> None:
        assert self.active is not None
        last = self.active.spans[-1]
        is_running = not self._is_paused()
        if (last.is_running, last.situation) != (is_running, self.now):
            self._end_span(at)
            self.active.spans.append(Span(at, None, is_running, last.hours, self.now))

    def _end_span(self, at: datetime) -> None:
        assert self.active is not None
        last = self.active.spans[-1]
        last.end = at
        if at <= last.begin and len(self.active.spans) > 1:
            self.active.spans.pop()

    def _is_paused(self) -> bool:
        pauses = self.conditions.pauses
        return (
            ("paused" in pauses and self.now.is_paused)
            or ("unassigned" in pauses and not self.now.is_assigned)
            or f"status:{self.now.status}" in pauses
        )


def _starts(names: frozenset[str], fact: Fact, was: Situation) -> bool:
    if fact.what == CREATED:
        return CREATED in names or ("assigned" in names and fact.is_assigned) or f"status:{fact.status}" in names
    if fact.what == ASSIGNED:
        return "assigned" in names and fact.is_assigned
    if fact.what == STATUS:
        return ("reopened" in names and was.is_done and not fact.is_done) or (fact.status != was.status and f"status:{fact.status}" in names)
    return False


def _stops(names: frozenset[str], fact: Fact, was: Situation) -> bool:
    if fact.what == STATUS:
        return ("done" in names and fact.is_done) or f"status:{fact.status}" in names
    if fact.what == ASSIGNED:
        return "assigned" in names and fact.is_assigned
    return fact.what in names and fact.what in (RESPONDED, ACKNOWLEDGED)
