"""Alerts of services whose dependency is down wait for it (ALR-17): held under the alert of what is down, or for what somebody declared down.

They are loud when that is over and they are not.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from alerts import reasons
from alerts.models import Alert
from services import queries as services

DOWN = 2  # an open alert of P1 or P2 says that its service is down


def hold(alerts: Sequence[Alert], at: datetime) -> dict[int, Alert]:
    """Holds new alerts, not saved yet, under the alert of a service that theirs needs. Answers parents that are not saved yet, by the number of the child."""
    needs = services.upstream_of({alert.service_id for alert in alerts if alert.service_id is not None})
    if not needs:
        return {}
    above_all = {pk for found in needs.values() for pk in found}
    declared = services.declared_down(above_all, at)
    down = _worst(_down(above_all))
    fresh = _worst([alert for alert in alerts if _is_down(alert) and not down.keys() & needs.get(alert.service_id or 0, frozenset())])
    fresh = {pk: alert for pk, alert in fresh.items() if not fresh.keys() & needs.get(pk, frozenset())}
    late: dict[int, Alert] = {}
    for alert in alerts:
        above = needs.get(alert.service_id or 0, frozenset())
        said = min(declared.keys() & above, default=None)
        if said is not None:
            alert.held_for, alert.silenced_until = declared[said], Alert.FOREVER
            alert.note(at, "topology", "", reasons.declared(declared[said]))
            continue
        parent = _parent([known[pk] for known in (down, fresh) for pk in known.keys() & above])
        if parent is None or parent.priority > alert.priority:
            continue
        if fresh.get(parent.service_id or 0) is parent:
            late[alert.number] = parent
        else:
            alert.held_by = parent
        alert.silenced_until = Alert.FOREVER
        alert.note(at, "topology", "", reasons.held(parent))
    return late


def tie(alerts: Sequence[Alert], late: dict[int, Alert]) -> None:
    """Names the parents that were saved together with their children."""
    tied = [alert for alert in alerts if alert.number in late]
    for alert in tied:
        alert.held_by = late[alert.number]
    Alert.objects.bulk_update(tied, ["held_by"])


def _is_down(alert: Alert) -> bool:
    """Whether a new alert says that its service is down, and may hold others."""
    return alert.priority <= DOWN and alert.silenced_until is None and alert.service is not None and alert.service.holds_dependents


def _down(services_above: Collection[int]) -> list[Alert]:
    """The worst loud urgent alert of each of these services: it says that the service is down."""
    rows = Alert.objects.filter(service__in=services_above, service__holds_dependents=True, priority__lte=DOWN, silenced_until__isnull=True)
    rows = rows.exclude(status=Alert.CLOSED).order_by("service_id", "priority", "number").distinct("service_id")
    return list(rows.select_related("service").only("number", "priority", "service", "service__name", "service_name"))


def _worst(alerts: Sequence[Alert]) -> dict[int, Alert]:
    """By service the alert under which others may wait."""
    found: dict[int, Alert] = {}
    for alert in alerts:
        if alert.service_id is not None:
            found[alert.service_id] = min(found.get(alert.service_id, alert), alert, key=_order)
    return found


def _order(alert: Alert) -> tuple[int, int]:
    return alert.priority, alert.number


def _parent(candidates: Sequence[Alert]) -> Alert | None:
    """The most urgent one, of equals the oldest."""
    return min(candidates, key=_order, default=None)
