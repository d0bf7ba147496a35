"""Why a clock shows what it shows: every stretch of every cycle with its reason, adding up to the time used and the time it stood still (SLA-12)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from sla import ledger
from sla.ledger import Cycle, Piece
from tickets import facts
from tickets.models import Metric, SlaClock, Ticket

MOST_LINES = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch: from, to, its reason in words, and how many seconds it used, or stood still."""

    begin: datetime
    end: datetime
    why: str
    reason: str
    seconds: int

    @property
    def is_counted(self) -> bool:
        """Whether these seconds were used up."""
        return self.why == ledger.OPEN


@dataclass(slots=True)
class Explanation:
    """One cycle of one metric. used_seconds is the sum of the lines that count, still_seconds of the others, folded lines included."""

    metric: str
    name: str
    cycle: int
    state: str
    goal: str
    calendar: str
    target_seconds: int
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    breached_at: datetime | None
    used_seconds: int = 0
    still_seconds: int = 0
    folded: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def remaining_seconds(self) -> int:
        """What is left; negative once the target is missed."""
        return self.target_seconds - self.used_seconds

    @property
    def elapsed_seconds(self) -> int:
        """Used and stood still together: the time on the wall."""
        return self.used_seconds + self.still_seconds


def explain(ticket: Ticket, at: datetime, *, most: int = MOST_LINES) -> list[Explanation]:
    """Every cycle of every metric of a ticket, the newest cycles first; at most `most` lines each, the oldest folded into one number."""
    cycles = facts.cycles_of(facts.facts_of([ticket])[ticket.pk])
    rows = {(row.metric, row.cycle): row for row in SlaClock.objects.filter(ticket_id=ticket.pk).select_related("goal__metric", "calendar")}
    metrics = {metric.slug: metric for metric in Metric.objects.filter(kind=ticket.kind)}
    order = {slug: number for number, slug in enumerate(metrics)}
    told = [_told(cycle, rows.get((cycle.metric, cycle.number)), metrics.get(cycle.metric), at, most) for cycle in cycles]
    return sorted(told, key=lambda one: (order.get(one.metric, len(order)), -one.cycle))


def _told(cycle: Cycle, row: SlaClock | None, metric: Metric | None, at: datetime, most: int) -> Explanation:
    goal = row.goal if row else None
    told = Explanation(
        metric=cycle.metric, name=metric.name if metric else cycle.metric, cycle=cycle.number, state=cycle.state,
        goal=(goal.query or _("all tickets")) if goal else "", calendar=str(row.calendar) if row else "",
        target_seconds=int(cycle.target.total_seconds()), started_at=cycle.started_at, stopped_at=cycle.stopped_at,
        due_at=cycle.due_at, breached_at=cycle.breached_at(at),
    )  # fmt: skip
    lines = list(_joined(_lines(cycle.explain(at))))
    told.used_seconds = sum(line.seconds for line in lines if line.is_counted)
    told.still_seconds = sum(line.seconds for line in lines if not line.is_counted)
    told.folded = max(0, len(lines) - most)
    told.lines = lines[told.folded :]
    return told


def _lines(pieces: Iterable[Piece]) -> Iterable[Line]:
    """The pieces in whole seconds: each boundary is rounded down on its own sum, so that the lines add up exactly."""
    sums = {True: timedelta(), False: timedelta()}
    for piece in pieces:
        before = sums[piece.is_counted]
        sums[piece.is_counted] = before + (piece.end - piece.begin)
        seconds = int(sums[piece.is_counted].total_seconds()) - int(before.total_seconds())
        yield Line(piece.begin, piece.end, piece.why, _reason(piece), seconds)


def _joined(lines: Iterable[Line]) -> Iterable[Line]:
    """Neighbours that differ in nothing people ask about, such as two statuses that both count, as one line."""
    pending: Line | None = None
    for line in lines:
        if pending is not None and (pending.why, pending.reason, pending.end) == (line.why, line.reason, line.begin):
            pending = Line(pending.begin, line.end, line.why, line.reason, pending.seconds + line.seconds)
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending is not None:
        yield pending


def _reason(piece: Piece) -> str:
    """Why a stretch counts or does not, in words."""
    if piece.why == ledger.OPEN:
        return _("Running")
    if piece.why == ledger.CLOSED:
        return _("Out of hours")
    if piece.why == ledger.HOLIDAY:
        return _("Holiday: %(name)s") % {"name": piece.name} if piece.name else _("Holiday")
    words = _("Paused: %(status)s") % {"status": piece.name} if piece.name else _("Paused")
    return f"{words}, {piece.reason}" if piece.reason else words
