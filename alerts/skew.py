"""What a tool's clock says beside ours (RELIABILITY A13, A14). Pure: no database, no Django.

When something came to us governs. The tool's own time says which firing is meant, how old it is when it comes, and how wrong that clock is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from alerts.normal import CLOSE, OPEN, Event

NONE = timedelta(0)
AHEAD = timedelta(minutes=5)  # a start so far after it came was told by a clock that is wrong
NONSENSE = timedelta(hours=24)  # so far ahead it is no time at all, and is left out
LARGE = timedelta(minutes=10)
HOURS, AGREE = 3, timedelta(minutes=15)


def plausible(event: Event, received_at: datetime) -> Event:
    """An event without an instant that nobody's clock can show."""
    if event.kind == OPEN and event.starts_at is not None and event.starts_at - received_at > NONSENSE:
        return replace(event, starts_at=None)
    if event.kind == CLOSE and event.ended_at is not None and event.ended_at - received_at > NONSENSE:
        return replace(event, ended_at=None)
    return event


def is_stale(starts_at: datetime | None, received_at: datetime, hours: int, skew: timedelta = NONE) -> bool:
    """Whether a firing came more than so many hours after it began (0: never), by the tool's clock with what it is known to be wrong by."""
    return hours > 0 and starts_at is not None and received_at - starts_at - max(skew, NONE) > timedelta(hours=hours)


def behind(hours: Mapping[datetime, Sequence[int]]) -> timedelta | None:
    """By how much events come after the time that they carry; None when nothing came. hours: seconds by the hour in which they came."""
    kept = [seconds for samples in hours.values() for seconds in samples]
    return timedelta(seconds=round(median(kept))) if kept else None


def settled(hours: Mapping[datetime, Sequence[int]]) -> timedelta:
    """By how much the clock itself is wrong, when several hours agree on it; a backlog that is sent again says nothing about the clock."""
    found = [median(samples) for samples in hours.values() if samples]
    middle = median(found) if found else 0
    agreeing = sum(abs(one - middle) <= AGREE.total_seconds() for one in found)
    return timedelta(seconds=round(middle)) if len(found) >= HOURS and 4 * agreeing >= 3 * len(found) else NONE
