"""Signs of life as they come and as they stay away, and every change of a heartbeat (HB-01 to HB-04)."""

import logging
import re
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.validators import known_zone
from alerts import events, permissions, rhythm
from alerts.actions import opening, recovery
from alerts.folding import Step
from alerts.models import Alert, Heartbeat, HeartbeatSign, HeartbeatWatch
from alerts.models.heartbeat import BODY_LENGTH, MESSAGE_LENGTH, NAME_LENGTH
from alerts.normal import CLOSE, OPEN, Event, line, tags, text
from common import clock, errors
from journal import actions as journal

log = logging.getLogger(__name__)

KEPT = 100
BATCH = 200
STOOD_STILL = timedelta(seconds=20)  # a sweep comes every five seconds
NAME = re.compile(r"[\w.-]+(?: [\w.-]+)*")
SOONEST = timedelta(seconds=60)  # after the product stood still
LONGEST_GRACE = timedelta(days=366)
FIELDS = (
    "name", "description", "team", "service", "kind", "every", "expression", "time_zone", "grace", "longest_run", "alert_message", "alert_priority", "alert_tags",
)  # fmt: skip


@transaction.atomic
def create(*, actor: User | None, **columns: Any) -> Heartbeat:
    """A new heartbeat, which is awaited from its first sign on. columns: see FIELDS; `integration` where a tool made it.

    Raises Refused, or Invalid for the value that is wrong.
    """
    made = Heartbeat(**columns)
    permissions.can_change_heartbeats(actor, made.team).require()
    _check(made)
    made.save(force_insert=True)
    journal.record(events.HEARTBEAT_ADDED, made, actor=actor, name=made.name)
    return made


@transaction.atomic
def change(heartbeat: Heartbeat, *, actor: User | None, **columns: Any) -> Heartbeat:
    """Changes a heartbeat; a new rhythm counts from its last sign. Raises Refused, or Invalid for the value that is wrong."""
    locked = _locked(heartbeat.pk)
    permissions.can_change_heartbeats(actor, locked.team).require()
    changed = sorted(name for name, value in columns.items() if name in FIELDS and getattr(locked, name) != value)
    if not changed:
        return locked
    alias = locked.alias
    for name in changed:
        setattr(locked, name, columns[name])
    permissions.can_change_heartbeats(actor, locked.team).require()
    _check(locked)
    if locked.state == Heartbeat.UP and locked.last_ping_at is not None and locked.started_at is None:
        locked.expected_at = rhythm.expected_after(locked.rhythm, locked.last_ping_at)
        locked.alarm_at = max(locked.expected_at, clock.now()) + locked.grace if locked.expected_at is not None else None
    locked.save(update_fields=[*changed, "expected_at", "alarm_at"])
    if locked.alias != alias:
        Alert.objects.filter(alias=alias).exclude(status=Alert.CLOSED).update(alias=locked.alias)
    journal.record(events.HEARTBEAT_CHANGED, locked, actor=actor, name=locked.name, fields=", ".join(changed))
    return locked


@transaction.atomic
def pause(heartbeat: Heartbeat, *, actor: User | None) -> Heartbeat:
    """Nothing is awaited until it is resumed; its open alert is closed. Raises Refused."""
    locked = _locked(heartbeat.pk)
    permissions.can_change_heartbeats(actor, locked.team).require()
    if locked.state == Heartbeat.PAUSED:
        return locked
    at, was_down = clock.now(), locked.state == Heartbeat.DOWN
    locked.state, locked.alarm_at, locked.expected_at, locked.started_at = Heartbeat.PAUSED, None, None, None
    locked.save(update_fields=["state", "alarm_at", "expected_at", "started_at"])
    journal.record(events.HEARTBEAT_PAUSED, locked, actor=actor, at=at, name=locked.name)
    if was_down:
        _close(locked, at)
    return locked


@transaction.atomic
def resume(heartbeat: Heartbeat, *, actor: User | None) -> Heartbeat:
    """It is awaited again, from its next sign on. Raises Refused."""
    locked = _locked(heartbeat.pk)
    permissions.can_change_heartbeats(actor, locked.team).require()
    if locked.state != Heartbeat.PAUSED:
        return locked
    locked.state = Heartbeat.NEW
    locked.save(update_fields=["state"])
    journal.record(events.HEARTBEAT_RESUMED, locked, actor=actor, name=locked.name)
    return locked


