"""Reads of groups of alerts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

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


def groups_for(user: User) -> QuerySet[AlertGroup]:
    """The groups, for whoever sees alerts; `open`: how many of their alerts are not closed."""
    rows = AlertGroup.objects.select_related("rule", "service", "incident") if user.has_right("alert.view") else AlertGroup.objects.none()
    alive = Alert.objects.filter(group=OuterRef("pk")).exclude(status=Alert.CLOSED).order_by().values("group").annotate(n=Count("pk")).values("n")
    return rows.annotate(open=Coalesce(Subquery(alive), 0))


def group_for(user: User, pk: int) -> AlertGroup:
    """One group. Raises Http404 when this person may not see it."""
    found = groups_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def shown(user: User, number: str) -> AlertGroup | None:
    """The group that a list is about, when its address names one."""
    return groups_for(user).filter(pk=int(number)).first() if number.isascii() and number.isdecimal() and len(number) < 18 else None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list that is folded: an alert that stands for itself, or the group that it leads with its alerts in the list."""

    first: Alert
    alerts: list[Alert]

    @property
    def is_over(self) -> bool:
        """All of them are closed."""
        return all(alert.status == Alert.CLOSED for alert in self.alerts)

    @property
    def open(self) -> int:
        """How many of them nobody acknowledged, snoozed or closed."""
        return sum(alert.status == Alert.OPEN for alert in self.alerts)

    @property
    def waits(self) -> bool:
        """One of them is not acknowledged."""
        return any(alert.status in (Alert.OPEN, Alert.SNOOZED) for alert in self.alerts)

    @property
    def events(self) -> int:
        """How many events all of them had."""
        return sum(alert.count for alert in self.alerts)


def rows(alerts: Sequence[Alert]) -> list[Row]:
    """Alerts as lines, those of one group in one line at the place of the first."""
    found: dict[tuple[str, int | None], list[Alert]] = {}
    for alert in alerts:
        found.setdefault(("group", alert.group_id) if alert.group_id else ("alert", alert.pk), []).append(alert)
    return [Row(members[0], members) for members in found.values()]


def waiting_for(user: User, alert: Alert) -> list[Alert]:
    """Open alerts that are held until this one is over, at most twenty."""
    return list(queries.alerts_for(user).filter(held_by=alert.pk).exclude(status=Alert.CLOSED).order_by("priority", "-id")[:20])


def fold(alerts: Sequence[Alert]) -> list[Alert]:
    """The alerts of a list, those of one group under the first of them: each that stays knows how many follow as `alike`, all as `folded`."""
    first: dict[int, Alert] = {}
    shown = []
    for alert in alerts:
        alert.alike, alert.folded = 0, [alert]
        known = first.get(alert.group_id) if alert.group_id else None
        if known is not None and known.incident_id == alert.incident_id:
            known.alike += 1
            known.folded.append(alert)
            continue
        if alert.group_id:
            first[alert.group_id] = alert
        shown.append(alert)
    return shown
