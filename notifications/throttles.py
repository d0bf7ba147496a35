"""How often a person may be reached, and how a destination that fails is left alone. No database. The figures are GoAlert's (RELIABILITY)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

Limits = Sequence[tuple[int, int]]

MINUTE, HOUR = 60, 3600
PAGES: dict[str, Limits] = {
    "sms": ((MINUTE, 1), (15 * MINUTE, 5), (HOUR, 11), (3 * HOUR, 21)),
    "voice": ((MINUTE, 1), (15 * MINUTE, 3), (HOUR, 7), (3 * HOUR, 15)),
    "email": ((MINUTE, 1),),
}  # fmt: skip
UPDATES: Limits = ((3 * MINUTE, 1), (20 * MINUTE, 3), (2 * HOUR, 8))
TOGETHER: Limits = ((5, 5),)
LONGEST = timedelta(hours=3)

FAILURES = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=5)


def limits_of(channel: str, *, is_page: bool) -> Limits:
    """(seconds, how many) for one address: of pages that ask to act, or of news about them. Chats and pushes cost nobody's sleep or money."""
    if channel not in PAGES:
        return ()
    return PAGES[channel] if is_page else UPDATES


def free_at(sent: Sequence[datetime], limits: Limits, at: datetime) -> datetime:
    """The first instant at which one more fits within every limit; `at` itself when it fits now. sent: in any order."""
    found = at
    for seconds, most in limits:
        window = timedelta(seconds=seconds)
        recent = sorted((instant for instant in sent if instant > at - window), reverse=True)
        if len(recent) >= most:
            found = max(found, recent[most - 1] + window)
    return found


def pause_after(failures: int) -> timedelta | None:
    """How long nothing goes to a destination after so many failures in a row; None while it may be tried."""
    if failures < FAILURES:
        return None
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - FAILURES, 10)
    return min(doubled, LONGEST_PAUSE)
