"""What agents do with alerts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import commands, events, permissions, queries
from alerts.actions import escalating, grouping, opening, recovery
from alerts.models import Alert
from common import clock, errors
from incidents.models import Incident
from journal import actions as journal
from journal.models import Entry
from oncall.actions import escalations
from tickets import permissions as tickets
from tickets.models import Ticket

LONGEST_SNOOZE = timedelta(days=31)
NOTE_LENGTH = commands.NOTE_LENGTH


def hold(alert: Alert) -> Alert:
    """The alert, locked, with what its actions need."""
    rows = Alert.objects.prefetch_related(*queries.RELATED)
    return rows.select_for_update().get(pk=alert.pk)


def _by(hand: str) -> dict[str, Any]:
    return {"hand": hand} if hand else {}


def require_active(alert: Alert) -> None:
    """Raises Conflict for a closed alert."""
    if alert.status == Alert.CLOSED:
        raise errors.Conflict(_("%(key)s is closed already. A new firing opens a new alert.") % {"key": alert.key})


@transaction.atomic
def acknowledge(alert: Alert, *, actor: User | None, via: str = "app", hand: str = "", owner: User | None = None) -> Alert:
    """Somebody has it; the actor becomes its owner when it has none, and nobody else is paged. Raises Refused, Conflict when it is closed.

    hand: who did it, in words, when it came from outside. owner: whose it is then.
    """
    permissions.can_act(actor).require()
    locked = hold(alert)
    if locked.status == Alert.ACKNOWLEDGED:
        return locked
    require_active(locked)
    at = clock.now()
    locked.status, locked.acknowledged_at, locked.snoozed_until = Alert.ACKNOWLEDGED, at, None
    locked.owner, locked.seen_at = locked.owner or actor or owner, locked.seen_at or at
    locked.acknowledged_by = (actor.email if actor else hand)[:200]
    locked.save(update_fields=["status", "acknowledged_at", "acknowledged_by", "snoozed_until", "owner", "seen_at"])
    journal.record(events.ACKNOWLEDGED, locked, actor=actor, at=at, key=locked.key, **_by(hand))
    escalations.acknowledge("alert", locked.pk, actor=actor, via=via)
    return locked


@transaction.atomic
def unacknowledge(alert: Alert, *, actor: User | None, hand: str = "") -> Alert:
    """Takes the acknowledgement back."""
    permissions.can_act(actor).require()
    locked = hold(alert)
    require_active(locked)
    if locked.status == Alert.OPEN:
        return locked
    locked.status, locked.acknowledged_at, locked.acknowledged_by, locked.snoozed_until = Alert.OPEN, None, "", None
    locked.save(update_fields=["status", "acknowledged_at", "acknowledged_by", "snoozed_until"])
    journal.record(events.UNACKNOWLEDGED, locked, actor=actor, key=locked.key, **_by(hand))
    _page_again([locked], actor)
    return locked


@transaction.atomic
def close(alert: Alert, *, actor: User | None, by: str = Alert.BY_AGENT, hand: str = "") -> Alert:
    """Ends it by hand, or because something outside asks; the same firing sent again stays closed."""
    permissions.can_act(actor).require()
    locked = hold(alert)
    if locked.status != Alert.CLOSED:
        name = actor.name if actor else hand or "Evenkeel"
        recovery.close_all([locked], by=by, name_of=lambda _alert: name, actor=actor, at=clock.now())
    return locked


@transaction.atomic
def reopen(alert: Alert, *, actor: User | None) -> Alert:
    """Takes a closing by hand back; who acknowledged it still has it, else it pages again.

    Raises Refused; Conflict when something else ended it, its tool says meanwhile that it is over, or a newer alert has its alias.
    """
    permissions.can_act(actor).require()
    locked = hold(alert)
    if locked.status != Alert.CLOSED:
        return locked
    if locked.closed_by != Alert.BY_AGENT or locked.recovered_at is not None:
        raise errors.Conflict(_("%(key)s is over by itself meanwhile.") % {"key": locked.key})
    locked.status = Alert.ACKNOWLEDGED if locked.acknowledged_at is not None else Alert.OPEN
    locked.closed_at, locked.closed_by, locked.closed_by_name = None, "", ""
    try:
        with transaction.atomic():
            locked.save(update_fields=["status", "closed_at", "closed_by", "closed_by_name"])
            has_heir = Alert.objects.filter(alias=locked.alias, pk__gt=locked.pk).exists()
    except IntegrityError:
        has_heir = True
    if has_heir:
        raise errors.Conflict(_("%(key)s stays closed: a newer alert says the same.") % {"key": locked.key})
    journal.record(events.REOPENED, locked, actor=actor, key=locked.key)
    if locked.status == Alert.OPEN and locked.silenced_until is None:
        _page_again([locked], actor)
    return locked


@transaction.atomic
def snooze(alert: Alert, *, actor: User | None, until: datetime, hand: str = "") -> Alert:
    """Quiet until an instant within the next 31 days. Raises Invalid("until") otherwise."""
    permissions.can_act(actor).require()
    locked = hold(alert)
    require_active(locked)
    at = clock.now()
    if not at < until <= at + LONGEST_SNOOZE:
        raise errors.Invalid("until", _("Choose a moment within the next 31 days."))
    if locked.status == Alert.SNOOZED and locked.snoozed_until == until:
        return locked
    locked.status, locked.snoozed_until = Alert.SNOOZED, until
    locked.save(update_fields=["status", "snoozed_until"])
    journal.record(events.SNOOZED, locked, actor=actor, at=at, key=locked.key, until=f"{until:%Y-%m-%d %H:%M} UTC", **_by(hand))
    escalations.snooze("alert", locked.pk, until=until, actor=actor)
    return locked


def _page_again(alerts: Sequence[Alert], actor: User | None) -> None:
    """Nobody works on these alerts after all: their escalations begin anew."""
    waiting = [alert for alert in alerts if not escalations.unacknowledge("alert", alert.pk, actor=actor)]
    escalating.begin(waiting, clock.now(), actor=actor)


def close_expired() -> int:
    """Closes the alerts that were to be sent again and were not; answers how many."""
    at = clock.now()
    with transaction.atomic():
        rows = Alert.objects.filter(expires_at__lte=at).exclude(status=Alert.CLOSED).prefetch_related("integration", "incident").order_by("alias")
        due = list(rows.select_for_update(skip_locked=True)[:500])
        Alert.objects.filter(pk__in=[alert.pk for alert in due]).update(recovered_at=at)
        recovery.close_all(due, by=Alert.BY_SOURCE, name_of=lambda alert: str(alert.integration or _("The source")), actor=None, at=at)
    return len(due)


def wake_snoozed() -> int:
    """Opens the alerts whose snooze ended; answers how many."""
    at = clock.now()
    with transaction.atomic():
        rows = Alert.objects.filter(status=Alert.SNOOZED, snoozed_until__lte=at).prefetch_related(*queries.RELATED)
        due = list(rows.select_for_update(skip_locked=True)[:500])
        Alert.objects.filter(pk__in=[alert.pk for alert in due]).update(status=Alert.OPEN, snoozed_until=None)
        if due:
            journal.record_many(events.WOKE, [(alert, {"key": alert.key}) for alert in due], actor=None, at=at)
            for alert in due:
                alert.status = Alert.OPEN
            _page_again(due, None)
    return len(due)


@transaction.atomic
def assign(alert: Alert, *, actor: User | None, owner: User | None, hand: str = "") -> Alert:
    """Gives it to a person, or to nobody. Raises Invalid("owner") for a person who cannot act on alerts."""
    permissions.can_act(actor).require()
    if owner is not None and not permissions.can_act(owner):
        raise errors.Invalid("owner", _("%(name)s cannot act on alerts. Choose somebody of the desk.") % {"name": owner.name})
    locked = hold(alert)
    if locked.owner_id == (owner.pk if owner else None):
        return locked
    locked.owner = owner
    locked.save(update_fields=["owner"])
    journal.record(events.ASSIGNED, locked, actor=actor, key=locked.key, to=owner.name if owner else _("nobody"), **_by(hand))
    return locked


@transaction.atomic
def take(alert: Alert, *, actor: User | None) -> Alert:
    """It is the actor's from now on."""
    return assign(alert, actor=actor, owner=actor)


