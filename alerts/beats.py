"""How an alert's events came, minute by minute, as a picture. Pure."""

from collections.abc import Sequence
from datetime import datetime

MOST = 60


def bars(beats: Sequence[int], count: int) -> list[int]:
    """The bars of the last hour at most, each from 0 to 100; one event gives one bar."""
    known = list(beats)[-MOST:] or [count]
    highest = max(*known, 1)
    return [-(-100 * beat // highest) for beat in known]


def minutes(first: datetime, last: datetime) -> int:
    """How many minutes the events are spread over, at least one."""
    return max(1, int((last - first).total_seconds()) // 60 + 1)
