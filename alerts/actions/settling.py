"""The ends of waiting: alerts that flapped settle, and those held under another one are freed (ALR-17, ALR-18)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from alerts import queries, rulebook
from alerts.actions import grouping, opening, recovery, topology
from alerts.models import Alert
from common import clock

SETTLES = timedelta(minutes=2)  # so long what depends on a service has to recover after it
BATCH = 500


def settle() -> int:
    """Ends the mark of alerts that have been still for long enough: what is over closes, what is not is loud now. Answers how many."""
    at = clock.now()
    with transaction.atomic():
        grouping.hold()
        rows = Alert.objects.filter(flapping_until__lte=at).exclude(status=Alert.CLOSED).prefetch_related(*queries.RELATED).order_by("alias")
        due = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        if not due:
            return 0
        for alert in due:
            alert.flapping_until = None
            alert.note(at, "flapping", "", _("it has settled: over") if alert.recovered_at else _("it has settled: it goes on"))
        over = [alert for alert in due if alert.recovered_at is not None]
        going = [alert for alert in due if alert.recovered_at is None]
        quiet = rulebook.quiet_at(at)
        for alert in going:
            alert.silenced_until = quiet.until(alert, at)
        Alert.objects.bulk_update(due, ["flapping_until", "silenced_until", "decisions"])
        recovery.close_all(over, by=Alert.BY_SOURCE, name_of=lambda alert: str(alert.integration or _("The source")), actor=None, at=at)
        opening.free([alert for alert in going if alert.silenced_until is None and alert.status == Alert.OPEN], at)
    return len(due)


def release_due() -> int:
    """Alerts whose parent is over for two minutes: what is still open is held by another parent, or loud. Answers how many."""
    at = clock.now()
    with transaction.atomic():
        grouping.hold()
        rows = (
            Alert.objects.filter(Q(held_by__isnull=False) | Q(held_for__isnull=False))
            .exclude(status=Alert.CLOSED)
            .prefetch_related("held_by__service", "held_for", *queries.RELATED)
            .order_by("alias")
        )
        due = [alert for alert in rows.select_for_update(skip_locked=True, of=("self",))[:BATCH] if _is_over(alert, at)]
        if not due:
            return 0
        quiet = rulebook.quiet_at(at)
        for alert in due:
            alert.held_by = alert.held_for = None
        topology.hold(due, at)
        for alert in due:
            if alert.held_by is None and alert.held_for is None:
                alert.silenced_until = quiet.until(alert, at)
                alert.note(
                    at,
                    "topology",
                    "",
                    _("what it needs is back, and it is still bad") if alert.silenced_until is None else _("what it needs is back"),
                )
        Alert.objects.bulk_update(due, ["held_by", "held_for", "silenced_until", "decisions"])
        opening.free([alert for alert in due if alert.silenced_until is None and alert.status == Alert.OPEN], at)
    return len(due)


def _is_over(alert: Alert, at: datetime) -> bool:
    """Whether what an alert waits for is back; by somebody's word, or by its own alert."""
    if alert.held_for is not None:
        return alert.held_for.down_until is None or alert.held_for.down_until + SETTLES <= at
    parent = alert.held_by
    if parent is None:
        return True
    if parent.status == Alert.CLOSED:
        return parent.closed_at is None or parent.closed_at + SETTLES <= at
    return parent.priority > topology.DOWN or parent.service is None or not parent.service.holds_dependents
