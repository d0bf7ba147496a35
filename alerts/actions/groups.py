"""What is done to a whole group of alerts at once (ALR-03, ALR-15)."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import permissions, queries
from alerts.actions import lifecycle, recovery, regrouping
from alerts.models import Alert, AlertGroup
from common import clock, errors

MOST = 500


@transaction.atomic
def acknowledge(group: AlertGroup, *, actor: User | None) -> int:
    """Somebody has its alerts that are open or snoozed, the newest five hundred of them; answers how many. Raises Refused."""
    permissions.can_act(actor).require()
    alerts = Alert.objects.filter(group=group, status__in=(Alert.OPEN, Alert.SNOOZED)).order_by("-id")[:MOST]
    for alert in sorted(alerts, key=lambda one: one.alias):
        lifecycle.acknowledge(alert, actor=actor)
    return len(alerts)


@transaction.atomic
def close(group: AlertGroup, *, actor: User | None) -> int:
    """Ends all of its alerts by hand; answers how many. Raises Refused."""
    permissions.can_act(actor).require()
    rows = Alert.objects.filter(group=group).exclude(status=Alert.CLOSED).prefetch_related(*queries.RELATED).order_by("alias")
    alerts = list(rows.select_for_update(of=("self",)))
    name = actor.name if actor else "Evenkeel"
    recovery.close_all(alerts, by=Alert.BY_AGENT, name_of=lambda _alert: name, actor=actor, at=clock.now())
    return len(alerts)


@transaction.atomic
def add(group: AlertGroup, *, actor: User | None, alerts: Sequence[Alert]) -> AlertGroup:
    """Puts alerts into the group; alerts of their kinds join it from then on. Raises Refused."""
    for alert in alerts:
        regrouping.regroup(alert, actor=actor, group=group)
    return group


@transaction.atomic
def remove(group: AlertGroup, *, actor: User | None, alerts: Sequence[Alert]) -> AlertGroup:
    """Takes alerts out of the group; alerts of their kinds stay apart from then on. Raises Refused, or Invalid("alerts") for one that is not in it."""
    permissions.can_act(actor).require()
    for alert in alerts:
        if alert.group_id != group.pk:
            raise errors.Invalid("alerts", _("%(key)s is not in this group.") % {"key": alert.key})
        regrouping.ungroup(alert, actor=actor)
    return group
