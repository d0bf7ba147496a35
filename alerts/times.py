"""When a rule holds: weekdays and hours on the wall of a zone, as routing rules have it. No database.

As JSON: {"weekdays": [0, 1], "from": "09:00", "until": "18:00", "zone": "Europe/Oslo"}; nothing in it is always.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.validators import known_zone
from common import errors
from oncall import routing


@dataclass(frozen=True, slots=True)
class Times:
    """Weekdays from Monday = 0, empty for all; None for no limit."""

    weekdays: tuple[int, ...] = ()
    from_at: time | None = None
    until_at: time | None = None
    time_zone: str = "UTC"

    def fits(self, at: datetime) -> bool:
        """Whether the rule holds at an instant."""
        return not routing.wrong_time(self, at)

    @property
    def words(self) -> str:
        """“on weekdays 09:00–18:00 (Europe/Oslo)”; empty for always."""
        return routing.hours(self)


ALWAYS = Times()


def check(given: Any, where: str = "times") -> dict[str, Any]:
    """Times as they are stored; empty for always. Raises Invalid that names the value and the remedy."""
    if not given:
        return {}
    if not isinstance(given, Mapping):
        raise errors.Invalid(where, _("Give an object with weekdays, from, until and zone."))
    days = given.get("weekdays") or []
    if not isinstance(days, list | tuple) or any(not isinstance(day, int) or not 0 <= day <= 6 for day in days):
        raise errors.Invalid(f"{where}.weekdays", _("Weekdays are 0 (Monday) to 6 (Sunday)."))
    begin, end = (clock_time(given.get(name), f"{where}.{name}") for name in ("from", "until"))
    if begin is not None and begin == end:
        raise errors.Invalid(f"{where}.until", _("The end must differ from the begin."))
    stored = {"weekdays": sorted(set(days)), "from": begin, "until": end, "zone": zone(given.get("zone") or "UTC", f"{where}.zone")}
    return stored if days or begin or end else {}


def zone(given: Any, where: str) -> str:
    """A zone that is known. Raises Invalid."""
    try:
        known_zone(str(given))
    except ValidationError as error:
        raise errors.Invalid(where, error.messages[0]) from error
    return str(given)


def clock_time(given: Any, where: str) -> str | None:
    """HH:MM, or None for nothing. Raises Invalid."""
    if given in (None, ""):
        return None
    try:
        return f"{time.fromisoformat(str(given)):%H:%M}"
    except ValueError as error:
        raise errors.Invalid(where, _("Write a time such as 09:00.")) from error


def times_of(stored: Mapping[str, Any]) -> Times:
    """Stored times."""
    return _times(tuple(stored.get("weekdays", ())), stored.get("from"), stored.get("until"), stored.get("zone", "UTC")) if stored else ALWAYS


@lru_cache(maxsize=512)
def _times(days: tuple[int, ...], begin: str | None, end: str | None, name: str) -> Times:
    return Times(days, time.fromisoformat(begin) if begin else None, time.fromisoformat(end) if end else None, name)


def next_at(wall: time, name: str, after: datetime, weekday: int | None = None) -> datetime:
    """The next instant after another at which the wall of a zone shows a time (of a weekday). A time that the clock skips is the moment it jumps to."""
    local = after.astimezone(ZoneInfo(name))
    for days in range(9):
        day = local.date() + timedelta(days=days)
        instant = datetime.combine(day, wall, ZoneInfo(name))
        if instant.timestamp() > after.timestamp() and weekday in (None, day.weekday()):
            return datetime.fromtimestamp(instant.timestamp(), after.tzinfo)
    raise AssertionError("a week has seven days")


def weekday(number: int) -> str:
    """The name of a weekday from Monday = 0."""
    return str(WEEKDAYS[number])
