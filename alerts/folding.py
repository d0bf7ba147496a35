"""Folding a batch of events into steps, so that a storm of duplicates costs one row. Pure: no database, no Django."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.normal import Event


@dataclass(slots=True)
class Step:
    """Events of one alias that follow each other and mean the same: their last one, how many, and when the first and last were accepted."""

    event: Event
    integration_id: int | None
    count: int
    first_at: datetime
    last_at: datetime


def waves(events: Iterable[tuple[Event, int | None, datetime]]) -> list[dict[str, Step]]:
    """The steps of all aliases, in waves: within a wave an alias occurs once, and wave n holds the n-th step of each alias.

    Two events are one step when they follow each other for their alias, are of the same kind and belong to the same firing.
    """
    steps: dict[str, list[Step]] = {}
    for event, integration_id, at in events:
        known = steps.setdefault(event.alias, [])
        if known and known[-1].event.kind == event.kind and known[-1].event.starts_at == event.starts_at:
            known[-1].event, known[-1].last_at = event, at
            known[-1].count += 1
        else:
            known.append(Step(event, integration_id, 1, at, at))
    depth = max((len(known) for known in steps.values()), default=0)
    return [{alias: known[level] for alias, known in sorted(steps.items()) if len(known) > level} for level in range(depth)]


def is_old_firing(starts_at: datetime | None, last_closed_start: datetime | None) -> bool:
    """Whether a firing is one that was closed already, or older than it: then it is no new alert, however often it is sent."""
    return starts_at is not None and last_closed_start is not None and starts_at <= last_closed_start


def closes(event_start: datetime | None, alert_start: datetime | None) -> bool:
    """Whether a recovery ends the open alert: not when it belongs to an earlier firing that arrives late."""
    return event_start is None or alert_start is None or event_start >= alert_start
