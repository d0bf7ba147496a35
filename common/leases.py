"""Claiming due rows, so that two workers never do the same work at the same time."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

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


def backoff(attempts: int, *, base: float = 2.0, cap: float = 3600.0) -> timedelta:
    """How long to wait before the next attempt: doubling from `base` seconds up to `cap`."""
    return timedelta(seconds=min(cap, base * 2 ** max(0, attempts - 1)))
