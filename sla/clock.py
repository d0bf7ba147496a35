"""The SLA clock: pure arithmetic on working hours. No database, no Django; every function takes its instants.

An instant is working time when the clock on the wall of the calendar's zone stands inside an opening and the day on that wall is no holiday.
So a local hour that a clock change repeats counts twice, and one that it skips does not count. Instants are aware datetimes, durations are
timedeltas. A year of a calendar is laid out once and kept, so that spans of ten years cost two look-ups a year.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Pause = tuple[datetime, datetime | None]

HORIZON_DAYS = 3660
OPEN, CLOSED, HOLIDAY = "open", "closed", "holiday"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
PROBE = timedelta(hours=6)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours. week: for Monday to Sunday the (opening, closing) local times; a closing of 00:00 is midnight at the day's end.

    names: what the holidays are called, for people; two calendars that differ in names only count alike.
    """

    zone: ZoneInfo
    week: tuple[tuple[tuple[time, time], ...], ...]
    holidays: frozenset[date] = frozenset()
    names: Mapping[date, str] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of time of one sort: open, closed, or holiday. `on` is the first local day of a holiday."""

    begin: datetime
    end: datetime
    sort: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class _Year:
    """A calendar's year in UTC, cut into parts of one sort, in microseconds since 1970, with the working time before each part."""

    begins: list[int]
    ends: list[int]
    sorts: list[tuple[str, date | None]]
    before: list[int]
    total: int

    def worked_until(self, tick: int) -> int:
        """Working microseconds between the year's begin and `tick`."""
        part = bisect_right(self.begins, tick) - 1
        if part < 0:
            return 0
        inside = min(tick, self.ends[part]) - self.begins[part] if self.sorts[part][0] == OPEN else 0
        return self.before[part] + inside

    def reached(self, amount: int) -> int:
        """The first tick at which `amount` (above 0, at most the total) of this year's working time is over."""
        part = bisect_right(self.before, amount - 1) - 1
        return self.begins[part] + amount - self.before[part]


def elapsed(hours: Hours | None, started_at: datetime, pauses: Sequence[Pause], at: datetime) -> timedelta:
    """The working time used between the start and `at`, pauses left out. hours None means round the clock."""
    return sum((worked(hours, begin, end) for begin, end in _running(started_at, pauses, at)), timedelta())


def due_at(hours: Hours | None, started_at: datetime, pauses: Sequence[Pause], target: timedelta) -> datetime | None:
    """The instant at which the target is used up; None while a pause is open and the target was not used up before it.

    Raises ValueError when the hours never open within ten years.
    """
    left = target
    horizon = started_at + timedelta(days=HORIZON_DAYS)
    for begin, end in _running(started_at, pauses, horizon):
        used = worked(hours, begin, end)
        if used >= left:
            return after(hours, begin, left)
        left -= used
    if pauses and pauses[-1][1] is None:
        return None
    raise ValueError("These working hours do not leave enough time within ten years. Check the calendar's openings.")


def worked(hours: Hours | None, begin: datetime, end: datetime) -> timedelta:
    """The working time between two instants; nothing when the end is not after the begin."""
    if end <= begin:
        return timedelta()
    first, last = _ticks(begin), _ticks(end)
    if hours is None:
        return (last - first) * TICK
    years = range(begin.astimezone(UTC).year, end.astimezone(UTC).year + 1)
    whole = sum(_year(hours, year).total for year in years[:-1])
    return (whole + _year(hours, years[-1]).worked_until(last) - _year(hours, years[0]).worked_until(first)) * TICK


