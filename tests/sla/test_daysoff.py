"""Days off from a country's law and from calendar files."""

from collections.abc import Callable
from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from sla import actions, daysoff
from sla.models import Calendar, Holiday, Opening, overlap

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def file_of(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{body}END:VCALENDAR\r\n".encode()


def test_public_holidays_of_a_country_and_of_its_part() -> None:
    norway = daysoff.public("NO", "", 2026, 2)
    assert (norway[date(2026, 5, 17)], date(2027, 5, 17) in norway) == ("Constitution Day", True)
    assert date(2026, 1, 6) not in daysoff.public("DE", "", 2026, 1)
    assert date(2026, 1, 6) in daysoff.public("DE", "BY", 2026, 1)


@pytest.mark.parametrize(("country", "part"), [("XX", ""), ("NO", "ZZ")])
def test_unknown_places_are_refused(country: str, part: str) -> None:
    with pytest.raises(daysoff.Unreadable):
        daysoff.public(country, part, 2026, 1)


def test_events_of_several_days_end_before_their_end_and_repeat_yearly() -> None:
    days, timed = daysoff.from_file(
        file_of(
            "DTSTART;VALUE=DATE:20201224\r\nDTEND;VALUE=DATE:20201227\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20271224\r\nSUMMARY:Christmas",
            "DTSTART;VALUE=DATE:20241126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20271231\r\nSUMMARY:Thanksgiving",
            "DTSTART:20260301T100000Z\r\nDTEND:20260301T110000Z\r\nSUMMARY:A meeting",
        ),
        FIRST,
        LAST,
    )
    assert sorted(day.isoformat() for day, name in days.items() if name == "Christmas") == [
        "2026-12-24", "2026-12-25", "2026-12-26", "2028-12-24", "2028-12-25", "2028-12-26",
    ]  # fmt: skip
    assert [day.isoformat() for day, name in days.items() if name == "Thanksgiving"] == ["2026-11-26", "2027-11-25"]
    assert timed == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no calendar file"),
        (b"\xff\xfe\x00junk", "no calendar file"),
        (b"x" * (daysoff.MAX_BYTES + 1), "larger than"),
        (file_of("DTSTART:20260301T100000Z\r\nSUMMARY:Meeting"), "no all-day event"),
        (file_of("DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Friday"), "openings"),
        (file_of("DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=YEARLY;BYHOUR=1\r\nSUMMARY:Odd"), "cannot be read"),
        (file_of("DTSTART;VALUE=DATE:20260301\r\nDTEND;VALUE=DATE:20290301\r\nSUMMARY:Sabbatical"), "at most a year"),
    ],
)
def test_bad_files_say_what_is_wrong(content: bytes, says: str) -> None:
    with pytest.raises(daysoff.Unreadable, match=says):
        daysoff.from_file(content, FIRST, LAST)


def test_openings_that_overlap_are_found() -> None:
    assert overlap([(0, time(9), time(12)), (0, time(12), time(17)), (1, time(9), time(17))]) is None
    assert overlap([(0, time(9), time(13)), (0, time(12), time(17))]) == "Monday"
    assert overlap([(6, time(9), time(0)), (6, time(20), time(22))]) == "Sunday"


@pytest.fixture
def calendar(house: None) -> Calendar:
    return Calendar.objects.get(name="Business hours")


def test_the_same_content_publishes_no_new_version(calendar: Calendar, admin: User) -> None:
    before = calendar.current_id
    assert actions.publish(calendar).pk == before
    assert actions.add_holidays(calendar, {date(2026, 12, 25): "Christmas"}, actor=admin) == 1
    assert actions.add_holidays(calendar, {date(2026, 12, 25): "Christmas"}, actor=admin) == 0
    calendar.refresh_from_db()
    assert calendar.current_id != before


def test_an_admin_adds_public_holidays(sign_in: Callable[[User], Client], admin: User, calendar: Calendar) -> None:
    url = f"/admin/sla/calendar/{calendar.pk}/days-off/public/"
    response = sign_in(admin).post(url, {"country": "NO", "subdivision": "", "first_year": 2026, "years": 2}, follow=True)
    assert "days were new" in response.content.decode()
    assert Holiday.objects.filter(calendar=calendar, day_on=date(2027, 5, 17)).count() == 1


def test_a_bad_calendar_file_is_told_and_changes_nothing(sign_in: Callable[[User], Client], admin: User, calendar: Calendar) -> None:
    url = f"/admin/sla/calendar/{calendar.pk}/days-off/file/"
    response = sign_in(admin).post(url, {"file": SimpleUploadedFile("days.ics", b"hello"), "years": 1})
    assert (response.status_code, "no calendar file" in response.content.decode()) == (422, True)
    assert Holiday.objects.count() == 0


def test_an_agent_may_not_change_calendars(sign_in: Callable[[User], Client], agent: User, calendar: Calendar) -> None:
    agent.is_staff = True
    agent.save(update_fields=["is_staff"])
    assert sign_in(agent).get(f"/admin/sla/calendar/{calendar.pk}/days-off/public/").status_code == 403


def test_overlapping_openings_are_refused_in_the_admin(sign_in: Callable[[User], Client], admin: User, calendar: Calendar) -> None:
    monday = Opening.objects.get(calendar=calendar, weekday=0)
    rows: dict[str, object] = {
        "name": calendar.name, "time_zone": "UTC", "openings-TOTAL_FORMS": 2, "openings-INITIAL_FORMS": 1, "openings-0-id": monday.pk,
        "openings-0-calendar": calendar.pk, "openings-0-weekday": 0, "openings-0-opens_at": "09:00", "openings-0-closes_at": "17:00",
        "openings-1-calendar": calendar.pk, "openings-1-weekday": 0, "openings-1-opens_at": "16:00", "openings-1-closes_at": "18:00",
        "holidays-TOTAL_FORMS": 0, "holidays-INITIAL_FORMS": 0,
    }  # fmt: skip
    response = sign_in(admin).post(f"/admin/sla/calendar/{calendar.pk}/change/", rows)
    assert "overlap on Monday" in response.content.decode()
    assert Opening.objects.filter(calendar=calendar).count() == 5
