"""The load report: hours by sort, pages, broken nights, rest, and pay (ONC-16). The expected figures were counted by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from common import clock
from notifications.models import Page
from oncall import load, load_report
from oncall.models import PayTable, Schedule
from tests.oncall.conftest import NOON
from tests.oncall.test_screens import SignIn

OSLO, NEVER = ZoneInfo("Europe/Oslo"), lambda day: False


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


def hours(begin: datetime, end: datetime, is_off: Any = NEVER) -> dict[str, float]:
    share = load_report.share_of([(begin, end)], [], OSLO, is_off)
    return {sort: share.hours(sort) for sort in load.SORTS if share.seconds[sort]}


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (at(24, 9), at(25, 9), {"day": 16, "night": 8}),
        (at(24, 21), at(24, 23), {"day": 1, "night": 1}),
        (at(27, 22), at(28, 6), {"night": 2, "weekend": 6}),  # Friday night into Saturday
        (at(28, 0), at(30, 0), {"weekend": 48}),
        (at(24, 0, month=10), at(26, 0, month=10), {"weekend": 49}),  # the clock goes back on Sunday 25 October
        (at(27, 0, month=3), at(30, 0, month=3), {"day": 16, "night": 8, "weekend": 47}),  # it goes forward on Sunday 29 March
    ],
)
def test_hours_are_sorted_on_the_persons_own_clock(begin: datetime, end: datetime, expected: dict[str, float]) -> None:
    assert hours(begin, end) == expected


def test_a_holiday_comes_before_weekend_and_night() -> None:
    off = load_report.days_off(PayTable(country="NO"), 2026)
    assert hours(at(24, 12, month=12), at(26, 0, month=12), off) == {"day": 10, "night": 2, "holiday": 24}


def test_the_same_hour_in_two_schedules_counts_once() -> None:
    share = load_report.share_of([(at(24, 9), at(24, 12)), (at(24, 10), at(24, 14)), (at(24, 11), at(24, 12))], [], OSLO, NEVER)
    assert share.total == 5 * 3600


def test_a_page_in_the_night_asks_for_eleven_hours_of_rest() -> None:
    pages = [at(24, 21, 59), at(24, 22, 30), at(26, 3), at(27, 23)]  # Friday 27: the morning after is a Saturday
    assert load.short_rests(pages, OSLO) == [date(2026, 11, 25), date(2026, 11, 26)]
    share = load_report.share_of([], pages, OSLO, NEVER)
    assert (share.pages, share.woken) == (4, 3)


def test_pay_follows_the_table() -> None:
    share = load_report.share_of([(at(27, 12), at(28, 12))], [], OSLO, NEVER)
    assert load.pay(share, {"day": 2.0, "night": 3.0, "weekend": 5.5}) == 10 * 2 + 2 * 3 + 12 * 5.5


def test_the_report_and_its_file(schedule: Schedule, lead: User, resolver: User, outsider: User, sign_in: SignIn) -> None:
    table = PayTable.objects.create(name="Norway", currency="NOK", day=Decimal("10"), night=Decimal("20"), weekend=Decimal("30"))
    Page.objects.create(user=lead, key="p1", subject_type="alert", subject_id=1, title="x", created_at=datetime(2026, 11, 25, 2, tzinfo=UTC))
    with clock.shifted(NOON):
        client = sign_in(lead)
        page = client.get("/oncall/load/?month=2026-11").content.decode()
        file = client.get(f"/oncall/load/?month=2026-11&pay={table.pk}&format=csv")
        assert "Priya Lead" in page and "Wed 25" in page
        lines = file.content.decode("utf-8-sig").splitlines()
        # Priya: Monday 23 November 9:00 to Monday 30 November 9:00 in UTC; Daniel the last 15 hours of the month
        assert lines[0].startswith("month,person,email,hours,day,night,weekend,holiday,pages,woken,short_rests,pay,currency")
        assert lines[1] == f"2026-11,Priya Lead,{lead.email},168.0,80.0,40.0,48.0,0.0,1,1,2026-11-25,3040.00,NOK"
        assert lines[2].startswith("2026-11,Daniel Resolver") and ",15.0,13.0,2.0,0.0,0.0," in lines[2]
        mine = sign_in(resolver).get("/oncall/load/?month=2026-11")
        assert mine.status_code == 200 and "NOK" not in mine.content.decode()
        assert sign_in(outsider).get("/oncall/load/").status_code == 404
        assert sign_in(lead).get("/oncall/load/?month=nonsense&team=x&pay=y").status_code == 200


def test_a_month_that_has_nobody_says_so(schedule: Schedule, lead: User, sign_in: SignIn) -> None:
    assert "Nobody was on call in this month" in sign_in(lead).get("/oncall/load/?month=2026-01").content.decode()


def test_fairness_is_a_sentence() -> None:
    people = [User(name="Ada"), User(name="Bo")]
    made = [
        load_report.Line(user, load.Share(seconds={**load.Share().seconds, "day": 3600.0 * hours}), 0, None)
        for user, hours in zip(people, (9, 3), strict=True)
    ]
    assert load_report.fairness(made) == "Ada has 3.0 times the hours of Bo." and load_report.fairness(made[:1]) == ""
    assert timedelta(hours=11) == load.REST
