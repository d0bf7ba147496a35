"""Days off from outside: public holidays of a country, and calendar files (RFC 5545). No database, no Django.

Raises Unreadable, whose text says what is wrong and what to do.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import holidays
from dateutil import rrule
from icalendar import Calendar as File

MAX_BYTES = 1_000_000
MAX_EVENTS = 5_000
MAX_DAYS = 5_000
LONGEST = 366
NAME_LENGTH = 80
DAY = timedelta(days=1)

DaysOff = dict[date, str]


class Unreadable(ValueError):
    """What was given is no source of days off."""


def countries() -> dict[str, list[str]]:
    """Code of a country → codes of its parts, as the library knows them."""
    found: dict[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return found


def public(country: str, subdivision: str, first_year: int, years: int) -> DaysOff:
    """The public holidays of a country, or of one of its parts, by day. Raises Unreadable for a place that is not known."""
    known = countries()
    if country not in known:
        raise Unreadable(f"The country {country} is not known. Use a code of two letters, such as NO or DE.")
    if subdivision and subdivision not in known[country]:
        raise Unreadable(f"{country} has no part {subdivision}. Known: {', '.join(known[country]) or 'none'}.")
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=range(first_year, first_year + years))
    return {day: str(name)[:NAME_LENGTH] for day, name in sorted(days.items())}


def from_file(content: bytes, first: date, last: date) -> tuple[DaysOff, int]:
    """The all-day events of a calendar file between two days, repeated ones unrolled; and how many events with times were left out.

    Raises Unreadable for a file that is too large, no calendar, or without a day off.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(f"The file is larger than {MAX_BYTES // 1_000_000} MB. Export the holidays only.")
    try:
        events = File.from_ical(content).walk("VEVENT")
    except (ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise Unreadable("This is no calendar file. Choose an .ics file with all-day events.") from error
    if len(events) > MAX_EVENTS:
        raise Unreadable(f"The file has more than {MAX_EVENTS} events. Export the holidays only.")
    found: DaysOff = {}
    timed = 0
    for event in events:
        start = _value(event, "DTSTART")
        if isinstance(start, datetime) or not isinstance(start, date):
            timed += 1
            continue
        name = " ".join(str(event.get("SUMMARY", "")).split())[:NAME_LENGTH] or "Day off"
        length = _length(event, start, name)
        for begin in _starts(event, start, first - length * DAY, last, name):
            found.update({day: name for day in (begin + number * DAY for number in range(length)) if first <= day <= last})
        if len(found) > MAX_DAYS:
            raise Unreadable(f"The file names more than {MAX_DAYS} days off. Is it a calendar of holidays?")
    if not found:
        raise Unreadable(f"The file has no all-day event between {first} and {last}; {timed} events with times were left out.")
    return dict(sorted(found.items())), timed


def _value(event: Any, name: str) -> Any:
    """A property as a Python value; None where the file does not have it or cannot be read there."""
    try:
        return event.decoded(name)
    except (KeyError, ValueError):
        return None


def _length(event: Any, start: date, name: str) -> int:
    """How many days an event lasts: its end is the first day after it."""
    end, duration = _value(event, "DTEND"), _value(event, "DURATION")
    if isinstance(end, date) and not isinstance(end, datetime):
        days = (end - start).days
    else:
        days = duration.days if isinstance(duration, timedelta) else 1
    if days > LONGEST:
        raise Unreadable(f"“{name}” lasts {days} days. Split it into parts of at most a year.")
    return max(1, days)


def _starts(event: Any, start: date, first: date, last: date, name: str) -> Iterator[date]:
    """The first days of an event and of its repetitions between two days."""
    rule = event.get("RRULE")
    if rule is None:
        yield start
        return
    if isinstance(rule, list) or [str(part).upper() for part in rule.get("FREQ", [])] not in (["YEARLY"], ["MONTHLY"]):
        raise Unreadable(f"“{name}” repeats more often than every month. Days off repeat yearly; weekly free days belong into the openings.")
    left_out = set(_exceptions(event))
    text = ";".join(part for part in rule.to_ical().decode().split(";") if not part.startswith("UNTIL="))
    until = rule.get("UNTIL", [None])[0]
    end = min(last, until.date() if isinstance(until, datetime) else until) if until else last
    try:
        if any(part in rule for part in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            raise ValueError("A day off has no time of day.")
        repeated = rrule.rrulestr(text, dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001  # days, not instants
    except ValueError as error:
        raise Unreadable(f"The repetition of “{name}” cannot be read: {text}.") from error
    lowest, highest = datetime(first.year, first.month, first.day), datetime(end.year, end.month, end.day)  # noqa: DTZ001  # days, not instants
    for found in repeated.xafter(lowest, inc=True):
        if found > highest:
            return
        if found.date() not in left_out:
            yield found.date()


def _exceptions(event: Any) -> Iterator[date]:
    given = event.get("EXDATE", [])
    for group in given if isinstance(given, list) else [given]:
        for value in group.dts:
            yield value.dt.date() if isinstance(value.dt, datetime) else value.dt
