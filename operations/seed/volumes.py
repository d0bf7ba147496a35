"""How much Meridian's monitoring sent in the last four weeks: one source has just gone silent, one sends far more than usual, two say something new."""

import random
from datetime import datetime

from alerts import baseline
from alerts.actions import volume_watch
from alerts.models import Alert, Integration, KnownKind, Volume, WatchedHour
from common import clock

HOURS = 28 * 24
# events an hour at noon, and whether it sends in every hour; the others leave some out, so that nobody misses them while the demonstration stands still
SOURCES = {"Zabbix, warehouses": (34, True), "Datadog, payments": (12, False), "Prometheus, Rotterdam DC2": (58, False), "Loki, logs": (140, False)}
SILENT, LOUD, NEW = "Zabbix, warehouses", "Datadog, payments", ("pgbouncer-02 rejecting", "Customs nightly export")


def write(chance: random.Random, at: datetime) -> None:
    """What came by the hour, and what the watch over it says now."""
    this = baseline.hour_of(at)
    hours = [this - back * baseline.HOUR for back in range(HOURS, -1, -1)]
    WatchedHour.objects.bulk_create(WatchedHour(hour=hour, seconds=3600) for hour in hours)
    rows = []
    for source in Integration.objects.filter(name__in=SOURCES):
        noon, is_steady = SOURCES[source.name]
        for hour in hours:
            by_day = 1 - abs(hour.hour - 13) / 18
            events = max(1, round(chance.gauss(noon * by_day, noon / 8)))
            if source.name == LOUD and hour == this:
                events = noon * 9
            if (is_steady or chance.random() > 0.2) and not (source.name == SILENT and hour >= this - baseline.HOUR):
                rows.append(Volume(integration=source, hour=hour, requests=events, events=events, last_at=min(hour + 0.9 * baseline.HOUR, at)))
    Volume.objects.bulk_create(rows)
    kinds = (
        Alert.objects.exclude(integration=None)
        .select_related("integration")
        .order_by("integration_id", "kind", "pk")
        .distinct("integration_id", "kind")
    )
    old = [alert for alert in kinds if not alert.message.startswith(NEW)]
    KnownKind.objects.bulk_create(
        KnownKind(integration=one.integration, kind=one.kind, first_at=hours[0], last_at=at) for one in old if one.integration
    )
    with clock.shifted(at):
        volume_watch.sweep()
