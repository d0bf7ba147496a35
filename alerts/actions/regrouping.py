"""Groups that people mend: an alert leaves its group or joins another one, and the product learns which kinds belong together (ALR-15)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events, permissions
from alerts import grouping as finding
from alerts.actions import grouping, lifecycle, opening
from alerts.models import Alert, AlertGroup, GroupingLesson, GroupingRule
from common import clock, errors, likeness
from journal import actions as journal

MOST_KINDS = 20


@transaction.atomic
def ungroup(alert: Alert, *, actor: User | None, teaches: bool = True) -> Alert:
    """Takes an alert out of its group, into one of its own; alerts of its kind are not put together with those of the others any more.

    teaches: False forgets what was taught of them instead. An alert that is alone stays as it is. Raises Refused.
    """
    permissions.can_act(actor).require()
    grouping.hold()
    locked = lifecycle.hold(alert)
    former = locked.group
    if former is None or not former.alerts.exclude(pk=locked.pk).exists():
        return locked
    own, at = finding.kind_of(locked), clock.now()
    others = {former.kind} | {finding.kind_of(one) for one in former.alerts.exclude(pk=locked.pk).order_by("-id")[:MOST_KINDS]}
    _teach(own, others, _("apart: {one} and {other}").format(one=locked.message, other=former.text), actor, is_together=False if teaches else None)
    _move(locked, _own_group(locked, former), {"how": "hand", "by": actor.name if actor else "Evenkeel"})
    journal.record(events.UNGROUPED, locked, actor=actor, at=at, key=locked.key, group=former.leader)
    return locked


@transaction.atomic
def regroup(alert: Alert, *, actor: User | None, group: AlertGroup, teaches: bool = True) -> Alert:
    """Puts an alert into a group; alerts of its kind join that kind of group from then on. Without an open incident it gets the group's.

    teaches: False forgets what was taught of them instead. Raises Refused, or Conflict when it is closed.
    """
    permissions.can_act(actor).require()
    grouping.hold()
    locked = lifecycle.hold(alert)
    if locked.group_id == group.pk:
        return locked
    at, own = clock.now(), finding.kind_of(locked)
    _teach(
        own, {group.kind}, _("together: {one} and {other}").format(one=locked.message, other=group.text), actor, is_together=True if teaches else None
    )
    _move(locked, group, {"how": "hand", "by": actor.name if actor else "Evenkeel"})
    journal.record(events.REGROUPED, locked, actor=actor, at=at, key=locked.key, group=group.leader)
    incident = group.incident
    if incident is not None and incident.is_open and locked.status != Alert.CLOSED and (locked.incident is None or not locked.incident.is_open):
        opening.link(locked, incident, at, actor=actor)
    return locked


def group_of(alert: Alert) -> AlertGroup:
    """The group of an alert. Raises Invalid("alert") for one that no rule ever grouped."""
    if alert.group is None:
        raise errors.Invalid("alert", _("%(key)s came before groups were made, or no grouping rule fits it.") % {"key": alert.key})
    return alert.group


def _own_group(alert: Alert, former: AlertGroup) -> AlertGroup:
    """A new group of one alert, found by later alerts as if it had been the first of its kind."""
    rules = grouping.rules_in_force()
    look = finding.wanted(alert, list(rules))
    text, kind = likeness.masked(alert.message)[: finding.KEPT], finding.kind_of(alert)
    return AlertGroup.objects.create(
        rule_id=look.rule.pk if look else None, mode=look.rule.mode if look else GroupingRule.TEXT, key=look.key if look else likeness.digest(kind),
        scope=look.scope if look else "", kind=kind, text=text, leader=alert.key, service_id=former.service_id, first_at=alert.first_occurred_at,
        last_at=alert.last_occurred_at,
    )  # fmt: skip


def _move(alert: Alert, group: AlertGroup, why: dict[str, str]) -> None:
    if alert.group is not None:
        AlertGroup.objects.filter(pk=alert.group.pk).update(size=F("size") - 1)
    AlertGroup.objects.filter(pk=group.pk).update(size=F("size") + 1)
    alert.group, alert.group_why = group, why
    alert.save(update_fields=["group", "group_why"])


def _teach(own: str, others: Iterable[str], words: str, actor: User | None, *, is_together: bool | None) -> None:
    """Keeps what was said of these pairs of kinds, or forgets it (None). Of one kind nothing can be said: such alerts are the same in all but their numbers."""
    for other in sorted(set(others) - {own}):
        pair: dict[str, Any] = dict(zip(("one", "other"), sorted((own, other)), strict=True))
        if is_together is None:
            GroupingLesson.objects.filter(**pair).delete()
        else:
            said = {"is_together": is_together, "words": words[:300], "taught_by": actor, "taught_at": clock.now()}
            GroupingLesson.objects.update_or_create(**pair, defaults=said)
