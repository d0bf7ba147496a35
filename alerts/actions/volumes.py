"""Counting what each source sends, by the hour."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

NOTE = """
INSERT INTO alerts_volume (integration_id, hour, requests, events, last_at)
SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::timestamptz[])
ON CONFLICT (integration_id, hour) DO UPDATE SET requests = alerts_volume.requests + excluded.requests, events = alerts_volume.events + excluded.events,
  last_at = greatest(alerts_volume.last_at, excluded.last_at)
"""


def note(came: Iterable[tuple[int, datetime, int]]) -> None:
    """Counts what came: of which integration, when, with how many events. One statement, however much it was."""
    requests: Counter[tuple[int, datetime]] = Counter()
    events: Counter[tuple[int, datetime]] = Counter()
    last: dict[tuple[int, datetime], datetime] = {}
    for integration_id, at, amount in came:
        hour = integration_id, at.replace(minute=0, second=0, microsecond=0)
        requests[hour] += 1
        events[hour] += amount
        last[hour] = max(last.get(hour, at), at)
    hours = sorted(last)
    if hours:
        columns: list[Any] = [
            [pk for pk, _hour in hours],
            [hour for _pk, hour in hours],
            *([kept[hour] for hour in hours] for kept in (requests, events, last)),
        ]
        with connection.cursor() as cursor:
            cursor.execute(NOTE, columns)
