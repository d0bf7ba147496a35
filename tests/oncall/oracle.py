"""An oracle for the rota that shares no code with it: it looks at the minutes around an instant on the wall and asks what each rotation says then.

Minutes since 1970 are its instants, in UTC and on the wall. A turn holds from the first minute at which the wall has shown its start until the last at
which it will still show a time before its end: so `high` is the latest wall time shown up to now, `low` the earliest one shown from now on.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)
AROUND = 200  # minutes; no clock is put back by more
UNITS = {"daily": 1440, "weekly": 10_080}


def minute_of(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


@lru_cache(200_000)
def wall_minute(minute: int, zone: ZoneInfo) -> int:
    shown = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
    return minute + int(shown.utcoffset().total_seconds()) // 60  # type: ignore[union-attr]


@lru_cache(200_000)
def bounds(minute: int, zone: ZoneInfo) -> tuple[float, int]:
    """(low, high) at a minute. Half a minute less than a time that comes again: what ends at it has not ended for the last time."""
    here = wall_minute(minute, zone)
    if wall_minute(minute - AROUND, zone) - here == -AROUND and wall_minute(minute + AROUND, zone) - here == AROUND:
        return here, here
    return (
        min(here, *(wall_minute(minute + step, zone) - 0.5 for step in range(1, AROUND))),
        max(wall_minute(minute - step, zone) for step in range(AROUND)),
    )


def flat(wall: datetime) -> int:
    return int((wall - EPOCH).total_seconds()) // 60


@lru_cache(200_000)
def started(wall: datetime, zone: ZoneInfo) -> int:
    """The first minute at which the wall has shown this time."""
    minute = flat(wall) - 1600
    while wall_minute(minute, zone) < flat(wall):
        minute += 1
    return minute


def in_window(one: Any, low: float, high: int) -> bool:
    """Whether a restriction holds: tried for the window of each of the last nine days."""
    for day in range(int(low // 1440) - 9, high // 1440 + 1):
        weekday = (EPOCH + timedelta(days=day)).weekday()
        if one.start_day is None:
            length = (one.end_minute - one.start_minute) if one.end_minute > one.start_minute else one.end_minute + 1440 - one.start_minute
        elif weekday == one.start_day:
            length = (one.end_day - one.start_day) * 1440 + one.end_minute - one.start_minute
            length = length if length > 0 else length + 10_080
        else:
            continue
        opens = day * 1440 + one.start_minute
        if opens <= high and low < opens + length:
            return True
    return False


def duty_of(rotation: Any, minute: int) -> set[Any]:
    """Who has the turn of a rotation at a minute: nobody, one, or two in a repeated hour."""
    low, high = bounds(minute, rotation.zone)
    if rotation.end is not None and low >= flat(rotation.end):
        return set()
    if rotation.restrictions and not any(in_window(one, low, high) for one in rotation.restrictions):
        return set()
    if rotation.unit == "hourly":
        numbers = [(minute - started(rotation.start, rotation.zone)) // (60 * rotation.length)]
    else:
        step = UNITS[rotation.unit] * rotation.length
        numbers = list(range(int((low - flat(rotation.start)) // step), (high - flat(rotation.start)) // step + 1))
    return {rotation.participants[number % len(rotation.participants)] for number in numbers if number >= 0}


def on_duty(schedule: Any, instant: datetime) -> set[Any]:
    """Who is on call at an instant, no ones left out."""
    minute = minute_of(instant)
    live = sorted((one for one in schedule.overrides if minute_of(one.begin) <= minute < minute_of(one.end)), key=lambda one: one.id)
    rows, is_any_whole = [], None
    for rotation in schedule.rotations:
        if rotation.is_shadow:
            continue
        holds = duty_of(rotation, minute)
        for one in live:  # the oldest first: each takes over from what is there
            if not one.rotations:
                holds = {one.who} if duty_of(rotation, minute) else set()
            elif rotation.id in one.rotations:
                holds = {one.who}
        rows.append(holds)
    for one in live:
        is_any_whole = one if not one.rotations else is_any_whole
    people = [{who for who in row if who.sort != "no_one"} for row in rows]
    if schedule.combination == "layers":
        found = next((row for row in reversed(people) if row), set())
    else:
        found = set().union(*people) if people else set()
    if not found and is_any_whole is not None and not any(rows):
        return {is_any_whole.who} if is_any_whole.who.sort != "no_one" else set()
    return found
