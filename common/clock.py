"""The one clock of the product: the database's time, so that every process agrees on it.

An action or a sweep reads it once and passes the instant on. Tests, the seed and importers shift it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connection

_shifted: ContextVar[datetime | None] = ContextVar("shifted_clock", default=None)


def now() -> datetime:
    """The current instant in UTC. Inside a transaction it is the instant at which the transaction began."""
    pinned = _shifted.get()
    if pinned is not None:
        return pinned
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (instant,) = cursor.fetchone()
    return instant.astimezone(UTC)  # type: ignore[no-any-return]  # the cursor is untyped


def pinned() -> datetime | None:
    """Where tests, the seed or an importer hold the clock, None when it runs: for queries that bring the database's time along."""
    return _shifted.get()


@contextmanager
def shifted(to: datetime) -> Iterator[None]:
    """Within the block the clock stands still at `to`, which must carry a zone.

    Raises ValueError for an instant without a zone.
    """
    if to.tzinfo is None:
        raise ValueError("The clock needs an instant with a time zone.")
    token = _shifted.set(to.astimezone(UTC))
    try:
        yield
    finally:
        _shifted.reset(token)
