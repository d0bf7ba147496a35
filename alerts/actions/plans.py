"""What notification policies do with open alerts as events come and time passes; and the end of stale ones (ALR-11, ALR-26)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from alerts import conditions, effects, notifying, queries, rulebook
from alerts.actions import escalating, recovery
from alerts.models import Alert, AlertRule
from common import clock
from oncall.actions import escalations

BATCH = 500


def run_due() -> int:
    """Closes alerts, and pages again for them, as notification policies say; answers for how many it was time."""
    at = clock.now()
    with transaction.atomic():
        rows = Alert.objects.filter(plan_due_at__lte=at).exclude(status=Alert.CLOSED).prefetch_related(*queries.RELATED).order_by("alias")
        due = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        closing = [alert for alert in due if alert.plan.get("close_at") and datetime.fromisoformat(alert.plan["close_at"]) <= at]
        _close(closing, at, _("was open for as long as the policy says"))
        _page_again([alert for alert in due if alert not in closing], at)
    return len(due)


def _page_again(alerts: Sequence[Alert], at: datetime) -> None:
    free = [alert for alert in alerts if alert.status == Alert.OPEN and alert.silenced_until is None]
    for alert in alerts:
        is_done = alert in free
        if is_done:
            alert.note(at, AlertRule.NOTIFICATION, alert.plan.get("rule", ""), _("pages again"))
        if alert.plan.get("restart"):
            alert.plan = notifying.restarted(alert.plan, at, is_done=is_done)
        alert.plan_due_at = notifying.due(alert.plan)
    Alert.objects.bulk_update(alerts, ["plan", "plan_due_at", "decisions"])
    if free:
        escalations.stop(escalating.ALERT, [alert.pk for alert in free], actor=None, why=_("the policy pages again"))
        escalating.begin(free, at)


def _close(alerts: Sequence[Alert], at: datetime, what: str) -> None:
    if not alerts:
        return
    for alert in alerts:
        alert.recovered_at = at
        alert.note(at, AlertRule.EXPIRY, alert.plan.get("rule", ""), what)
    Alert.objects.bulk_update(alerts, ["recovered_at", "decisions"])
    recovery.close_all(alerts, by=Alert.BY_RULE, name_of=lambda alert: alert.plan.get("rule") or "Evenkeel", actor=None, at=at)


def expire() -> int:
    """Closes open alerts of which nothing was heard for as long as a rule says; answers how many."""
    book = rulebook.read(AlertRule.EXPIRY)
    if not book.has(AlertRule.EXPIRY):
        return 0
    at = clock.now()
    least = min(one.rule.does["minutes"] for entries in book.rules.values() for one in entries)
    old = Alert.objects.filter(last_occurred_at__lte=at - timedelta(minutes=least)).exclude(status=Alert.CLOSED)
    names: dict[int, str] = {}
    for alert in old.select_related("integration__team", "service__owner_team", "team").defer("payload").iterator():
        rule = next(book.fitting(AlertRule.EXPIRY, alert, conditions.facts_of(alert), at), None)
        if rule is not None and alert.last_occurred_at <= at - timedelta(minutes=rule.does["minutes"]):
            names[alert.pk] = f"{rule.name}: {effects.words(rule.kind, rule.does)}"
        if len(names) >= BATCH:
            break
    with transaction.atomic():
        rows = Alert.objects.filter(pk__in=names, last_occurred_at__lte=at - timedelta(minutes=least)).exclude(status=Alert.CLOSED)
        due = list(rows.prefetch_related("integration", "incident").order_by("alias").select_for_update(skip_locked=True, of=("self",)))
        for alert in due:
            alert.plan = {**alert.plan, "rule": names[alert.pk].partition(": ")[0]}
        _close(due, at, _("nothing was heard of it any more"))
    return len(due)
