"""Claiming due rows, so that two workers never do the same work at the same time."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import Error, connection, transaction
from django.db.models import F, Model, Q, QuerySet

from common import clock

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)


def claim(due: QuerySet[Row], *, at: datetime, seconds: int, limit: int) -> list[Row]:
    """Takes at most `limit` rows that nobody holds, for `seconds`, and counts the attempt.

    The rows need the columns `lease_until` and `attempts`. A worker that dies holds its rows until the lease ends; then
    another one takes them. Rows come back in the order of `due`.
    """
    until = at + timedelta(seconds=seconds)
    with transaction.atomic():
        free = due.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=at))
        rows = list(free.select_for_update(skip_locked=True, of=("self",))[:limit])
        due.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(lease_until=until, attempts=F("attempts") + 1)
    return rows


@contextmanager
def kept(rows: Sequence[Row], *, seconds: int) -> Iterator[None]:
    """Within the block the leases of claimed rows are renewed three times within their length; a row that was finished (no lease) stays so.

    A lease may so be much shorter than the work: what a worker held that died is free after `seconds`. The renewal lives on a thread and a connection of
    its own, which most blocks are too short to need.
    """
    if not rows:
        yield
        return
    is_over = threading.Event()
    renewal = threading.Thread(target=_renew, args=(type(rows[0]), [row.pk for row in rows], seconds, is_over), daemon=True)
    renewal.start()
    try:
        yield
    finally:
        is_over.set()
        renewal.join()


def _renew(model: type[Model], ids: list[int], seconds: int, is_over: threading.Event) -> None:
    while not is_over.wait(seconds / 3):
        try:
            until = clock.now() + timedelta(seconds=seconds)
            model._default_manager.filter(pk__in=ids, lease_until__isnull=False).update(lease_until=until)
        except Error as error:
            log.warning("leases were not renewed: %s", error)
        finally:
            connection.close()


def backoff(attempts: int, *, base: float = 2.0, cap: float = 3600.0) -> timedelta:
    """How long to wait before the next attempt: doubling from `base` seconds up to `cap`."""
    return timedelta(seconds=min(cap, base * 2 ** max(0, attempts - 1)))
