"""Recovery: the tool says that it is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts import events, folding
from alerts.folding import Step
from alerts.models import Alert
from journal import actions as journal


def close_recovered(steps: Sequence[Step], at: datetime) -> None:
    """Closes the open alerts of these aliases. An unknown alias is no error; a recovery of an earlier firing that comes late closes nothing."""
    by_alias = {step.event.alias: step for step in steps}
    open_alerts = Alert.objects.filter(alias__in=by_alias).exclude(status=Alert.CLOSED).select_related("integration", "incident").order_by("alias")
    ended = [alert for alert in open_alerts.select_for_update(of=("self",)) if folding.closes(by_alias[alert.alias].event.starts_at, alert.starts_at)]
    close_all(ended, by=Alert.BY_SOURCE, name_of=lambda alert: alert.integration.name if alert.integration else "The source", actor=None, at=at)


def close_all(alerts: Sequence[Alert], *, by: str, name_of: Any, actor: Any, at: datetime) -> None:
    """Closes locked alerts and tells their timelines and those of their incidents."""
    if not alerts:
        return
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(status=Alert.CLOSED, closed_at=at, closed_by=by, snoozed_until=None)
    for alert in alerts:
        alert.status, alert.closed_at, alert.closed_by = Alert.CLOSED, at, by
    told = [(alert, {"key": alert.key, "message": alert.message, "by": name_of(alert)}) for alert in alerts]
    journal.record_many(events.CLOSED, told, actor=actor, at=at)
    linked = [(alert.incident, data) for alert, data in told if alert.incident is not None]
    if linked:
        journal.record_many(events.INCIDENT_ALERT_CLOSED, linked, actor=actor, at=at)
