"""The days of the inbox: partitions are made ahead and dropped when they are old and empty of work."""

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from common import clock

AHEAD_DAYS = 3
PARTITION_LOCK = 7203003


def name_of(day: date) -> str:
    """The partition of a day."""
    return f"alerts_inbox_{day:%Y%m%d}"


def keep_partitions() -> tuple[list[str], list[str]]:
    """Makes the partitions of today and the next days, drops those older than ALERT_INBOX_DAYS that hold nothing pending; answers both lists.

    What arrives without a partition lands in the default one, so the door never fails for the want of a day.
    """
    today = clock.now().date()
    made = [name for day in range(AHEAD_DAYS + 1) if (name := _make(today + timedelta(days=day)))]
    return made, _drop_before(today - timedelta(days=settings.ALERT_INBOX_DAYS))


def _existing() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " WHERE inhparent = 'alerts_inbox'::regclass AND child.relname ~ '^alerts_inbox_[0-9]{8}$' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _make(day: date) -> str:
    """Makes a day's partition and moves what the default one caught of it; an empty text when it was there."""
    name = name_of(day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        if name in _existing():
            return ""
        bounds = [f"{day} 00:00:00+00", f"{day + timedelta(days=1)} 00:00:00+00"]
        cursor.execute("LOCK TABLE alerts_inbox IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {name} (LIKE alerts_inbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")  # the name is made of digits above
        cursor.execute(
            f"WITH moved AS (DELETE FROM alerts_inbox_default WHERE received_at >= %s AND received_at < %s RETURNING *) INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(f"ALTER TABLE alerts_inbox ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)
    return name


def _drop_before(day: date) -> list[str]:
    dropped = []
    for name in _existing():
        if name >= name_of(day):
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name} WHERE state = 'pending')")  # the name comes from the catalogue
            if not cursor.fetchone()[0]:
                cursor.execute(f"DROP TABLE {name}")
                dropped.append(name)
    return dropped
