"""From the clock on a wall to an instant, across the hours that a clock change skips or repeats. No database, no Django.

A shift starts at the first instant that its wall time can mean, and ends at the last: where an hour is repeated two people are on duty, where one is
skipped the shift changes at the first instant that exists. So there is an overlap at times, and never a gap.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def first(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the wall shows this time; the end of the gap when it never does. wall: without a zone."""
    return _instant(wall, zone, 0)


def last(wall: datetime, zone: ZoneInfo) -> datetime:
    """The last instant, in UTC, at which the wall shows this time; the end of the gap when it never does."""
    return _instant(wall, zone, 1)


@lru_cache(maxsize=20_000)
def _instant(wall: datetime, zone: ZoneInfo, fold: int) -> datetime:
    early, late = (wall.replace(tzinfo=zone, fold=one).astimezone(UTC) for one in (0, 1))
    if early <= late:  # an ordinary time, or one that comes twice
        return late if fold else early
    return _end_of_gap(late, early, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the clock change between two instants, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def of(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the wall shows at an instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def at(day: date, minute: int) -> datetime:
    """A wall time by its day and minute of the day; 1440 is midnight at the day's end."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)
