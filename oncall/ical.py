"""Reading calendar files (iCalendar, RFC 5545): their events between two instants, with every repetition as an event of its own. No database.

Repetitions, exceptions and moved single occurrences are the library's. What it would compute for minutes is refused before: rules that repeat within a
day or that no calendar program writes.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar
from recurring_ical_events import CalendarQuery

MOST_BYTES, MOST_EVENTS = 1_000_000, 2_000
SECONDS = 5.0  # for all repetitions of a file
LONGEST = timedelta(days=400)
OLDEST = date(2000, 1, 1)  # the first day of a series
READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
OFTEN = {"FREQ", "COUNT", "UNTIL", "INTERVAL", "BYDAY", "BYMONTH", "WKST"}
PARTS = {
    "DAILY": OFTEN, "WEEKLY": OFTEN, "MONTHLY": OFTEN | {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": OFTEN | {"BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"},
}  # fmt: skip
BROKEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)  # what the libraries raise for nonsense


ENDLESS = re.compile(rb"^RRULE\b.*(?:FREQ=(?!YEARLY|MONTHLY|WEEKLY|DAILY)|INTERVAL=(?!0*[1-9]))", re.IGNORECASE | re.MULTILINE)


class Unreadable(ValueError):
    """The file as a whole cannot be taken. The text says why and what to do."""


class Refused(ValueError):
    """One event cannot be taken. The text says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, or one repetition. key: the same in the next version of the file. attendees, organizer: e-mail addresses in small letters."""

    key: str
    begin: datetime
    end: datetime
    title: str
    attendees: tuple[str, ...] = ()
    organizer: str = ""


@dataclass(frozen=True, slots=True)
class Zones:
    """Where whole days begin, and what times without a zone mean."""

    days: ZoneInfo
    times: ZoneInfo


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its events in order of time, and of each that cannot be taken the title and why."""

    events: list[Event]
    refused: list[tuple[str, str]]


