"""When a heartbeat is expected, and what a signal says about it. Pure: no database, no Django (HB-02 to HB-04).

An interval counts from the last signal. cron (cronsim: the rules of Debian's cron) and OnCalendar (oncalendar: the rules of systemd) run on the wall clock of
a zone: an hour that a clock change leaves out is made up for right after it, one that it repeats counts once, as those programs do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from oncalendar import OnCalendar, OnCalendarError

INTERVAL, CRON, CALENDAR = "interval", "cron", "calendar"
SUCCESS, START, FAIL, LOG = "success", "start", "fail", "log"
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(days=366)
AHEAD = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a sign of life comes. every: of an interval. expression, zone: of cron and OnCalendar. grace: how much later it may come."""

    kind: str
    every: timedelta
    expression: str
    zone: str
    grace: timedelta


class Wrong(Exception):
    """The rhythm cannot be kept; the text says why, for people."""


def expected_after(rhythm: Rhythm, at: datetime) -> datetime | None:
    """The first instant after `at` at which the next sign of life is expected; None when there is none within five years."""
    if rhythm.kind == INTERVAL:
        return at + rhythm.every
    here = at.astimezone(ZoneInfo(rhythm.zone))
    try:
        times = CronSim(rhythm.expression, here) if rhythm.kind == CRON else OnCalendar(rhythm.expression, here)
        found = next(times, None)
    except (CronSimError, OnCalendarError, ValueError, OverflowError):
        return None
    return found.astimezone(at.tzinfo) if found is not None and found <= here + AHEAD else None


def check(rhythm: Rhythm, at: datetime) -> None:
    """Raises Wrong for an expression that cannot be read or never comes true."""
    if rhythm.kind == INTERVAL:
        return
    try:
        if rhythm.kind == CRON:
            CronSim(rhythm.expression, at)
        else:
            OnCalendar(rhythm.expression, at)
    except (CronSimError, OnCalendarError, ValueError) as error:
        raise Wrong(str(error)) from error
    if expected_after(rhythm, at) is None:
        raise Wrong("no time within five years")


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a heartbeat. started_at: a run that has not ended. alarm_at: when somebody is told unless a sign comes before; None when nothing is awaited."""

    is_down: bool = False
    started_at: datetime | None = None
    expected_at: datetime | None = None
    alarm_at: datetime | None = None
    run_seconds: float | None = None


def after(state: State, signal: str, at: datetime, rhythm: Rhythm, longest_run: timedelta | None) -> State:
    """The state after a signal that came at `at`.

    success: up, and the next one is awaited; what a start began has an end. start: the run must end within longest_run (else within the grace), and
    the heartbeat is not awaited earlier than that. fail: down at once. log: nothing changes.
    """
    if signal == START:
        alarm = at + (longest_run or rhythm.grace)
        return State(state.is_down, at, state.expected_at, None if state.is_down else alarm)
    if signal in (SUCCESS, FAIL):
        ran = (at - state.started_at).total_seconds() if state.started_at is not None else None
        due = expected_after(rhythm, at)
        is_down = signal == FAIL
        return State(is_down, None, due, due + rhythm.grace if due is not None and not is_down else None, ran)
    return state


def after_outage(alarm_at: datetime, looked_at: datetime, at: datetime, grace: timedelta) -> datetime:
    """When the watch itself stood still, a sign of life may have found no door: what ran out meanwhile has its grace again, from now on."""
    return at + grace if looked_at < alarm_at <= at else alarm_at
