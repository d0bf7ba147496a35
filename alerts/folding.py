"""Folding a batch of events into steps, so that a storm of duplicates costs one row. Pure: no database, no Django."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from alerts import skew
from alerts.normal import CLOSE, OPEN, Event

ECHO = timedelta(seconds=10)


class Hearer(Protocol):
    """Whoever wants to know what came of an event."""

    def hear(self, status: str, *, alias: str, uid: Any = None, is_done: bool = True) -> None:
        """Is told once for each event."""


@dataclass(slots=True)
class Step:
    """Events of one alias that follow each other and mean the same: their last one, how many, and when the first and last were accepted.

    hearers: who wants to know what came of them.
    """

    event: Event
    integration_id: int | None
    count: int
    first_at: datetime
    last_at: datetime
    hearers: list[Hearer] = field(default_factory=list)

    def tell(self, status: str, uid: Any = None, *, is_done: bool = True) -> None:
        """What came of it."""
        for hearer in self.hearers:
            hearer.hear(status, alias=self.event.alias, uid=uid, is_done=is_done)


def waves(events: Iterable[tuple[Event, int | None, datetime] | tuple[Event, int | None, datetime, Hearer]]) -> list[dict[str, Step]]:
    """The steps of all aliases, in waves: within a wave an alias occurs once, and wave n holds the n-th step of each alias.

    Two events are one step when they follow each other for their alias, are of the same kind and priority and belong to the same firing.
    A fourth part of an event is who wants to know what comes of it. `is_first_kept` in an event's extra: what it repeats keeps its words (Opsgenie).
    """
    steps: dict[str, list[Step]] = {}
    for event, integration_id, at, *hearers in events:
        known = steps.setdefault(event.alias, [])
        if known and _is_same(known[-1].event, event):
            known[-1].last_at = at
            if not event.extra.get("is_first_kept"):
                known[-1].event = event
            known[-1].count += 1
            known[-1].hearers += hearers
        else:
            known.append(Step(event, integration_id, 1, at, at, hearers))
    depth = max((len(known) for known in steps.values()), default=0)
    return [{alias: known[level] for alias, known in sorted(steps.items()) if len(known) > level} for level in range(depth)]


def _is_same(one: Event, other: Event) -> bool:
    return (one.kind, one.starts_at, one.priority, one.extra) == (other.kind, other.starts_at, other.priority, other.extra) and one.kind in (
        OPEN,
        CLOSE,
    )


@dataclass(frozen=True, slots=True)
class Past:
    """The newest closed alert of an alias: when its last firing began (the tool's clock), when the tool said that it was over and when it last came (ours)."""

    pk: int
    starts_at: datetime | None
    recovered_at: datetime | None
    came_at: datetime | None = None


def is_old_firing(starts_at: datetime | None, received_at: datetime, past: Past) -> bool:
    """Whether a firing belongs to a closed alert: then it is no new one, however often it is sent.

    Closed by a person while the tool still fires: this start, and any older one, stays closed. After the tool itself said that it was over, the
    same start is a new outage (Alertmanager sends it when it lost Prometheus for a while), save within ten seconds, when the order of delivery is chance.
    """
    if starts_at is None or past.starts_at is None or starts_at > past.starts_at:
        return False
    if starts_at < past.starts_at and past.came_at is not None and past.starts_at - past.came_at > skew.AHEAD:
        return False  # that start lay in the future when it came: its clock was wrong, and says nothing about what begins now (RELIABILITY A14)
    return past.recovered_at is None or received_at - past.recovered_at <= ECHO


def over_until(event: Event) -> datetime | None:
    """Up to when, by the tool's clock, a recovery says that firings are over; None when it does not say."""
    return event.ended_at or event.starts_at


def is_over(starts_at: datetime | None, received_at: datetime, until: datetime, told_at: datetime) -> bool:
    """Whether the end of a firing was told before the firing itself: within ten seconds, when the order of delivery is chance (RELIABILITY A12)."""
    return starts_at is not None and starts_at <= until and received_at - told_at <= ECHO


def closes(event: Event, alert_start: datetime | None) -> bool:
    """Whether a recovery ends the open alert: not when that firing ended before this one began, and the message about it comes late.

    Its start alone says little: Alertmanager moves it back when it merges what two Prometheus servers report.
    """
    if alert_start is None:
        return True
    if event.ended_at is not None:
        return event.ended_at >= alert_start
    return event.starts_at is None or event.starts_at >= alert_start