def read(content: bytes, zone: str, first: datetime, last: datetime, *, may_be_empty: bool = False) -> Reading:
    """The events that touch the time from first to last. zone: of events of whole days, and of times without a zone. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The calendar is larger than 1 MB. Export only the events that are meant."))
    if b"VTIMEZONE" in content.upper() and ENDLESS.search(
        re.sub(rb"\r?\n[ \t]", b"", content)
    ):  # the library unrolls the rules of zones while it reads
        raise Unreadable(_("A repetition in this calendar is not understood. Repeat by days, weeks, months or years."))
    try:
        calendars = [one for one in Calendar.from_ical(content, multiple=True) if one.name == "VCALENDAR"]
    except BROKEN as error:
        raise Unreadable(_("This is no calendar. Choose an .ics file, as calendar programs export it.")) from error
    except OSError as error:  # a zone such as “Europe”, which is a folder of zones
        raise Unreadable(_("A time zone of this calendar is not known. Use one such as Europe/Oslo.")) from error
    if not calendars:
        raise Unreadable(_("This is no calendar. Choose an .ics file, as calendar programs export it."))
    found, refused, count, ends_at = [], [], 0, monotonic() + SECONDS
    for calendar in calendars:
        own = _zones_of(calendar, zone)
        for group in _groups(calendar):
            count += len(group)
            title = title_of(group[0])
            if monotonic() > ends_at:
                raise Unreadable(_("The repetitions of this calendar take too long to work out. Export only the events that are meant."))
            try:
                found += list(_events(group, own, first, last))
            except Refused as error:
                refused.append((title, str(error)))
            except Unreadable:
                raise
            except (*BROKEN, OSError):
                refused.append((title, _("it cannot be read")))
            if len(found) > MOST_EVENTS:
                raise Unreadable(
                    _("The calendar has more than %(most)d events within a year. Export only those that are meant.") % {"most": MOST_EVENTS}
                )
    if not count and not may_be_empty:
        raise Unreadable(_("There is no event in this calendar."))
    return Reading(sorted({one.key: one for one in found}.values(), key=lambda one: (one.begin, one.key)), refused)


def title_of(event: Any) -> str:
    """What an event is called."""
    return " ".join(str(event.get("SUMMARY") or "").split())[:200] or _("(no title)")


def _zones_of(calendar: Any, zone: str) -> Zones:
    """X-WR-TIMEZONE, by which Google and Apple say what times without a zone mean; else the one given, in which days are always meant."""
    named = str(calendar.get("X-WR-TIMEZONE") or "")
    days = ZoneInfo(zone)
    try:
        return Zones(days, ZoneInfo(named) if named else days)
    except (ValueError, LookupError, OSError):
        raise Unreadable(_unknown_zone(named)) from None


def _unknown_zone(name: str) -> str:
    return _("The time zone %(name)s is not known. Use one such as Europe/Oslo.") % {"name": name[:60]}


def _groups(calendar: Any) -> Iterator[list[Any]]:
    """The events that belong together: a series with its exceptions, by UID."""
    groups: dict[str, list[Any]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        groups.setdefault(str(event.get("UID") or f"\x00{number}"), []).append(event)
    yield from groups.values()


def _events(group: Sequence[Any], zone: Zones, first: datetime, last: datetime) -> Iterator[Event]:
    for event in group:
        _check(event)
    is_series = any(name in event for event in group for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    if not is_series and _instant(group[0]["DTSTART"].dt, zone) < first - LONGEST:
        return
    calendar = Calendar()
    for event in group:
        calendar.add_component(event)
    day = timedelta(days=1)  # times without a zone are compared as if they were UTC
    for one in CalendarQuery(calendar).between(first - day, last + day):
        if str(one.get("STATUS") or "").upper() == "CANCELLED":
            continue
        begin, end = _instant(one["DTSTART"].dt, zone), _instant(one["DTEND"].dt, zone)
        if begin < last and end > first:
            if not timedelta() < end - begin <= LONGEST:
                raise Refused(_("it lasts no time") if end <= begin else _("it lasts longer than 400 days"))
            yield Event(
                _key(one, zone, is_series=is_series),
                begin.astimezone(UTC),
                end.astimezone(UTC),
                title_of(one),
                _attendees(one),
                _address(one.get("ORGANIZER")),
            )


def _check(event: Any) -> None:
    """Refuses what cannot be read and what would take for ever. Raises Unreadable for a zone that nobody knows."""
    broken = [name for name, _text in event.errors if name in READ]
    if broken:
        raise Refused(_("its %(name)s cannot be read") % {"name": broken[0]})
    if "DTSTART" not in event:
        raise Refused(_("it does not say when it begins"))
    for name in ("DTSTART", "DTEND"):
        value = event.get(name)
        named = str(value.params.get("TZID", "")) if value is not None else ""
        if named and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            raise Unreadable(_unknown_zone(named))
    rules = event.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        _check_rule(rule, event["DTSTART"].dt)


def _check_rule(rule: Any, start: Any) -> None:
    given = {name.upper(): list(value) if isinstance(value, list) else [value] for name, value in rule.items()}
    frequency = str(given.get("FREQ", [""])[0]).upper()
    is_usual = frequency in PARTS and set(given) <= PARTS[frequency]
    in_range = all(1 <= int(value) <= 1000 for value in given.get("INTERVAL", [1])) and all(
        1 <= int(value) <= 12 for value in given.get("BYMONTH", [])
    )
    if not is_usual or not in_range:
        raise Refused(_("it repeats in a way that is not understood. Repeat it by days, weeks, months or years"))
    if (start.date() if isinstance(start, datetime) else start) < OLDEST:
        raise Refused(_("its repetitions begin before the year 2000"))


def _instant(value: Any, zone: Zones) -> datetime:
    """A time as an instant; a day begins at midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone.times)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone.days)
    raise Refused(_("it does not say when it begins"))


def _key(event: Any, zone: Zones, *, is_series: bool) -> str:
    """UID, and which repetition; a file without UIDs is known by title and time."""
    uid = str(event.get("UID") or "")
    if not uid:
        uid = hashlib.sha256(f"{title_of(event)}{_instant(event['DTSTART'].dt, zone).isoformat()}".encode()).hexdigest()
    elif len(uid) > 200:
        uid = hashlib.sha256(uid.encode()).hexdigest()
    uid = uid.replace("\x00", "")
    return f"{uid}/{_instant(event['RECURRENCE-ID'].dt, zone).timestamp():.0f}" if is_series else uid


def _attendees(event: Any) -> tuple[str, ...]:
    """Who takes part: everybody invited who did not decline."""
    given = event.get("ATTENDEE") or []
    people = given if isinstance(given, list) else [given]
    coming = [one for one in people if str(getattr(one, "params", {}).get("PARTSTAT", "")).upper() != "DECLINED"]
    return tuple(address for one in coming if (address := _address(one)))


def _address(value: Any) -> str:
    text = str(value or "").strip().casefold()
    return text.removeprefix("mailto:")
