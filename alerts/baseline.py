"""How much a source usually sends in an hour, and what is unusual. Pure: no database, no Django (ALR-20).

What is usual is what came in the same hour of the week, and the hours beside it, of the last six weeks: people and batches keep to weeks. The middle of these
is their median and the spread around it their median absolute deviation, because one storm of last month moves neither. An hour is unusual when it lies more
than 3.5 spreads away: the modified z-score of Iglewicz and Hoaglin ("How to Detect and Handle Outliers", 1993), 0.6745 (x - median) / MAD > 3.5.

Counts need floors. The spread is never less than the root of the median (what chance alone does to counts, after Poisson), nor than one; and what is no
more than twice the usual, or less than twenty events, is not worth telling. Below, a third of the usual.

Silence: nothing came in hours in which this source sends nearly always (nine of ten such hours), and in the hours since the last sign ten events were to be
expected: chance leaves out ten expected events once in 22,000 times.

Hours in which Evenkeel did not look tell nothing: they are neither history nor silence. Without two weeks of history nothing is said.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
WEEKS, LEAST_WEEKS = 6, 2
AWAY, SCALE = 3.5, 1.4826  # 1 / 0.6745: from the median absolute deviation to what a standard deviation would be
LEAST_EVENTS, TIMES, PART = 20, 2, 3
NEARLY_ALWAYS, EXPECTED, LONGEST_SILENCE = 0.9, 10.0, 12
LEAST_WATCHED = 3_240  # seconds: nine tenths of an hour
LONGEST_GAP = timedelta(minutes=15)
HIGH, LOW, SILENT = "high", "low", "silent"


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in an hour. regular: the share of such hours in which anything came."""

    middle: float
    spread: float
    regular: float

    @property
    def most(self) -> float:
        """More is unusual."""
        return max(self.middle + AWAY * self.spread, self.middle * TIMES, LEAST_EVENTS)

    @property
    def least(self) -> float:
        """Less is unusual; 0 where little is usual."""
        return max(min(self.middle - AWAY * self.spread, self.middle / PART), 0.0) if self.middle >= LEAST_EVENTS else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is unusual now: since which hour, how much came, and how much is usual in that time."""

    sort: str
    since: datetime
    seen: int
    expected: float


@dataclass(frozen=True, slots=True)
class Sent:
    """What a source sent: events by hour, without the hours in which nothing came. since: its first hour."""

    since: datetime
    events: Mapping[datetime, int]


def hour_of(at: datetime) -> datetime:
    """The hour in which an instant lies."""
    return at.replace(minute=0, second=0, microsecond=0)


def asked(at: datetime) -> list[datetime]:
    """The hours of which one must know what came, to judge the hour of an instant and those before it."""
    last = hour_of(at)
    near = [last - back * HOUR for back in range(-1, LONGEST_SILENCE + 2)]
    return [hour - week * WEEK for week in range(WEEKS + 1) for hour in near]


def watched(before: datetime | None, at: datetime) -> dict[datetime, float]:
    """The seconds of each hour in which Evenkeel looked, when it looked at these two instants; none when it stood still between them."""
    if before is None or not timedelta(0) < at - before <= LONGEST_GAP:
        return {}
    found, begin = {}, before
    while begin < at:
        end = min(hour_of(begin) + HOUR, at)
        found[hour_of(begin)] = (end - begin).total_seconds()
        begin = end
    return found


def usual(sent: Sent, known: Container[datetime], hour: datetime) -> Usual | None:
    """What is usual in an hour; None while too little is known. known: the hours in which Evenkeel looked."""
    weeks = [hour - week * WEEK for week in range(1, WEEKS + 1)]
    if sum(1 for one in weeks if one in known and one >= sent.since) < LEAST_WEEKS:
        return None
    near = [one + beside * HOUR for one in weeks for beside in (-1, 0, 1)]
    came = [sent.events.get(one) for one in near if one in known and one >= sent.since]
    return _usual(came)


def _usual(came: Sequence[int | None]) -> Usual:
    counts = [one or 0 for one in came]
    middle = median(counts)
    deviation = median(abs(one - middle) for one in counts)
    return Usual(middle, max(SCALE * deviation, sqrt(middle), 1.0), sum(1 for one in came if one is not None) / len(came))


def judge(sent: Sent, known: Container[datetime], at: datetime) -> Verdict | None:
    """What is unusual at an instant: more than usual in this hour so far, else what the last whole hour says. None when nothing is, or nothing can be said."""
    this, last = hour_of(at), hour_of(at) - HOUR
    for hour in (this, last):
        found = usual(sent, known, hour) if hour == this or last in known else None
        seen = sent.events.get(hour, 0)
        if found is not None and seen > found.most:
            return Verdict(HIGH, hour, seen, found.middle)
        if found is not None and hour == last and hour in sent.events and seen < found.least:
            return Verdict(LOW, hour, seen, found.middle)
    return _silence(sent, known, this)


def _silence(sent: Sent, known: Container[datetime], this: datetime) -> Verdict | None:
    """Nothing came in the whole hours before this one and in it, though it nearly always does."""
    if this in sent.events:
        return None
    expected = 0.0
    for back in range(1, LONGEST_SILENCE + 1):
        hour = this - back * HOUR
        found = usual(sent, known, hour) if hour in known and hour not in sent.events and hour >= sent.since else None
        if found is None or found.regular < NEARLY_ALWAYS:
            return None
        expected += found.middle
        if expected >= EXPECTED:
            return Verdict(SILENT, hour, 0, expected)
    return None


def is_certain(known: Container[datetime], at: datetime) -> bool:
    """Whether what is said of the last whole hour can be relied on: Evenkeel looked."""
    return hour_of(at) - HOUR in known
