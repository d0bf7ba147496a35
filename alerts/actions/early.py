"""Recoveries that are told before their firings: the firing that comes late is kept as an alert that is closed already, and pages nobody (RELIABILITY A12)."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from alerts import folding
from alerts.folding import Step
from alerts.models import EarlyRecovery
from common import clock

KEPT = timedelta(hours=1)
REMEMBER = """
INSERT INTO alerts_earlyrecovery (alias, over_until, told_at) SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (alias) DO UPDATE SET over_until = greatest(alerts_earlyrecovery.over_until, excluded.over_until), told_at = excluded.told_at
"""


def remember(steps: Sequence[Step]) -> None:
    """Notes recoveries of firings that are not known, or not as they say; one without a time says nothing about what may come."""
    rows = [(step.event.alias, until, step.last_at) for step in steps if (until := folding.over_until(step.event)) is not None]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(REMEMBER, [list(column) for column in zip(*sorted(rows), strict=True)])


def over(steps: Sequence[Step]) -> set[str]:
    """The aliases of those firings whose end was told just before them."""
    timed = {step.event.alias: step for step in steps if step.event.starts_at is not None}
    if not timed:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT alias, over_until, told_at FROM alerts_earlyrecovery WHERE alias = ANY(%s)", [list(timed)])
        known = cursor.fetchall()
    return {alias for alias, until, told_at in known if folding.is_over(timed[alias].event.starts_at, timed[alias].last_at, until, told_at)}


def forget() -> int:
    """Removes those that no firing can meet any more; answers how many."""
    gone, _kinds = EarlyRecovery.objects.filter(told_at__lt=clock.now() - KEPT).delete()
    return gone
