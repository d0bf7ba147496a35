"""Reading calendar files: repetitions, zones, whole days, and nonsense (ONC-04, ONC-05, “An iCal file with nonsense”)."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from oncall import ical
from tests.oncall.conftest import NOON
from tests.oncall.ics import calendar, timed

YEAR = timedelta(days=366)


def read(content: bytes, zone: str = "Europe/Oslo") -> ical.Reading:
    return ical.read(content, zone, NOON, NOON + YEAR)


def spans(content: bytes, zone: str = "Europe/Oslo") -> list[str]:
    return [f"{one.begin:%d.%m. %H:%M}–{one.end:%d.%m. %H:%M}" for one in read(content, zone).events]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20261125T080000Z|DTEND:20261125T100000Z", ["25.11. 08:00–25.11. 10:00"]),
        ("DTSTART:20261125T080000|DTEND:20261125T100000", ["25.11. 07:00–25.11. 09:00"]),  # no zone: the one given
        ("DTSTART;TZID=America/New_York:20261125T080000|DURATION:PT2H", ["25.11. 13:00–25.11. 15:00"]),
        ("DTSTART;TZID=W. Europe Standard Time:20261125T080000|DURATION:PT2H", ["25.11. 07:00–25.11. 09:00"]),
        ("DTSTART;VALUE=DATE:20261125|DTEND;VALUE=DATE:20261127", ["24.11. 23:00–26.11. 23:00"]),
        ("DTSTART;VALUE=DATE:20261125", ["24.11. 23:00–25.11. 23:00"]),
        ("DTSTART;VALUE=DATE:20270328", ["27.03. 23:00–28.03. 22:00"]),  # the day on which summer time begins has 23 hours
        ("DTSTART:20261124T110000Z|DTEND:20261124T130000Z", ["24.11. 11:00–24.11. 13:00"]),  # under way
        ("DTSTART:20261123T110000Z|DTEND:20261124T110000Z", []),
        ("DTSTART:20280101T110000Z|DTEND:20280102T110000Z", []),  # more than a year ahead
        ("DTSTART:20261125T080000Z|DTEND:20261125T100000Z|STATUS:CANCELLED", []),
        ("DTSTART;TZID=Europe/Oslo:20250325T090000|DURATION:PT1H|RRULE:FREQ=YEARLY;COUNT=3", ["25.03. 08:00–25.03. 09:00"]),
        (
            "DTSTART;TZID=Europe/Oslo:20261123T090000|DURATION:PT8H|RRULE:FREQ=WEEKLY;UNTIL=20261214T235959Z|EXDATE;TZID=Europe/Oslo:20261207T090000",
            ["30.11. 08:00–30.11. 16:00", "14.12. 08:00–14.12. 16:00"],
        ),
        (
            "DTSTART:20261130T090000Z|DURATION:PT1H|RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2",
            ["30.11. 09:00–30.11. 10:00", "31.12. 09:00–31.12. 10:00"],
        ),
    ],
)  # fmt: skip
def test_what_an_event_means(event: str, expected: list[str]) -> None:
    reading = read(calendar(f"UID:a|SUMMARY:x|{event}"))
    assert (spans(calendar(f"UID:a|SUMMARY:x|{event}")), reading.refused) == (expected, [])


def test_a_moved_and_a_canceled_repetition_keep_their_keys() -> None:
    series = "UID:a|SUMMARY:Late|DTSTART;TZID=Europe/Oslo:20261130T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=3"
    before = read(calendar(series)).events
    moved = "UID:a|SUMMARY:Late|RECURRENCE-ID;TZID=Europe/Oslo:20261201T090000|DTSTART;TZID=Europe/Oslo:20261201T140000|DURATION:PT1H"
    gone = "UID:a|RECURRENCE-ID;TZID=Europe/Oslo:20261202T090000|DTSTART;TZID=Europe/Oslo:20261202T090000|DURATION:PT1H|STATUS:CANCELLED"
    after = read(calendar(series, moved, gone)).events
    assert [one.key for one in after] == [one.key for one in before[:2]] and len({one.key for one in before}) == 3
    assert [f"{one.begin:%d. %H:%M}" for one in after] == ["30. 08:00", "01. 13:00"]


def test_times_without_a_zone_are_those_of_the_calendar_where_it_says_so() -> None:
    event = "UID:a|DTSTART:20261125T080000|DTEND:20261125T100000"
    assert spans(calendar(event, head="X-WR-TIMEZONE:Asia/Tokyo")) == ["24.11. 23:00–25.11. 01:00"]
    assert spans(calendar("UID:a|DTSTART;VALUE=DATE:20261125", head="X-WR-TIMEZONE:Asia/Tokyo")) == [
        "24.11. 23:00–25.11. 23:00"
    ]  # days stay the schedule's


def test_who_takes_part_and_who_made_it() -> None:
    people = [
        "ATTENDEE;CN=A;PARTSTAT=ACCEPTED:mailto:Ann@Example.com",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com",
        "ORGANIZER:MAILTO:cleo@example.com",
    ]
    (one,) = read(calendar(timed("a", "20261125T080000Z", "20261125T100000Z", "Ann  on\tcall", *people))).events
    assert (one.title, one.attendees, one.organizer) == ("Ann on call", ("ann@example.com",), "cleo@example.com")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This is no calendar"), (b"\x00\xff\xfe", "This is no calendar"), (b"<html></html>", "This is no calendar"),
        (b"BEGIN:VCALENDAR", "This is no calendar"), (b"PK\x03\x04" + b"\x00" * 5000, "This is no calendar"),
        (b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261125T080000Z\r\nEND:VEVENT\r\n", "This is no calendar"),
        (calendar(), "There is no event"), (calendar("UID:a") + b"x" * 1_000_000, "larger than 1 MB"),
        (calendar("UID:a|DTSTART;TZID=Mars/Olympus:20261125T080000|DURATION:PT1H"), "time zone Mars/Olympus is not known"),
        (calendar("UID:a|DTSTART;TZID=Europe:20261125T080000|DURATION:PT1H"), "time zone of this calendar is not known"),
        (calendar("UID:a|DTSTART:20261125T080000|DURATION:PT1H", head="X-WR-TIMEZONE:Europe"), "time zone Europe is not known"),
        (calendar("UID:a|DTSTART:20261125T080000|DURATION:PT1H", head="X-WR-TIMEZONE:Mars"), "time zone Mars is not known"),
        (calendar(*(f"UID:{n}|DTSTART;TZID=Europe/Oslo:20261125T080000|DURATION:PT1H|RRULE:FREQ=DAILY" for n in range(6))), "more than 2000 events"),
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_with_the_remedy(content: bytes, words: str) -> None:
    with pytest.raises(ical.Unreadable, match=words):
        read(content)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("SUMMARY:x", "does not say when it begins"), ("SUMMARY:x|DTSTART:20261125T080000Z", "lasts no time"), ("SUMMARY:x|DTSTART:2026T0800", "cannot be read"),
        ("SUMMARY:x|DTSTART:20261125T080000Z|DTEND:20290101T000000Z", "longer than 400 days"),
        *((f"SUMMARY:x|DTSTART:20261125T080000Z|DURATION:PT1H|RRULE:{rule}", "not understood") for rule in (
            "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;BYSETPOS=2", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYSETPOS=2",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYSECOND=1,2,3")),
        ("SUMMARY:x|DTSTART:19700101T080000Z|DURATION:PT1H|RRULE:FREQ=DAILY", "before the year 2000"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_named_and_the_others_are_taken(event: str, why: str) -> None:
    started = time.monotonic()
    reading = read(calendar(f"UID:a|{event}", timed("b", "20261125T080000Z", "20261125T100000Z")))
    assert [one.key for one in reading.events] == ["b"]
    assert [title for title, text in reading.refused] == ["x"] and why in reading.refused[0][1]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;INTERVAL=0", "FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=10;\r\n INTERVAL=-1", "freq=minutely"])
def test_a_zone_whose_rule_never_ends_is_refused_at_once(rule: str) -> None:
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:{rule}\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100"
    content = calendar("UID:a|DTSTART;TZID=Own:20261125T080000|DURATION:PT1H", head=f"{zone}\r\nEND:STANDARD\r\nEND:VTIMEZONE")
    with pytest.raises(ical.Unreadable, match="repetition in this calendar"):
        read(content)


def test_mutilated_files_are_read_or_refused_and_never_a_failure() -> None:
    whole = calendar(
        timed("a", "20261125T080000Z", "20261125T100000Z", "Priya Lead", "ATTENDEE;CN=P:mailto:p@example.com", "ORGANIZER:mailto:o@example.com"),
        "UID:b|DTSTART;TZID=Europe/Oslo:20261123T090000|DURATION:PT8H|RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=MO|EXDATE;TZID=Europe/Oslo:20261207T090000|SUMMARY:x",
        "UID:b|RECURRENCE-ID;TZID=Europe/Oslo:20261130T090000|DTSTART;TZID=Europe/Oslo:20261201T090000|DURATION:PT8H|SUMMARY:x",
        "UID:c|DTSTART;VALUE=DATE:20261201|DTEND;VALUE=DATE:20261204|SUMMARY:Leave|RDATE;VALUE=DATE:20261224",
        head="X-WR-TIMEZONE:Europe/Oslo",
    )
    luck, lines = random.Random(20261122), whole.split(b"\r\n")
    for _round in range(400):
        broken = bytearray(whole)
        sort = luck.randrange(4)
        if sort == 0:
            for _change in range(luck.randrange(1, 12)):
                broken[luck.randrange(len(broken))] = luck.randrange(256)
        elif sort == 1:
            del broken[luck.randrange(len(broken)) :]
        elif sort == 2:
            broken = bytearray(b"\r\n".join(luck.sample(lines, luck.randrange(1, len(lines)))))
        else:
            begin = luck.randrange(len(broken))
            broken[begin : begin + luck.randrange(40)] = luck.choice(
                [b"", b";", b":", b"\x00", b"9" * 40, b"\xc3\x28", b"RRULE:FREQ=DAILY;COUNT=99999999999\r\n"]
            )
        try:
            reading = read(bytes(broken))
        except ical.Unreadable as error:
            assert str(error)
        else:
            assert all(one.begin < one.end and one.begin.tzinfo is UTC and "\x00" not in one.key for one in reading.events)


def test_nothing_of_the_past_and_nothing_after_a_year() -> None:
    events = read(calendar("UID:a|SUMMARY:x|DTSTART:20200101T080000Z|DURATION:PT1H|RRULE:FREQ=DAILY")).events
    assert (events[0].begin, events[-1].begin) == (datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2027, 11, 25, 8, tzinfo=UTC))
