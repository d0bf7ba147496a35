"""HB-02: when a sign of life is expected, also around changes of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts import rhythm
from alerts.rhythm import CALENDAR, CRON, FAIL, INTERVAL, LOG, START, SUCCESS, Rhythm, State

MINUTE = timedelta(minutes=1)
TEN = Rhythm(INTERVAL, 10 * MINUTE, "", "UTC", 5 * MINUTE)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def of(kind: str, expression: str, zone: str = "UTC") -> Rhythm:
    return Rhythm(kind, MINUTE, expression, zone, timedelta(0))


@pytest.mark.parametrize(
    ("kind", "expression", "zone", "at", "expected"),
    [
        (CRON, "0 4 * * *", "UTC", "2026-11-22T12:00", "2026-11-23T04:00"),
        (CRON, "*/15 * * * *", "UTC", "2026-11-22T12:00", "2026-11-22T12:15"),
        (CRON, "30 2 * * *", "Europe/Oslo", "2026-03-28T12:00", "2026-03-29T01:00"),  # 02:30 does not exist: right after the gap, 03:00
        (CRON, "30 2 * * *", "Europe/Oslo", "2026-03-29T12:00", "2026-03-30T00:30"),
        (CRON, "30 2 * * *", "Europe/Oslo", "2026-10-24T12:00", "2026-10-25T00:30"),  # 02:30 comes twice: the first one
        (CRON, "30 2 * * *", "Europe/Oslo", "2026-10-25T00:30", "2026-10-26T01:30"),
        (CRON, "0 9 * * 1-5", "America/New_York", "2026-11-20T15:00", "2026-11-23T14:00"),
        (CRON, "0 0 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T00:00"),
        (CALENDAR, "Mon..Fri 02:30", "UTC", "2026-11-20T12:00", "2026-11-23T02:30"),
        (CALENDAR, "*-*~1 06:00", "UTC", "2026-11-22T12:00", "2026-11-30T06:00"),  # the last day of a month
        (CALENDAR, "hourly", "Asia/Kathmandu", "2026-11-22T12:00", "2026-11-22T12:15"),
    ],
)
def test_expected(kind: str, expression: str, zone: str, at: str, expected: str) -> None:
    found = rhythm.expected_after(of(kind, expression, zone), datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_an_interval_counts_from_the_last_sign() -> None:
    assert rhythm.expected_after(TEN, AT) == AT + 10 * MINUTE


@pytest.mark.parametrize(
    ("kind", "expression"), [(CRON, "61 * * * *"), (CRON, "daily"), (CRON, ""), (CRON, "0 0 31 2 *"), (CALENDAR, "Someday"), (CALENDAR, "2020-01-01")]
)
def test_what_cannot_be_kept_is_refused(kind: str, expression: str) -> None:
    with pytest.raises(rhythm.Wrong):
        rhythm.check(of(kind, expression), AT)


def test_signals_change_what_is_awaited() -> None:
    up = rhythm.after(State(), SUCCESS, AT, TEN, None)
    assert (up.is_down, up.alarm_at) == (False, AT + 15 * MINUTE)
    running = rhythm.after(up, START, AT + 9 * MINUTE, TEN, 30 * MINUTE)
    assert running.alarm_at == AT + 39 * MINUTE
    done = rhythm.after(running, SUCCESS, AT + 29 * MINUTE, TEN, 30 * MINUTE)
    assert (done.run_seconds, done.started_at, done.alarm_at) == (1200.0, None, AT + 44 * MINUTE)
    failed = rhythm.after(running, FAIL, AT + 11 * MINUTE, TEN, None)
    assert (failed.is_down, failed.alarm_at, failed.run_seconds) == (True, None, 120.0)
    assert rhythm.after(failed, START, AT + 12 * MINUTE, TEN, None).is_down
    assert rhythm.after(up, LOG, AT + MINUTE, TEN, None) == up


def test_what_ran_out_while_nobody_looked_has_its_grace_again() -> None:
    looked_at, now = AT, AT + 60 * MINUTE
    assert rhythm.after_outage(AT + 5 * MINUTE, looked_at, now, 5 * MINUTE) == now + 5 * MINUTE
    assert rhythm.after_outage(AT - MINUTE, looked_at, now, 5 * MINUTE) == AT - MINUTE
