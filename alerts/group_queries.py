"""Reads of groups of alerts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User
from alerts import queries, reasons
from alerts.models import Alert, AlertGroup

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """The group of one alert as its drawer shows it: why it is in it, some of the others, and how many there are."""

    group: AlertGroup
    why: str
    others: list[Alert]
    size: int
    open: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.size - 1 - len(self.others)


def seen_by(user: User, alert: Alert) -> Seen | None:
    """The group of an alert that has others in it; None when it is alone."""
    if alert.group is None:
        return None
    rows = queries.alerts_for(user).filter(group_id=alert.group_id)
    told = rows.order_by().aggregate(size=Count("pk"), open=Count("pk", filter=~Q(status=Alert.CLOSED)))
    if told["size"] < 2:
        return None
    others = list(rows.exclude(pk=alert.pk).order_by("closed_at", "priority", "-id")[:SHOWN])
    return Seen(alert.group, reasons.grouped(alert.group_why), others, told["size"], told["open"])


def waiting_for(user: User, alert: Alert) -> list[Alert]:
    """Open alerts that are held until this one is over, at most twenty."""
    return list(queries.alerts_for(user).filter(held_by=alert.pk).exclude(status=Alert.CLOSED).order_by("priority", "-id")[:20])


def fold(alerts: Sequence[Alert]) -> list[Alert]:
    """The alerts of a list, those of one group under the first of them: each that stays knows how many follow as `alike`, and its group."""
    first: dict[int, Alert] = {}
    shown = []
    for alert in alerts:
        alert.alike = 0
        known = first.get(alert.group_id) if alert.group_id else None
        if known is not None and known.incident_id == alert.incident_id:
            known.alike += 1
            continue
        if alert.group_id:
            first[alert.group_id] = alert
        shown.append(alert)
    return shown
