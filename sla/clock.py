"""The SLA clock: pure arithmetic on working hours. No database, no Django; every function takes its instants.

A clock runs from its start, stands still during pauses and outside working hours, and is due when its target is used up.
Instants are aware datetimes, durations are timedeltas. Local times that a clock change skips mean the instant of the change;
local times that occur twice mean the first occurrence for an opening and the last for a closing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]

HORIZON_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours. week: for Monday to Sunday the (opening, closing) local times; a closing of 00:00 is midnight at the day's end."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[time, time], ...], ...]
    holidays: frozenset[date] = frozenset()


def elapsed(hours: Hours | None, started_at: datetime, pauses: Sequence[Pause], at: datetime) -> timedelta:
    """The working time used between the start and `at`, pauses left out. hours None means round the clock."""
    used = timedelta()
    for begin, end in _running(started_at, pauses, at):
        used += _worked(hours, begin, end)
    return used


def due_at(hours: Hours | None, started_at: datetime, pauses: Sequence[Pause], target: timedelta) -> datetime | None:
    """The instant at which the target is used up; None while a pause is open and the target was not used up before it.

    Raises ValueError when the hours never open within ten years.
    """
    left = target
    horizon = started_at + timedelta(days=HORIZON_DAYS)
    for begin, end in _running(started_at, pauses, horizon):
        for opens, closes in _open(hours, begin, end):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
    if pauses and pauses[-1][1] is None:
        return None
    raise ValueError("These working hours do not leave enough time within ten years. Check the calendar's openings.")


def _running(started_at: datetime, pauses: Sequence[Pause], at: datetime) -> Iterator[Interval]:
    """The stretches between start and `at` in which the clock is not paused; pauses are in order and do not overlap."""
    cursor = started_at
    for begin, end in pauses:
        if begin > cursor:
            yield cursor, min(begin, at)
        if end is None:
            return
        cursor = max(cursor, end)
        if cursor >= at:
            return
    if cursor < at:
        yield cursor, at


def _worked(hours: Hours | None, begin: datetime, end: datetime) -> timedelta:
    return sum((closes - opens for opens, closes in _open(hours, begin, end)), timedelta())


def _open(hours: Hours | None, begin: datetime, end: datetime) -> Iterator[Interval]:
    """The parts of [begin, end) that are working time, in order, in UTC."""
    if end <= begin:
        return
    if hours is None:
        yield begin.astimezone(UTC), end.astimezone(UTC)
        return
    day = begin.astimezone(hours.zone).date() - timedelta(days=1)
    last = end.astimezone(hours.zone).date() + timedelta(days=1)
    reached = begin.astimezone(UTC)
    limit = end.astimezone(UTC)
    while day <= last:
        for opens, closes in _openings(hours, day):
            start, stop = max(opens, reached), min(closes, limit)
            if start < stop:
                yield start, stop
                reached = stop
        day += timedelta(days=1)


def _openings(hours: Hours, day: date) -> Iterator[Interval]:
    if day in hours.holidays:
        return
    for opening, closing in hours.week[day.weekday()]:
        end_day = day + timedelta(days=1) if closing == time(0) else day
        yield _instant(hours.zone, day, opening, is_end=False), _instant(hours.zone, end_day, closing, is_end=True)


def _instant(zone: ZoneInfo, day: date, local: time, *, is_end: bool) -> datetime:
    naive = datetime.combine(day, local)
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return first
    if first < second:
        return second if is_end else first
    return _change_between(zone, second, first)


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant between two at which the zone's offset changes, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
