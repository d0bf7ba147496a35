"""Points in time as people write them in a query. Pure: no database, no Django.

A day (2026-11-01), a minute ("2026-11-01 14:00"), or a distance from now: -1d, 2w, "4h 30m". Units: y, M (months), w, d, h, m (minutes).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

FIRST_YEAR, LAST_YEAR = 1900, 2999

_ABSOLUTE = re.compile(r"(\d{4,6})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(Z)?)?")
_RELATIVE = re.compile(r"([+-]?)\s*((?:\d{1,9}\s*[yMwdhm]\s*)+)")
_BARE = re.compile(r"[+-]?\d{1,9}")
_PART = re.compile(r"(\d{1,9})\s*([yMwdhm])")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60}
UNITS = {"day": "d", "week": "w", "month": "M", "year": "y"}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or, when `end` is later than `start`, a stretch that ends before `end`: a whole day, a whole minute."""

    start: datetime
    end: datetime


def instant(at: datetime) -> Moment:
    """A single instant."""
    return Moment(at, at)


def read(text: str, at: datetime, zone: tzinfo) -> Moment:
    """What a text means, in the asker's zone. Raises ValueError when it is no date and no distance."""
    word = text.strip()
    absolute = _ABSOLUTE.fullmatch(word)
    if absolute:
        return _absolute(absolute, zone)
    return instant(shifted(at, word, zone))


def _absolute(found: re.Match[str], zone: tzinfo) -> Moment:
    year, month, day = (int(found[group]) for group in (1, 2, 3))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("year")
    hour, minute, second = (int(found[group] or 0) for group in (4, 5, 6))
    local = datetime(year, month, day, hour, minute, second, tzinfo=UTC if found[7] else zone)
    if found[4] is None:
        return Moment(local.astimezone(UTC), (local + timedelta(days=1)).astimezone(UTC))
    length = timedelta(seconds=1) if found[6] else timedelta(minutes=1)
    return Moment(local.astimezone(UTC), local.astimezone(UTC) + length)


def _parts(text: str, unit: str = "") -> tuple[int, list[tuple[int, str]]]:
    """The sign and the amounts with their units; a bare number counts in `unit`. Raises ValueError."""
    word = text.strip()
    if unit and _BARE.fullmatch(word):
        return (-1 if word.startswith("-") else 1), [(abs(int(word)), unit)]
    found = _RELATIVE.fullmatch(word)
    if not found:
        raise ValueError("distance")
    return (-1 if found[1] == "-" else 1), [(int(amount), name) for amount, name in _PART.findall(found[2])]


def duration(text: str) -> timedelta:
    """A stretch of time such as 1h, -30m or "1d 4h"; a day has 24 hours. Raises ValueError."""
    if text.strip() in ("0", "-0", "+0"):
        return timedelta(0)
    sign, parts = _parts(text)
    if any(unit not in _SECONDS for _amount, unit in parts):
        raise ValueError("unit")
    seconds = sum(amount * _SECONDS[unit] for amount, unit in parts)
    if seconds > 100 * 366 * 86_400:
        raise ValueError("too long")
    return sign * timedelta(seconds=seconds)


def shifted(at: datetime, text: str, zone: tzinfo, unit: str = "") -> datetime:
    """An instant moved by a distance. Raises ValueError for no distance, and for one that leads out of the calendar."""
    sign, parts = _parts(text, unit)
    moved = at
    for amount, name in parts:
        moved = _moved(moved, sign * amount, name, zone)
    return moved


def _moved(at: datetime, amount: int, unit: str, zone: tzinfo) -> datetime:
    try:
        if unit in _SECONDS:
            moved = at + timedelta(seconds=amount * _SECONDS[unit])
        else:
            moved = _months(at.astimezone(zone), amount * (12 if unit == "y" else 1)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("too far") from error
    if not FIRST_YEAR <= moved.year <= LAST_YEAR:
        raise ValueError("too far")
    return moved


def _months(local: datetime, amount: int) -> datetime:
    """The same day so many months on; the last of a shorter month."""
    index = local.year * 12 + local.month - 1 + amount
    year, month = divmod(index, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("too far")
    for day in range(local.day, 27, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return local.replace(year=year, month=month + 1, day=min(local.day, 28))


def start_of(unit: str, at: datetime, zone: tzinfo) -> datetime:
    """When the day, week (it begins on Monday), month or year of an instant began, in the asker's zone."""
    local = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        local -= timedelta(days=local.weekday())
    elif unit == "month":
        local = local.replace(day=1)
    elif unit == "year":
        local = local.replace(month=1, day=1)
    return local.astimezone(UTC)


def end_of(unit: str, at: datetime, zone: tzinfo) -> datetime:
    """The last microsecond of the day, week, month or year of an instant."""
    local = start_of(unit, at, zone).astimezone(zone)
    following = {"day": local + timedelta(days=1), "week": local + timedelta(days=7)}.get(unit) or _months(local, 12 if unit == "year" else 1)
    return following.astimezone(UTC) - timedelta(microseconds=1)


def edge(unit: str, at: datetime, zone: tzinfo, offset: str, *, is_end: bool) -> datetime:
    """startOfWeek("-1w"), endOfMonth(1): an offset in the function's own unit (or a bare number) chooses another week, any other moves the result.

    Raises ValueError for a wrong offset.
    """
    find = end_of if is_end else start_of
    if not offset.strip():
        return find(unit, at, zone)
    _sign, parts = _parts(offset, UNITS[unit])
    if all(name == UNITS[unit] for _amount, name in parts):
        return find(unit, _moved_local(at, offset, zone, UNITS[unit]), zone)
    return shifted(find(unit, at, zone), offset, zone)


def _moved_local(at: datetime, offset: str, zone: tzinfo, unit: str) -> datetime:
    """Whole days and weeks move the date on the wall, so that a change of the clocks does not lead into a neighbouring day."""
    if unit not in ("d", "w"):
        return shifted(at, offset, zone, unit)
    local = at.astimezone(zone)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=UTC)
    return shifted(noon, offset, UTC, unit).replace(tzinfo=zone).astimezone(UTC)
