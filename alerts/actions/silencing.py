"""Silences: every write to them, and what they keep quiet."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events, labels, permissions, queries, rulebook
from alerts.actions import deciding, escalating, grouping, lifecycle, opening
from alerts.labels import Matcher
from alerts.models import Alert, Integration, QuietMark, Silence
from common import clock, errors
from journal import actions as journal
from oncall.actions import escalations

MOST_MATCHERS = 50
LOOKED_AT_ALL = 300  # seconds


@transaction.atomic
def put(
    *,
    actor: User | None,
    matchers: Sequence[Matcher],
    starts_at: datetime,
    ends_at: datetime,
    created_by: str,
    comment: str,
    integration: Integration | None = None,
    uid: UUID | None = None,
) -> Silence:
    """Silences alerts, or changes the silence with this id: with other matchers the former one ends and a new one begins. Raises Invalid, Refused."""
    permissions.can_act(actor).require()
    at = clock.now()
    _check(matchers, starts_at, ends_at, at)
    former = _former(uid, integration)
    wanted = [labels.to_data(one) for one in matchers]
    columns: dict[str, Any] = {"ends_at": ends_at, "created_by": created_by[:200], "comment": comment[:5_000], "updated_at": at}
    if former is not None and former.matchers == wanted and former.ends_at > at:
        for name, value in columns.items():
            setattr(former, name, value)
        former.starts_at = former.starts_at if former.starts_at <= at else max(starts_at, at)
        former.save(update_fields=[*columns, "starts_at"])
        silence = former
    else:
        if former is not None:
            end(former, actor=actor)
        silence = Silence(matchers=wanted, starts_at=max(starts_at, at), integration=integration, **columns)
        silence.save(force_insert=True)
    told = ", ".join(str(one) for one in matchers)
    hand = {"hand": created_by[:200]} if actor is None else {}
    until = f"{ends_at:%Y-%m-%d %H:%M} UTC"
    journal.record_many(events.SILENCED, [(silence, {"matchers": told, "until": until, "comment": comment[:500], **hand})], actor=actor, at=at)
    hush(at)
    return silence


def _check(matchers: Sequence[Matcher], starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if not matchers or len(matchers) > MOST_MATCHERS:
        raise errors.Invalid("matchers", _("Give 1 to %(most)d matchers.") % {"most": MOST_MATCHERS})
    if all(one.fits({}) for one in matchers):
        raise errors.Invalid("matchers", _("At least one matcher must not fit the empty text."))
    if ends_at < starts_at:
        raise errors.Invalid("endsAt", _("The end must be after the start."))
    if ends_at < at:
        raise errors.Invalid("endsAt", _("The end can't be in the past."))


def _former(uid: UUID | None, integration: Integration | None) -> Silence | None:
    if uid is None:
        return None
    former = permissions.silences_within(integration).filter(uid=uid).select_for_update().first()
    if former is None:
        raise errors.Invalid("id", _("There is no such silence."))
    return former


@transaction.atomic
def end(silence: Silence, *, actor: User | None) -> Silence:
    """Ends a silence now; the alerts that it kept quiet page if they are still open."""
    permissions.can_act(actor).require()
    held = Silence.objects.select_for_update().get(pk=silence.pk)
    at = clock.now()
    if held.ends_at <= at:
        return held
    held.starts_at, held.ends_at, held.updated_at = min(held.starts_at, at), at, at
    held.save(update_fields=["starts_at", "ends_at", "updated_at"])
    told = ", ".join(str(one) for one in labels.stored(held.matchers))
    journal.record(events.SILENCE_ENDED, held, actor=actor, at=at, matchers=told)
    hush(at)
    return held


def hush(at: datetime) -> int:
    """After a silence or maintenance changed: quiet for the open alerts that one fits, and what was held back for those that none fits any more.

    Answers how many alerts changed. The next sweep looks at all once more, after the batches that were under way.
    """
    quiet = rulebook.quiet_at(at)
    rows = Alert.objects.exclude(status=Alert.CLOSED).defer("payload", "description")
    if quiet.is_empty:
        rows = rows.filter(silenced_until__isnull=False).exclude(held_until=Alert.FOREVER, silenced_until=Alert.FOREVER)
    elif quiet.windows:
        rows = rows.select_related("team", "integration__team", "service__owner_team")
    return _change_all([alert.pk for alert in rows.iterator() if quiet.until(alert, at) != alert.silenced_until], quiet, at)


def hush_due(at: datetime) -> int:
    """As silences and maintenance begin and end: the open alerts whose quiet is over are found by index. All are looked at when something began, ended or
    changed since the last time, and every five minutes, as people change what alerts say. Answers how many changed."""
    quiet = rulebook.quiet_at(at)
    seen = _mark(quiet, at)
    if QuietMark.objects.filter(pk=1, seen=seen).exists():
        due = Alert.objects.filter(silenced_until__lte=at).exclude(status=Alert.CLOSED).values_list("pk", flat=True)
        return _change_all(list(due), quiet, at)
    with transaction.atomic():
        grouping.hold()  # what a batch under way opens by what held before, is there when all are looked at
    amount = hush(at)
    QuietMark.objects.update_or_create(pk=1, defaults={"seen": seen})
    return amount


def _mark(quiet: rulebook.Quiet, at: datetime) -> str:
    """What keeps alerts quiet at an instant, with every change of it, and which five minutes it is in."""
    told = [f"s{one.pk} {one.updated_at.timestamp()}" for one in quiet.silences] + [
        f"m{one.row.pk} {one.ends_at.timestamp()} {one.row.conditions}" for one in quiet.windows
    ]
    return hashlib.sha256(f"{at.timestamp() // LOOKED_AT_ALL} {sorted(told)}".encode()).hexdigest()


def _change_all(changed: Sequence[int], quiet: rulebook.Quiet, at: datetime) -> int:
    """Makes open alerts as quiet as they are to be; the groups are held before any alert. Answers how many changed."""
    if not changed:
        return 0
    freed, amount = [], 0
    with transaction.atomic():
        grouping.hold()
        held = Alert.objects.filter(pk__in=changed).exclude(status=Alert.CLOSED).prefetch_related(*queries.RELATED).order_by("alias")
        for alert in held.select_for_update(of=("self",)):
            if quiet.until(alert, at) == alert.silenced_until:
                continue
            amount += 1
            _change(alert, quiet, at)
            if alert.silenced_until is None and alert.status == Alert.OPEN:
                freed.append(alert)
        opening.free(freed, at)
    return amount


def _change(alert: Alert, quiet: rulebook.Quiet, at: datetime) -> None:
    """An alert that is open already becomes quiet or loud; maintenance that is reviewed holds only what comes up in it."""
    alert.silenced_until = quiet.until(alert, at)
    if alert.silenced_until is None:
        alert.held_until = None
        alert.note(at, "silence", "", _("loud again"))
    else:
        reason = max(quiet.reasons(alert, at), key=lambda one: one.until)
        alert.note(at, reason.stage, reason.name, deciding.quiet_words(reason.until))
    alert.save(update_fields=["silenced_until", "held_until", "decisions"])
    if alert.silenced_until is not None:
        escalations.snooze(escalating.ALERT, alert.pk, until=alert.silenced_until, actor=None)


@transaction.atomic
def release(alert: Alert, *, actor: User | None) -> Alert:
    """Makes an alert loud that something keeps quiet: it pages now, and no rule quietens it again. Raises Refused, Conflict when it is closed."""
    permissions.can_act(actor).require()
    grouping.hold()
    locked = lifecycle.hold(alert)
    lifecycle.require_active(locked)
    if locked.silenced_until is None:
        return locked
    locked.silenced_until = locked.held_until = None
    locked.plan = {**{name: value for name, value in locked.plan.items() if name not in ("dedup", "review")}, "released": True}
    locked.save(update_fields=["silenced_until", "held_until", "plan"])
    at = clock.now()
    journal.record(events.RELEASED, locked, actor=actor, at=at, key=locked.key)
    if locked.status == Alert.OPEN:
        escalations.stop(escalating.ALERT, [locked.pk], actor=actor, why=_("it is paged anew"))
        opening.free([locked], at)
    return locked
