"""Quiet hours: when a page may reach somebody who is not to be disturbed. No database."""

from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Hours(Protocol):
    """From and until are wall times; an end at or before the begin goes over midnight. weekdays: 0 is Monday, empty for all; the day it begins counts."""

    from_at: time
    until_at: time
    weekdays: list[int]


def ends_at(hours: Hours, zone: str, at: datetime) -> datetime:
    """The instant from which a message may leave: the end of the quiet hours that hold at an instant, or the instant itself."""
    wall = at.astimezone(ZoneInfo(zone))
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        if hours.weekdays and day.weekday() not in hours.weekdays:
            continue
        begin = datetime.combine(day, hours.from_at, wall.tzinfo)
        end = datetime.combine(day + timedelta(days=0 if hours.until_at > hours.from_at else 1), hours.until_at, wall.tzinfo)
        if begin <= wall < end:
            return end.astimezone(at.tzinfo)
    return at