def after(hours: Hours | None, begin: datetime, amount: timedelta) -> datetime:
    """The first instant at which `amount` of working time has passed since `begin`. Raises ValueError when that takes more than ten years."""
    if hours is None or amount <= timedelta():
        return begin.astimezone(UTC) + max(amount, timedelta())
    start = begin.astimezone(UTC)
    left = amount // TICK + _year(hours, start.year).worked_until(_ticks(begin))
    for year in range(start.year, start.year + HORIZON_DAYS // 366 + 2):
        table = _year(hours, year)
        if left <= table.total:
            return EPOCH + table.reached(left) * TICK
        left -= table.total
    raise ValueError("These working hours do not leave enough time within ten years. Check the calendar's openings.")


def stretches(hours: Hours | None, begin: datetime, end: datetime) -> Iterator[Stretch]:
    """What the time between two instants consists of, in order and without a gap."""
    if end <= begin:
        return
    if hours is None:
        yield Stretch(begin.astimezone(UTC), end.astimezone(UTC), OPEN)
        return
    first, last = _ticks(begin), _ticks(end)
    pending: Stretch | None = None
    for year in range(begin.astimezone(UTC).year, end.astimezone(UTC).year + 1):
        table = _year(hours, year)
        for part in range(max(0, bisect_right(table.begins, first) - 1), len(table.begins)):
            start, stop = max(first, table.begins[part]), min(last, table.ends[part])
            if start >= stop:
                continue
            sort, on = table.sorts[part]
            if pending is not None and (pending.sort, pending.on) == (sort, on):
                pending = Stretch(pending.begin, EPOCH + stop * TICK, sort, on)
                continue
            if pending is not None:
                yield pending
            pending = Stretch(EPOCH + start * TICK, EPOCH + stop * TICK, sort, on)
    if pending is not None:
        yield pending


def _running(started_at: datetime, pauses: Sequence[Pause], at: datetime) -> Iterator[tuple[datetime, datetime]]:
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


def _ticks(instant: datetime) -> int:
    return (instant - EPOCH) // TICK


@lru_cache(maxsize=256)
def _year(hours: Hours, year: int) -> _Year:
    table = _Year([], [], [], [], 0)
    total = 0
    for begin, end, sort in _parts(hours, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)):
        if table.sorts and table.sorts[-1] == sort:
            table.ends[-1] = end
        else:
            table.begins.append(begin)
            table.ends.append(end)
            table.sorts.append(sort)
            table.before.append(total)
        total += end - begin if sort[0] == OPEN else 0
    return _Year(table.begins, table.ends, table.sorts, table.before, total)


def _parts(hours: Hours, begin: datetime, end: datetime) -> Iterator[tuple[int, int, tuple[str, date | None]]]:
    """Every part of [begin, end) with its sort. While the zone's offset stands still, local time and UTC differ by a constant."""
    for start, stop, offset in _steady(hours.zone, begin, end):
        day = (start + offset).date()
        cursor = start
        while cursor < stop:
            midnight = datetime.combine(day + DAY, time(0), UTC) - offset
            close = min(stop, midnight)
            for piece_end, sort in _day(hours, day, offset):
                if piece_end > cursor:
                    reach = min(piece_end, close)
                    yield _ticks(cursor), _ticks(reach), sort
                    cursor = reach
                if cursor >= close:
                    break
            day += DAY


def _day(hours: Hours, day: date, offset: timedelta) -> Iterator[tuple[datetime, tuple[str, date | None]]]:
    """The parts of a local day as (end in UTC, sort), in order; openings that overlap count once."""
    midnight = datetime.combine(day + DAY, time(0), UTC) - offset
    openings = hours.week[day.weekday()]
    if openings and day in hours.holidays:
        yield midnight, (HOLIDAY, day)
        return
    for opening, closing in sorted(openings):
        yield datetime.combine(day, opening, UTC) - offset, (CLOSED, None)
        yield (midnight if closing == time(0) else datetime.combine(day, closing, UTC) - offset), (OPEN, None)
    yield midnight, (CLOSED, None)


def _steady(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[begin, end) cut where the zone's offset changes, each part with its offset from UTC."""
    start, cursor = begin, begin
    offset = _offset(zone, begin)
    while cursor < end:
        probe = min(cursor + PROBE, end)
        if probe < end and _offset(zone, probe) != offset:
            change = _change_between(zone, cursor, probe)
            yield start, change, offset
            start, offset = change, _offset(zone, change)
        cursor = probe
    yield start, end, offset


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _change_between(zone: ZoneInfo, before: datetime, later: datetime) -> datetime:
    """The instant between two whole seconds at which the zone's offset changes."""
    old = _offset(zone, before)
    while later - before > timedelta(seconds=1):
        middle = (before + (later - before) // 2).replace(microsecond=0)
        if _offset(zone, middle) == old:
            before = middle
        else:
            later = middle
    return later
