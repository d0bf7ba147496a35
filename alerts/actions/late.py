"""Firings that come long after they began (RELIABILITY A13): they are kept and shown, and page nobody. And what sources' clocks say beside ours (A14)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from alerts import queries, reasons, rulebook, skew
from alerts.folding import Step
from alerts.models import Alert, SourceClock
from common import clock

KEPT = timedelta(days=7)
MOST_SECONDS = 366 * 24 * 3600
# Of one batch at most ten samples, of an hour the last sixty.
NOTE = """
INSERT INTO alerts_sourceclock (integration_id, hour, samples, stale)
SELECT integration_id, date_trunc('hour', at, 'UTC'), (array_agg(seconds))[1:10], count(*) FILTER (WHERE is_stale)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::bool[]) AS came(integration_id, at, seconds, is_stale) GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (integration_id, hour) DO UPDATE SET stale = alerts_sourceclock.stale + excluded.stale,
  samples = (alerts_sourceclock.samples || excluded.samples)[greatest(1, cardinality(alerts_sourceclock.samples) + cardinality(excluded.samples) - 59):]
"""


def mark(alerts: Sequence[Alert], at: datetime) -> None:
    """Keeps those new alerts, not saved yet, quiet that came too late; and notes what each says about the clock of its source."""
    timed = [alert for alert in alerts if alert.integration is not None and alert.starts_at is not None]
    if not timed:
        return
    late = [alert for alert in timed if _is_stale(alert, skew.NONE)]
    wrong = clocks({alert.integration_id for alert in late if alert.integration_id}, at) if late else {}
    stale = {alert.number for alert in late if _is_stale(alert, skew.settled(wrong.get(alert.integration_id or 0, {})))}
    for alert in late:
        if alert.number in stale:
            alert.plan = {**{name: value for name, value in alert.plan.items() if name != "dedup"}, "stale": True}
            alert.held_until = alert.silenced_until = Alert.FOREVER
            alert.note(at, "stale", "", _("{why}; it pages nobody").format(why=reasons.stale(alert)))
    with connection.cursor() as cursor:
        rows = [(alert.integration_id, alert.first_occurred_at, _seconds(alert), alert.number in stale) for alert in timed]
        cursor.execute(NOTE, [list(column) for column in zip(*rows, strict=True)])


def _is_stale(alert: Alert, wrong: timedelta) -> bool:
    return alert.integration is not None and skew.is_stale(alert.starts_at, alert.first_occurred_at, alert.integration.stale_hours, wrong)


def _seconds(alert: Alert) -> int:
    began = alert.starts_at or alert.first_occurred_at
    return max(-MOST_SECONDS, min(MOST_SECONDS, round((alert.first_occurred_at - began).total_seconds())))


def wake(counted: Sequence[tuple[int, Step]], at: datetime) -> list[Alert]:
    """Stale alerts of which a current firing came: they are as loud as any other. Answers those that nothing keeps quiet now."""
    came = dict(counted)
    rows = list(Alert.objects.filter(pk__in=came, plan__stale=True).prefetch_related(*queries.RELATED).order_by("pk"))
    if not rows:
        return []
    wrong = clocks({alert.integration_id for alert in rows if alert.integration_id}, at)
    quiet = rulebook.quiet_at(at)
    woken = []
    for alert in rows:
        step, hours = came[alert.pk], alert.integration.stale_hours if alert.integration is not None else 0
        if skew.is_stale(step.event.starts_at, step.last_at, hours, skew.settled(wrong.get(alert.integration_id or 0, {}))):
            continue
        alert.plan = {name: value for name, value in alert.plan.items() if name != "stale"}
        alert.held_until = None
        alert.silenced_until = quiet.until(alert, at)
        alert.note(at, "stale", "", _("a current event came"))
        woken.append(alert)
    Alert.objects.bulk_update(woken, ["plan", "held_until", "silenced_until", "decisions"])
    return [alert for alert in woken if alert.silenced_until is None and alert.status == Alert.OPEN]


def clocks(integrations: Collection[int], at: datetime) -> Mapping[int, Mapping[datetime, Sequence[int]]]:
    """What sources' clocks said lately: seconds by the hour."""
    found: dict[int, dict[datetime, Sequence[int]]] = {}
    rows = SourceClock.objects.filter(integration__in=integrations, hour__gt=at - KEPT)
    for pk, hour, samples in rows.values_list("integration", "hour", "samples"):
        found.setdefault(pk, {})[hour] = samples
    return found


def forget() -> int:
    """Removes what was said longer ago than a week; answers how many rows."""
    gone, _kinds = SourceClock.objects.filter(hour__lt=clock.now() - KEPT).delete()
    return gone