@transaction.atomic
def delete(heartbeat: Heartbeat, *, actor: User | None) -> None:
    """Takes it away with its signs; its open alert is closed. Raises Refused."""
    locked = Heartbeat.objects.select_for_update().prefetch_related("team", "service", "integration").filter(pk=heartbeat.pk).first()
    if locked is None:
        return
    permissions.can_change_heartbeats(actor, locked.team).require()
    at = clock.now()
    if locked.state == Heartbeat.DOWN:
        _close(locked, at)
    journal.record(events.HEARTBEAT_DELETED, locked, actor=actor, at=at, name=locked.name)
    locked.delete()


@transaction.atomic
def take(
    heartbeat: Heartbeat, signal: str, *, actor: User | None = None, exit_status: int | None = None, body: str = "", source: str = ""
) -> Heartbeat:
    """A signal came: success, start, fail or log. A paused heartbeat keeps it and stays paused. What ends an absence closes the alert."""
    locked, at = _locked(heartbeat.pk), clock.now()
    before = rhythm.State(locked.state == Heartbeat.DOWN, locked.started_at, locked.expected_at, locked.alarm_at, locked.run_seconds)
    now = rhythm.after(before, signal, at, locked.rhythm, locked.longest_run)
    sign = HeartbeatSign(
        heartbeat=locked, at=at, signal=signal, exit_status=exit_status, run_seconds=now.run_seconds if signal in (rhythm.SUCCESS, rhythm.FAIL) else None,
        is_overlap=signal == rhythm.START and locked.started_at is not None, body=text(body, BODY_LENGTH), source=line(source, 200),
    )  # fmt: skip
    sign.save(force_insert=True)
    _forget_old(locked, sign)
    locked.last_ping_at = at
    if locked.state == Heartbeat.PAUSED or signal == rhythm.LOG:
        locked.save(update_fields=["last_ping_at"])
        return locked
    was_down = locked.state == Heartbeat.DOWN
    locked.started_at, locked.expected_at, locked.alarm_at = now.started_at, now.expected_at, now.alarm_at
    locked.run_seconds = now.run_seconds if now.run_seconds is not None else locked.run_seconds
    locked.state = Heartbeat.DOWN if now.is_down else Heartbeat.UP if signal == rhythm.SUCCESS else locked.state
    locked.save(update_fields=["last_ping_at", "started_at", "expected_at", "alarm_at", "run_seconds", "state"])
    if now.is_down and signal == rhythm.FAIL:
        _open(locked, _said_of(sign), at)
    elif was_down and not now.is_down:
        _close(locked, at)
    return locked


def sweep() -> int:
    """Every five seconds: heartbeats whose sign stayed away are down, and each opens its alert. Answers how many.

    When the product itself stood still, what ran out meanwhile has its grace again: silence says nothing while the door was shut (HB-04).
    """
    at = clock.now()
    if not Heartbeat.objects.filter(alarm_at__lte=at).exists():
        _looked(at)
        return 0
    with transaction.atomic():
        rows = list(
            Heartbeat.objects.prefetch_related("team", "service", "integration")
            .select_for_update(skip_locked=True)
            .filter(alarm_at__lte=at)
            .order_by("alarm_at")[:BATCH]
        )
        looked_at = _looked(at)
        if looked_at is not None and at - looked_at > STOOD_STILL:
            for row in rows:
                row.alarm_at = rhythm.after_outage(row.alarm_at or at, looked_at, at, max(row.grace, SOONEST))
                row.save(update_fields=["alarm_at"])
            rows = [row for row in rows if row.alarm_at is not None and row.alarm_at <= at]
        for row in rows:
            why = _("It began to run and did not end in time.") if row.started_at is not None else _("No sign of life came in time.")
            row.state, row.alarm_at = Heartbeat.DOWN, None
            row.save(update_fields=["state", "alarm_at"])
            _open(row, why, at)
    return len(rows)


def _looked(at: datetime) -> datetime | None:
    """Notes that the watch looks now; answers when it looked before."""
    before = HeartbeatWatch.objects.filter(pk=1).values_list("looked_at", flat=True).first()
    HeartbeatWatch.objects.update_or_create(pk=1, defaults={"looked_at": at})
    return before


def _locked(pk: int) -> Heartbeat:
    return Heartbeat.objects.select_for_update().prefetch_related("team", "service", "integration").get(pk=pk)


