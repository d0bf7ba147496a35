"""The days of the inbox: partitions are made ahead and dropped when they are old and empty of work."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction

from alerts.models import Delivery
from common import clock

log = logging.getLogger(__name__)

AHEAD_DAYS = 3
DELIVERIES_KEPT = timedelta(hours=72)  # GitHub offers to send again for three days; Amazon SNS and Jira give up within hours
PARTITION_LOCK = 7203003
LOCK_NOT_AVAILABLE = "55P03"
LOCK_TIMEOUT = "1s"  # the door waits behind us while we wait: a backup or a long report makes us come again later


def name_of(day: date) -> str:
    """The partition of a day."""
    return f"alerts_inbox_{day:%Y%m%d}"


def keep_partitions() -> tuple[list[str], list[str]]:
    """Makes the partitions of today and the next days, drops those older than ALERT_INBOX_DAYS that hold nothing pending; answers both lists.

    What arrives without a partition lands in the default one, so the door never fails for the want of a day.
    """
    today = clock.now().date()
    made = [name for ahead in range(AHEAD_DAYS + 1) if (name := _unless_locked(_make, name_of(today + timedelta(days=ahead))))]
    first = name_of(today - timedelta(days=settings.ALERT_INBOX_DAYS))
    return made, [name for name in _existing() if name < first and _unless_locked(_drop, name)]


def forget_deliveries() -> int:
    """Removes the names of deliveries that no tool sends again any more; answers how many."""
    gone, _kinds = Delivery.objects.filter(came_at__lt=clock.now() - DELIVERIES_KEPT).delete()
    return gone


def _unless_locked(change: Callable[[str], str], name: str) -> str:
    """Does it, or leaves it for the next time when somebody reads the table for long; an empty text when nothing was done."""
    try:
        return change(name)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        log.warning("partitions: %s is left for the next time, somebody holds the table", name)
        return ""


def _existing() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " WHERE inhparent = 'alerts_inbox'::regclass AND child.relname ~ '^alerts_inbox_[0-9]{8}$' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _make(name: str) -> str:
    """Makes a day's partition and moves what the default one caught of it; an empty text when it was there."""
    day = datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        if name in _existing():
            return ""
        bounds = [day.isoformat(), (day + timedelta(days=1)).isoformat()]
        # Nothing slips into the default meanwhile; the days' own partitions stay open.
        cursor.execute("LOCK TABLE alerts_inbox_default IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {name} (LIKE alerts_inbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")  # the name is made of digits above
        cursor.execute(
            f"WITH moved AS (DELETE FROM alerts_inbox_default WHERE received_at >= %s AND received_at < %s RETURNING *) INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(f"ALTER TABLE alerts_inbox ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)
    return name


@transaction.atomic
def _drop(name: str) -> str:
    """Drops a partition, unless something in it still waits."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name} WHERE state = 'pending')")  # the name comes from the catalogue
        if cursor.fetchone()[0]:
            return ""
        cursor.execute(f"DROP TABLE {name}")
    return name