@transaction.atomic
def add_note(alert: Alert, *, actor: User | None, note: str, hand: str = "") -> Entry:
    """Adds a line to the alert's log."""
    permissions.can_act(actor).require()
    text = note.replace("\0", "").strip()
    if not text or len(text) > NOTE_LENGTH:
        raise errors.Invalid("note", _("Write 1 to %(most)d characters.") % {"most": NOTE_LENGTH})
    return journal.record(events.NOTED, hold(alert), actor=actor, note=text, **_by(hand))


@transaction.atomic
def open_incident(alert: Alert, *, actor: User | None) -> Incident:
    """Opens an incident from the alert by hand; an alert that has an open one keeps it, and one whose group has one gets that (INC-17)."""
    permissions.can_open_incident(actor).require()
    grouping.hold()
    locked = hold(alert)
    if locked.incident is not None and locked.incident.is_open:
        return locked.incident
    group = locked.group
    incident = group.incident if group is not None and group.incident is not None and group.incident.is_open else None
    incident = incident or opening.open_incident(locked, actor=actor)
    opening.link(locked, incident, clock.now(), actor=actor)
    return incident


@transaction.atomic
def attach(alert: Alert, *, actor: User | None, incident: Incident) -> Alert:
    """Links the alert to an incident that the actor can see. Raises Invalid("incident") otherwise."""
    permissions.can_act(actor).require()
    if actor is not None and not tickets.visible_to(actor, Ticket.objects.filter(pk=incident.pk)).exists():
        raise errors.Invalid("incident", _("There is no such incident."))
    locked = hold(alert)
    if locked.incident_id != incident.pk:
        opening.link(locked, incident, clock.now(), actor=actor)
    return locked


