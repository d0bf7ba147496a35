"""The SLA clock against an oracle that walks minute by minute and shares no code with it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import clock

OSLO = ZoneInfo("Europe/Oslo")
BUSINESS = clock.Hours(OSLO, tuple(((time(9), time(17)),) if day < 5 else () for day in range(7)), frozenset({date(2026, 12, 25)}))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year to second


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=OSLO)  # type: ignore[misc, arg-type]  # year to second


def oracle(hours: clock.Hours, begin: datetime, end: datetime, pauses: list[clock.Pause]) -> int:
    """Working minutes between two instants, counted one by one: a minute counts when its local time stands inside an opening."""
    minutes, cursor = 0, begin
    while cursor < end:
        local = cursor.astimezone(hours.zone)
        open_now = local.date() not in hours.holidays and any(
            opens <= local.time() and (closes == time(0) or local.time() < closes) for opens, closes in hours.week[local.weekday()]
        )
        paused = any(start <= cursor and (stop is None or cursor < stop) for start, stop in pauses)
        minutes += int(open_now and not paused)
        cursor += timedelta(minutes=1)
    return minutes


def test_round_the_clock_counts_every_second() -> None:
    assert clock.elapsed(None, utc(2026, 1, 1), [], utc(2026, 1, 2)) == timedelta(days=1)
    assert clock.due_at(None, utc(2026, 1, 1), [], timedelta(hours=4)) == utc(2026, 1, 1, 4)


def test_business_hours_skip_night_weekend_and_holiday() -> None:
    friday_four = at(2026, 11, 20, 16)
    assert clock.due_at(BUSINESS, friday_four, [], timedelta(hours=4)) == at(2026, 11, 23, 12)
    assert clock.due_at(BUSINESS, at(2026, 12, 24, 16), [], timedelta(hours=2)) == at(2026, 12, 28, 10)


def test_pause_moves_the_due_time_and_an_open_pause_has_none() -> None:
    start = utc(2026, 11, 20, 10)
    pauses: list[clock.Pause] = [(utc(2026, 11, 20, 11), utc(2026, 11, 20, 13))]
    assert clock.due_at(None, start, pauses, timedelta(hours=4)) == utc(2026, 11, 20, 16)
    assert clock.due_at(None, start, [(utc(2026, 11, 20, 11), None)], timedelta(hours=4)) is None
    assert clock.elapsed(None, start, [(utc(2026, 11, 20, 11), None)], utc(2026, 11, 21)) == timedelta(hours=1)


def test_target_used_up_before_an_open_pause_is_still_due() -> None:
    assert clock.due_at(None, utc(2026, 1, 1), [(utc(2026, 1, 1, 5), None)], timedelta(hours=4)) == utc(2026, 1, 1, 4)


def test_spring_forward_opening_in_the_gap_starts_at_the_change() -> None:
    night = clock.Hours(OSLO, tuple(((time(2, 30), time(5)),) for _day in range(7)))
    # 29 March 2026: 02:00 becomes 03:00 in Oslo, so 02:30 does not exist and the shift lasts from 03:00 to 05:00.
    assert clock.elapsed(night, at(2026, 3, 29, 0), [], at(2026, 3, 29, 12)) == timedelta(hours=2)


def test_fall_back_opening_counts_both_hours() -> None:
    night = clock.Hours(OSLO, tuple(((time(2), time(3)),) for _day in range(7)))
    # 25 October 2026: the hour from 02:00 to 03:00 happens twice.
    assert clock.elapsed(night, at(2026, 10, 25, 0), [], at(2026, 10, 25, 12)) == timedelta(hours=2)


def test_midnight_closing_means_the_end_of_the_day() -> None:
    evening = clock.Hours(OSLO, tuple(((time(20), time(0)),) for _day in range(7)))
    assert clock.elapsed(evening, at(2026, 11, 20, 0), [], at(2026, 11, 22, 0)) == timedelta(hours=8)


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(ValueError, match="ten years"):
        clock.due_at(clock.Hours(OSLO, ((),) * 7), utc(2026, 1, 1), [], timedelta(hours=1))


ZONES = ["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "UTC"]


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    begin=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 30)).map(
        lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC)
    ),
    length=st.integers(min_value=1, max_value=60 * 60),
    opens=st.integers(min_value=0, max_value=20),
    worked=st.integers(min_value=1, max_value=3),
    pause=st.tuples(st.integers(0, 3000), st.integers(0, 2000)),
)
def test_elapsed_agrees_with_the_oracle(zone: str, begin: datetime, length: int, opens: int, worked: int, pause: tuple[int, int]) -> None:
    week = tuple(((time(opens), time(opens + worked)),) if day != 6 else () for day in range(7))
    hours = clock.Hours(ZoneInfo(zone), week, frozenset({date(2027, 1, 1)}))
    end = begin + timedelta(minutes=length)
    pauses: list[clock.Pause] = [(begin + timedelta(minutes=pause[0]), begin + timedelta(minutes=pause[0] + pause[1]))]
    assert clock.elapsed(hours, begin, pauses, end) == timedelta(minutes=oracle(hours, begin, end, pauses))


@settings(max_examples=60, deadline=None)
@given(
    begin=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 30)).map(lambda naive: naive.replace(microsecond=0, tzinfo=UTC)),
    target=st.integers(min_value=1, max_value=200_000),
)
def test_at_the_due_time_exactly_the_target_is_used(begin: datetime, target: int) -> None:
    due = clock.due_at(BUSINESS, begin, [], timedelta(seconds=target))
    assert due is not None
    assert clock.elapsed(BUSINESS, begin, [], due) == timedelta(seconds=target)