def _forget_old(heartbeat: Heartbeat, newest: HeartbeatSign) -> None:
    """Now and then, so that most signs cost nothing more."""
    if newest.pk % 10 == 0:
        oldest = HeartbeatSign.objects.filter(heartbeat=heartbeat).order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1]
        HeartbeatSign.objects.filter(heartbeat=heartbeat, pk__lte=next(iter(oldest), 0)).delete()


def _said_of(sign: HeartbeatSign) -> str:
    status = _("It failed with exit status %(n)d.") % {"n": sign.exit_status} if sign.exit_status else _("It said that it failed.")
    return f"{status}\n\n{sign.body}".strip()


def _open(heartbeat: Heartbeat, why: str, at: datetime) -> None:
    journal.record(events.HEARTBEAT_DOWN, heartbeat, actor=None, at=at, name=heartbeat.name, why=why.splitlines()[0])
    event = Event(
        OPEN, heartbeat.alias, heartbeat.message, text("\n\n".join(part for part in (why, heartbeat.description) if part), 15_000), f"P{heartbeat.alert_priority}",
        entity=heartbeat.name, source="Heartbeat", tags=tuple(heartbeat.alert_tags), payload={"heartbeat": heartbeat.name, "why": why},
    )  # fmt: skip
    opening.open_or_count(
        [Step(event, heartbeat.integration_id, 1, at, at)], _integrations(heartbeat), at, home=opening.Home(heartbeat.service, heartbeat.team)
    )


def _close(heartbeat: Heartbeat, at: datetime) -> None:
    journal.record(events.HEARTBEAT_UP, heartbeat, actor=None, at=at, name=heartbeat.name)
    recovery.close_recovered([Step(Event(CLOSE, heartbeat.alias, heartbeat.message), heartbeat.integration_id, 1, at, at)], at)


def _integrations(heartbeat: Heartbeat) -> dict[int, Any]:
    return {heartbeat.integration.pk: heartbeat.integration} if heartbeat.integration is not None else {}


def _check(heartbeat: Heartbeat) -> None:
    """Raises Invalid for the first value that is wrong."""
    heartbeat.name = heartbeat.name.strip()
    if not NAME.fullmatch(heartbeat.name) or len(heartbeat.name) > NAME_LENGTH:
        raise errors.Invalid("name", _("Use letters, digits, “-”, “_”, “.” and single spaces, at most 200 characters."))
    if Heartbeat.objects.filter(name__iexact=heartbeat.name).exclude(pk=heartbeat.pk).exists():
        raise errors.Invalid("name", _("Another heartbeat has this name."))
    if heartbeat.kind not in dict(Heartbeat.KINDS):
        raise errors.Invalid("kind", _("Choose interval, cron or calendar."))
    if not rhythm.SHORTEST <= heartbeat.every <= rhythm.LONGEST:
        raise errors.Invalid("every", _("Choose from 30 seconds to 366 days."))
    if not timedelta(0) <= heartbeat.grace <= LONGEST_GRACE:
        raise errors.Invalid("grace", _("Choose from nothing to 366 days."))
    if heartbeat.longest_run is not None and not timedelta(seconds=1) <= heartbeat.longest_run <= rhythm.LONGEST:
        raise errors.Invalid("longest_run", _("Choose from one second to 366 days."))
    if heartbeat.alert_priority not in range(1, 6):
        raise errors.Invalid("alert_priority", _("Choose P1 to P5."))
    try:
        known_zone(heartbeat.time_zone)
    except ValidationError as error:
        raise errors.Invalid("time_zone", " ".join(error.messages)) from error
    heartbeat.alert_message = line(heartbeat.alert_message, MESSAGE_LENGTH)
    heartbeat.alert_tags = list(tags(heartbeat.alert_tags))
    _check_expression(heartbeat)


def _check_expression(heartbeat: Heartbeat) -> None:
    heartbeat.expression = " ".join(heartbeat.expression.split(" ")).strip() if heartbeat.kind != rhythm.INTERVAL else ""
    try:
        rhythm.check(heartbeat.rhythm, clock.now())
    except rhythm.Wrong as error:
        raise errors.Invalid(
            "expression", _("This cannot be read: %(why)s. Try %(such)s.") % {"why": error, "such": EXAMPLES[heartbeat.kind]}
        ) from error


EXAMPLES = {rhythm.CRON: "“30 2 * * 1-5”", rhythm.CALENDAR: "“Mon..Fri 02:30”"}


def team_of(actor: User | None) -> Team | None:
    """The team that a heartbeat of this person belongs to at first."""
    return Team.objects.filter(memberships__user=actor).order_by("name").first() if actor is not None else None