@transaction.atomic
def detach(alert: Alert, *, actor: User | None) -> Alert:
    """Unlinks the alert from its incident."""
    permissions.can_act(actor).require()
    locked = hold(alert)
    if locked.incident is not None:
        key = locked.incident.key
        locked.incident = None
        locked.save(update_fields=["incident"])
        journal.record(events.DETACHED, locked, actor=actor, key=locked.key, incident=key)
    return locked


@transaction.atomic
def move_to_incident(former_id: int, incident: Incident, *, actor: User | None) -> int:
    """The former incident was merged into this one: its alerts follow. Answers how many."""
    rows = list(Alert.objects.filter(incident_id=former_id).order_by("alias").select_for_update(of=("self",)))
    for row in rows:
        opening.link(row, incident, clock.now(), actor=actor)
    return len(rows)


@transaction.atomic
def acknowledge_of_incident(incident_id: int, *, actor: User | None) -> int:
    """Acknowledges the open alerts of an incident on which somebody works; answers how many."""
    alerts = list(Alert.objects.filter(incident_id=incident_id, status=Alert.OPEN).order_by("alias"))
    for alert in alerts:
        acknowledge(alert, actor=actor if actor is not None and permissions.can_act(actor) else None, via="incident")
    return len(alerts)


@transaction.atomic
def close_of_incident(incident_id: int, *, actor: User | None) -> int:
    """The incident ended: so do its alerts. Answers how many."""
    rows = Alert.objects.filter(incident_id=incident_id).exclude(status=Alert.CLOSED).prefetch_related("integration", "incident").order_by("alias")
    ended = list(rows.select_for_update(of=("self",)))
    recovery.close_all(ended, by=Alert.BY_INCIDENT, name_of=lambda alert: alert.incident.key if alert.incident else "", actor=actor, at=clock.now())
    return len(ended)
