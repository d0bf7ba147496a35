"""Alerts that come and go (ALR-18): one alert that stays, marked, instead of hundreds; nobody is called for it until it has settled."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from alerts.models import Alert, Integration

CHANGES, MINUTES = 6, 10  # for alerts without an integration; the defaults of those that have one


def mark(alerts: Sequence[Alert], again: Iterable[str], at: datetime) -> None:
    """Marks new alerts that open and close too often; they stay quiet until they have settled. again: the aliases that were closed before."""
    known = {alert.alias: alert for alert in alerts}
    wanted = [alias for alias in again if alias in known and limits(known[alias].integration)[0]]
    if not wanted:
        return
    spans = {limits(known[alias].integration)[1] for alias in wanted}
    counts = {minutes: _ended(wanted, at - timedelta(minutes=minutes)) for minutes in spans}
    for alias in wanted:
        alert = known[alias]
        changes, minutes = limits(alert.integration)
        if 2 * counts[minutes].get(alias, 0) + 1 >= changes:
            alert.flapping_until, alert.silenced_until = at + timedelta(minutes=minutes), Alert.FOREVER
            alert.note(
                at, "flapping", "", _("flapping: {n} changes within {minutes} minutes; quiet until it settles").format(n=changes, minutes=minutes)
            )


def limits(integration: Integration | None) -> tuple[int, int]:
    """How many changes within how many minutes are flapping; 0 changes for never."""
    return (integration.flapping_changes, integration.flapping_minutes) if integration is not None else (CHANGES, MINUTES)


def _ended(aliases: Sequence[str], since: datetime) -> dict[str, int]:
    """How often each was closed by its source since an instant."""
    rows = Alert.objects.filter(alias__in=aliases, closed_at__gt=since, closed_by=Alert.BY_SOURCE)
    return dict(rows.order_by().values_list("alias").annotate(n=Count("pk")))
