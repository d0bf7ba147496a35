"""What can be changed about an alert beyond its state: words, priority, tags, details, responders; and its deletion."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts import events, normal, permissions
from alerts.actions import escalating, lifecycle, opening
from alerts.models import Alert
from common import clock, errors
from journal import actions as journal
from oncall.actions import escalations
from oncall.models import EscalationPolicy, Schedule

TEXTS = {"message": normal.MESSAGE, "description": normal.DESCRIPTION}


def _told(alert: Alert, hand: str) -> dict[str, Any]:
    return {"key": alert.key, **({"hand": hand} if hand else {})}


@transaction.atomic
def reword(alert: Alert, *, actor: User | None, field: str, text: str, hand: str = "") -> Alert:
    """Writes a new message or description; what is too long is cut. Raises Invalid for an empty message."""
    permissions.can_act(actor).require()
    given = normal.line(text, normal.MESSAGE) if field == "message" else normal.text(text, TEXTS[field])
    if field == "message" and not given:
        raise errors.Invalid("message", _("Write what the alert says."))
    locked = lifecycle.hold(alert)
    if getattr(locked, field) == given:
        return locked
    setattr(locked, field, given)
    locked.save(update_fields=[field])
    journal.record(events.REWORDED, locked, actor=actor, field=field, **_told(locked, hand))
    return locked


@transaction.atomic
def prioritise(alert: Alert, *, actor: User | None, priority: int, hand: str = "") -> Alert:
    """Sets the priority, 1 to 5; one that has become urgent may open its incident now."""
    permissions.can_act(actor).require()
    if priority not in range(1, 6):
        raise errors.Invalid("priority", _("Choose P1 to P5."))
    locked = lifecycle.hold(alert)
    before = locked.priority
    if before == priority:
        return locked
    locked.priority = priority
    locked.save(update_fields=["priority"])
    journal.record(events.REPRIORITISED, locked, actor=actor, before=before, after=priority, **_told(locked, hand))
    if priority < before and locked.status != Alert.CLOSED:
        opening.give_due_incident(locked, clock.now())
    return locked


@transaction.atomic
def tag(alert: Alert, *, actor: User | None, tags: Sequence[str], hand: str = "") -> Alert:
    """Adds tags, up to twenty in all."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    after = list(normal.tags([*locked.tags, *tags]))
    fresh = [one for one in after if one not in locked.tags]
    if fresh:
        locked.tags = after
        locked.save(update_fields=["tags"])
        journal.record(events.TAGGED, locked, actor=actor, tags=", ".join(fresh), **_told(locked, hand))
    return locked


@transaction.atomic
def untag(alert: Alert, *, actor: User | None, tags: Sequence[str], hand: str = "") -> Alert:
    """Takes tags away."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    gone = [one for one in locked.tags if one in tags]
    if gone:
        locked.tags = [one for one in locked.tags if one not in tags]
        locked.save(update_fields=["tags"])
        journal.record(events.UNTAGGED, locked, actor=actor, tags=", ".join(gone), **_told(locked, hand))
    return locked


@transaction.atomic
def detail(alert: Alert, *, actor: User | None, details: Mapping[str, str], hand: str = "") -> Alert:
    """Adds details, or writes over those of the same name."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    after = normal.details({**locked.details, **details})
    if after != locked.details:
        locked.details = after
        locked.save(update_fields=["details"])
        journal.record(events.DETAILED, locked, actor=actor, names=", ".join(details)[:500], **_told(locked, hand))
    return locked


@transaction.atomic
def undetail(alert: Alert, *, actor: User | None, keys: Sequence[str], hand: str = "") -> Alert:
    """Takes details away, by name."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    gone = [key for key in keys if key in locked.details]
    if gone:
        locked.details = {name: text for name, text in locked.details.items() if name not in gone}
        locked.save(update_fields=["details"])
        journal.record(events.DETAILED, locked, actor=actor, names=", ".join(gone)[:500], **_told(locked, hand))
    return locked


@transaction.atomic
def rewrite(
    alert: Alert, *, actor: User | None, message: str, priority: int, tags: Sequence[str], details: Mapping[str, str], description: str
) -> Alert:
    """Everything that an alert says, as a form gives it; what is the same records nothing. Raises Refused, or Invalid for the value that is wrong."""
    reword(alert, actor=actor, field="message", text=message)
    reword(alert, actor=actor, field="description", text=description)
    undetail(alert, actor=actor, keys=[name for name in alert.details if name not in details])
    detail(alert, actor=actor, details=details)
    amend(alert, actor=actor, add=tags, remove=[one for one in alert.tags if one not in tags])
    return prioritise(alert, actor=actor, priority=priority)


@transaction.atomic
def amend(
    alert: Alert, *, actor: User | None, priority: int | None = None, add: Sequence[str] = (), remove: Sequence[str] = (), note: str = "",
    details: Mapping[str, str] = MappingProxyType({}),
) -> Alert:  # fmt: skip
    """Priority, tags, details and a note at once; what is left out stays."""
    changed = detail(tag(untag(alert, actor=actor, tags=remove), actor=actor, tags=add), actor=actor, details=details)
    if priority is not None:
        changed = prioritise(changed, actor=actor, priority=priority)
    if note.strip():
        lifecycle.add_note(changed, actor=actor, note=note)
    return changed


@transaction.atomic
def call(alert: Alert, *, actor: User | None, to: Team | User | EscalationPolicy | Schedule, hand: str = "") -> Alert:
    """Adds a responder and pages him. Raises Conflict when the alert is closed, Invalid when there is nobody to page."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    lifecycle.require_active(locked)
    known = escalating.named(to)
    if known not in locked.responders:
        locked.responders = [*locked.responders, known][-50:]
        locked.save(update_fields=["responders"])
    journal.record(events.RESPONDER_ADDED, locked, actor=actor, to=str(to), **_told(locked, hand))
    if not escalating.call(locked, to, actor=actor, facts={**escalating.facts_of(locked), "urgency": "important"}):
        raise errors.Invalid("responder", _("%(name)s has nobody who could be paged.") % {"name": to})
    return locked


@transaction.atomic
def escalate(alert: Alert, *, actor: User | None, hand: str = "") -> Alert:
    """The next step of whom its escalations call is taken now. Raises Conflict when nobody is being called, or no step is left."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    lifecycle.require_active(locked)
    if not escalations.hurry(escalating.ALERT, locked.pk, actor=actor):
        raise errors.Conflict(_("No further step is waiting for %(key)s. Page a team, or take the acknowledgement back.") % {"key": locked.key})
    journal.record(events.ESCALATED, locked, actor=actor, **_told(locked, hand))
    return locked


@transaction.atomic
def run(alert: Alert, *, actor: User | None, name: str, hand: str = "") -> Alert:
    """Notes that somebody asked for a custom action. Raises Invalid for one that the alert does not offer."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    if name not in locked.actions:
        raise errors.Invalid("name", _("The alert offers no action %(name)s.") % {"name": name})
    journal.record(events.ACTION_RUN, locked, actor=actor, name=name, **_told(locked, hand))
    return locked


@transaction.atomic
def delete(alert: Alert, *, actor: User | None, hand: str = "") -> None:
    """Removes an alert that should not be there; the journal keeps that it was. What pages for it stops."""
    permissions.can_act(actor).require()
    locked = lifecycle.hold(alert)
    journal.record(events.DELETED, locked, actor=actor, message=locked.message, **_told(locked, hand))
    escalations.stop(escalating.ALERT, [locked.pk], actor=actor, why=_("the alert was deleted"))
    locked.delete()
