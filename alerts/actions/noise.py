"""Responders call alerts noise, and take it back (ALR-21)."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events, normal, permissions
from alerts.actions import lifecycle
from alerts.models import Alert, NoiseMark
from alerts.models.noise import TEXT_LENGTH
from common import clock, errors
from journal import actions as journal


@transaction.atomic
def call(alert: Alert, *, actor: User, reason: str, text: str = "") -> NoiseMark:
    """This person calls the alert noise; once more, for another reason, changes what was said. Raises Refused, or Invalid for the value that is wrong."""
    permissions.can_act(actor).require()
    if reason not in dict(NoiseMark.REASONS):
        raise errors.Invalid("reason", _("Choose one of: %(known)s.") % {"known": ", ".join(dict(NoiseMark.REASONS))})
    said = normal.line(text, TEXT_LENGTH)
    if reason == NoiseMark.OTHER and not said:
        raise errors.Invalid("text", _("Say in a few words why it was noise."))
    held, at = lifecycle.hold(alert), clock.now()
    mark = NoiseMark.objects.filter(alert=held, user=actor).first()
    if mark is not None and (mark.reason, mark.text) == (reason, said):
        return mark
    kept, _is_new = NoiseMark.objects.update_or_create(alert=held, user=actor, defaults={"reason": reason, "text": said, "at": at})
    told = f"{kept.get_reason_display()}, {said}" if said else str(kept.get_reason_display())
    journal.record(events.NOISE_CALLED, held, actor=actor, at=at, key=held.key, reason=told)
    return kept


@transaction.atomic
def take_back(alert: Alert, *, actor: User) -> Alert:
    """This person no longer calls it noise. Raises Refused."""
    permissions.can_act(actor).require()
    held = lifecycle.hold(alert)
    mark = NoiseMark.objects.filter(alert=held, user=actor).first()
    if mark is not None:
        mark.delete()
        journal.record(events.NOISE_TAKEN_BACK, held, actor=actor, key=held.key)
    return held
