"""When maintenance is: once, or again and again on the wall of a zone. Pure: no database.

A recurring window keeps its times on the wall when the clock changes. Where a time occurs twice it begins with the first and ends with the last; a time
that is skipped is the moment that the clock jumps to, as GoAlert has it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

from common import errors

SLOW = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
LONGEST = timedelta(days=366)


def check(recurrence: str, starts_at: datetime, ends_at: datetime, where: str = "recurrence") -> str:
    """An RRULE that can be used, without its prefix; empty for once. Raises Invalid."""
    if ends_at <= starts_at:
        raise errors.Invalid("ends_at", _("The end must be after the start."))
    if ends_at - starts_at > LONGEST:
        raise errors.Invalid("ends_at", _("A window lasts at most a year. Shorten it, or switch the rule or integration off."))
    given = recurrence.strip().upper().removeprefix("RRULE:")
    if not given:
        return ""
    try:
        parts = dict(part.split("=", 1) for part in given.split(";") if part)
        if "\n" in given or parts.get("FREQ") not in SLOW or int(parts.get("COUNT", "1")) > 10_000:
            raise ValueError(given)
        _rule(given, datetime(2026, 1, 1))  # noqa: DTZ001  # on the wall
    except (ValueError, TypeError, KeyError) as error:
        raise errors.Invalid(where, _("Write a rule such as FREQ=WEEKLY;BYDAY=SU. It repeats daily, weekly, monthly or yearly.")) from error
    return given


@lru_cache(maxsize=256)
def _rule(recurrence: str, first: datetime) -> Any:
    parts = [part for part in recurrence.split(";") if part]
    # an end in UTC is read on the wall, as the rule is
    cleaned = ";".join(part.removesuffix("Z") if part.startswith("UNTIL=") else part for part in parts)
    made = rrulestr(cleaned, dtstart=first, cache=False)
    if not isinstance(made, rrule):
        raise ValueError(recurrence)
    return made


def occurrences(window: Any, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The occurrences of a window that touch a span, in order. window: starts_at, ends_at, recurrence, time_zone, ended_at."""
    for start, stop in _all(window.starts_at, window.ends_at, window.recurrence, window.time_zone, begin, end):
        if window.ended_at is not None and start <= window.ended_at:
            stop = min(stop, window.ended_at)
        if stop > begin and start < end and stop > start:
            yield start, stop


@lru_cache(maxsize=1024)
def _all(starts_at: datetime, ends_at: datetime, recurrence: str, zone: str, begin: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    if not recurrence:
        return ((starts_at, ends_at),)
    wall = ZoneInfo(zone)
    first, last = starts_at.astimezone(wall).replace(tzinfo=None), ends_at.astimezone(wall).replace(tzinfo=None)
    length, slack = last - first, timedelta(days=1)
    low, high = (one.astimezone(wall).replace(tzinfo=None) for one in (begin, end))
    found = _rule(recurrence, first).between(low - length - slack, high + slack, inc=True)
    return tuple((_instant(day, wall, 0), _instant(day + length, wall, 1)) for day in found[:1000])


def _instant(local: datetime, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.fromtimestamp(local.replace(tzinfo=zone, fold=fold).timestamp(), UTC)


def current(window: Any, at: datetime) -> tuple[datetime, datetime] | None:
    """The occurrence that is under way at an instant; of several the one that ends last."""
    minute = at.replace(second=0, microsecond=0)
    found = [one for one in occurrences(window, minute, minute + timedelta(minutes=1)) if one[0] <= at < one[1]]
    return max(found, key=lambda one: one[1], default=None)


def following(window: Any, at: datetime, days: int = 400) -> tuple[datetime, datetime] | None:
    """The next occurrence after an instant; None when there is none within so many days."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return next((one for one in occurrences(window, day, day + timedelta(days=days)) if one[0] > at), None)
