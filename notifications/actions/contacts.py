"""What a person decides about how he is paged: contact methods with their proof, rules, quiet hours (ONC-08, ONC-12, ONC-14)."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, crypto, doorbell, errors
from journal import actions as journal
from notifications import events
from notifications.actions import failover
from notifications.channels import longtail, registry, webpush
from notifications.models import ChannelAccount, ContactMethod, Message, PersonalRule, QuietHours

MOST_CONTACTS, MOST_RULES = 20, 12
CODE_VALID, CODE_TRIES = timedelta(minutes=15), 5
CODE_EVERY = timedelta(seconds=60)
CODES_PER_HOUR = 8
CODE_KEY = "code:"  # what a message with a code begins its key with
DELAYS = (0, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60)


def usable_kinds() -> list[registry.Kind]:
    """The ways that a person can add by hand now: those whose account, where they need one, is in use."""
    in_use = set(ChannelAccount.objects.filter(is_enabled=True).values_list("channel", flat=True))
    names = {kind.name for kind in registry.KINDS.values() if kind.is_by_hand and (not kind.needs_account or kind.name in in_use)}
    if not settings.EMAIL_IS_CONFIGURED:
        names.discard("email")
    return [kind for name, kind in registry.KINDS.items() if name in names]


@transaction.atomic
def add(*, actor: User, channel: str, address: str, name: str = "", secret: str = "") -> ContactMethod:
    """A new contact method, to which a code goes at once; it is used only after the code came back. Raises Invalid at its field."""
    kind = next((known for known in usable_kinds() if known.name == channel), None)
    if kind is None:
        raise errors.Invalid("channel", _("Choose one of the channels of this installation."))
    return _add(actor, kind, kind.check(address.strip()), name, secret.strip())


@transaction.atomic
def add_browser(*, actor: User, endpoint: str, keys: Any, name: str = "") -> ContactMethod:
    """The subscription of the browser that the person sits at. It is verified by that: nobody else can give it. Raises Invalid."""
    kind = registry.KINDS["webpush"]
    if not webpush.check_keys(keys):
        raise errors.Invalid("keys", _("These are no keys of a push subscription: p256dh and auth are needed."))
    address = registry.KINDS["unifiedpush"].check(endpoint)
    known = ContactMethod.objects.select_for_update().filter(user=actor, channel=kind.name, address=address).first()
    secret = json.dumps({"p256dh": keys["p256dh"], "auth": keys["auth"]})
    if known is not None:
        known.secret, known.broken_since = crypto.encrypt(secret), None
        known.save(update_fields=["secret", "broken_since"])
        return known
    return _add(actor, kind, address, name, secret, is_verified=True)


@transaction.atomic
def add_banner(*, actor: User) -> ContactMethod:
    """The banner in the product itself, to name it in a rule."""
    known = ContactMethod.objects.filter(user=actor, channel="app").first()
    return known or _add(actor, registry.KINDS["app"], "Evenkeel", "", "", is_verified=True)


def _add(actor: User, kind: registry.Kind, address: str, name: str, secret: str, *, is_verified: bool = False) -> ContactMethod:
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if kind.is_secret_required and not secret:
        raise errors.Invalid("secret", _("It is needed here: %(label)s.") % {"label": kind.secret})
    if not address or len(address) > 500:
        raise errors.Invalid("address", _("Fill it in: %(label)s.") % {"label": kind.address})
    if kind.name == "apprise" and not longtail.is_installed():
        raise errors.Invalid("channel", _("Apprise is not installed. An admin adds it with: pip install apprise"))
    if ContactMethod.objects.filter(user=person, channel=kind.name, address=address).exists():
        raise errors.Invalid("address", _("You have this one already."))
    if ContactMethod.objects.filter(user=person).count() >= MOST_CONTACTS:
        raise errors.Invalid("channel", _("%(n)d ways to reach you are enough. Remove one first.") % {"n": MOST_CONTACTS})
    at = clock.now()
    made = ContactMethod.objects.create(
        user=person, channel=kind.name, name=(name.strip() or str(kind.label))[:60], address=address, secret=crypto.encrypt(secret) if secret else "",
        verified_at=at if is_verified else None,
    )  # fmt: skip
    journal.record(events.CONTACT_ADDED, person, actor=person, at=at, channel=str(kind.label), address=_shown(made))
    if not is_verified:
        _send_code(made, at)
    return made


@transaction.atomic
def send_code(contact: ContactMethod, *, actor: User) -> ContactMethod:
    """A new code through the channel itself. Raises Conflict when one left a minute ago, or it is verified already."""
    row = _own(contact, actor)
    if row.is_verified:
        raise errors.Conflict(_("It is verified already."))
    at = clock.now()
    _send_code(row, at)
    return row


def _send_code(row: ContactMethod, at: datetime) -> None:
    sent = Message.objects.filter(recipient=row.user_id, idempotency_key__startswith=CODE_KEY, due_at__gt=at - timedelta(hours=1))
    if sent.filter(contact=row, due_at__gt=at - CODE_EVERY).exists():
        raise errors.Conflict(_("A code is on its way. Wait a minute before you ask for another."))
    if sent.count() >= CODES_PER_HOUR:
        raise errors.Conflict(_("That were many codes. Wait an hour before you ask for another."))
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.code, row.code_until, row.code_tries = _digest(row, code), at + CODE_VALID, 0
    row.save(update_fields=["code", "code_until", "code_tries"])
    words = " ".join(code) if row.channel == "voice" else code
    Message.objects.create(
        channel=row.channel, recipient_id=row.user_id, address=row.address, contact=row, order=30, due_at=at,
        idempotency_key=f"{CODE_KEY}{row.pk}:{secrets.token_hex(8)}",
        subject=_("Your Evenkeel code is %(code)s") % {"code": words}, body=_("It is good for 15 minutes. If you did not ask for it, somebody mistyped his address."),
    )  # fmt: skip
    doorbell.ring("notifications.send_due", queue="critical")


def verify(contact: ContactMethod, *, actor: User, code: str) -> ContactMethod:
    """The code came back: the contact method is used from now on. Raises Invalid("code"); each wrong try counts, also when the caller gives up."""
    with transaction.atomic():
        row, problem = _verify(contact, actor, code.strip().replace(" ", ""))
    if problem:
        raise errors.Invalid("code", problem)
    return row


def _verify(contact: ContactMethod, actor: User, code: str) -> tuple[ContactMethod, str]:
    row, at = _own(contact, actor), clock.now()
    if row.is_verified:
        return row, ""
    if not row.code or row.code_until is None or row.code_until < at:
        return row, _("This code is no longer valid. Ask for a new one.")
    if row.code_tries >= CODE_TRIES:
        return row, _("Five wrong codes: this one is no longer valid. Ask for a new one.")
    if not hmac.compare_digest(row.code, _digest(row, code)):
        row.code_tries += 1
        row.save(update_fields=["code_tries"])
        return row, _("That is not the code. Look at the newest message.")
    row.verified_at, row.code, row.broken_since = at, "", None
    row.save(update_fields=["verified_at", "code", "broken_since"])
    journal.record(events.CONTACT_VERIFIED, row.user, actor=actor, at=at, channel=_label(row.channel), address=_shown(row))
    return row, ""


@transaction.atomic
def rename(contact: ContactMethod, *, actor: User, name: str) -> ContactMethod:
    """What the person calls it. Raises Invalid."""
    row, wanted = _own(contact, actor), name.strip()
    if not wanted or len(wanted) > 60:
        raise errors.Invalid("name", _("Write a name of at most 60 characters."))
    if row.name != wanted:
        row.name = wanted
        row.save(update_fields=["name"])
        journal.record(events.CONTACT_RENAMED, row.user, actor=actor, name=wanted)
    return row


@transaction.atomic
def remove(contact: ContactMethod, *, actor: User) -> None:
    """It is not used any more; what waits for it does not leave, and the person's other ways take over."""
    row, at = _own(contact, actor), clock.now()
    journal.record(events.CONTACT_REMOVED, row.user, actor=actor, at=at, channel=_label(row.channel), address=_shown(row))
    waiting = list(Message.objects.filter(contact=row, state=Message.QUEUED).select_for_update(skip_locked=True))
    Message.objects.filter(pk__in=[message.pk for message in waiting]).update(state=Message.WITHDRAWN, outcome="contact removed")
    for message in waiting:
        failover.go_on(message, at=at)
    row.delete()


@transaction.atomic
def add_rule(*, actor: User, event: str, urgency: str, delay: int, contact: ContactMethod) -> PersonalRule:
    """One more step. Raises Invalid at its field; a contact method that is not verified cannot be named."""
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    _check_rule(person, event, urgency, delay, contact)
    steps = PersonalRule.objects.filter(user=person, event=event, urgency=urgency)
    if steps.count() >= MOST_RULES:
        raise errors.Invalid("contact", _("%(n)d steps are enough.") % {"n": MOST_RULES})
    row, is_new = PersonalRule.objects.get_or_create(user=person, event=event, urgency=urgency, delay_minutes=delay, contact=contact)
    if is_new:
        journal.record(events.RULES_CHANGED, person, actor=person, what=str(row.get_event_display()))
    return row


def _check_rule(person: User, event: str, urgency: str, delay: int, contact: ContactMethod) -> None:
    if event not in dict(PersonalRule.EVENTS):
        raise errors.Invalid("event", _("Choose one of %(known)s.") % {"known": ", ".join(dict(PersonalRule.EVENTS))})
    if urgency not in dict(PersonalRule.URGENCIES):
        raise errors.Invalid("urgency", _("Choose one of %(known)s.") % {"known": ", ".join(dict(PersonalRule.URGENCIES))})
    if not 0 <= delay <= 1440:
        raise errors.Invalid("delay", _("Choose between 0 and 1440 minutes."))
    if contact.user_id != person.pk or not contact.is_verified:
        raise errors.Invalid("contact", _("Verify this contact method first; until then it is not used."))


@transaction.atomic
def change_rule(rule: PersonalRule, *, actor: User, event: str, urgency: str, delay: int, contact: ContactMethod) -> PersonalRule:
    """Another step in place of one. Raises Invalid at its field, also when that step is there already."""
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    row = PersonalRule.objects.filter(pk=rule.pk, user=person).first()
    if row is None:
        raise errors.Refused(_("Only the person himself may change this."))
    _check_rule(person, event, urgency, delay, contact)
    wanted = {"event": event, "urgency": urgency, "delay_minutes": delay, "contact_id": contact.pk}
    others = PersonalRule.objects.filter(user=person, event=event, urgency=urgency).exclude(pk=row.pk)
    if others.filter(delay_minutes=delay, contact=contact).exists():
        raise errors.Invalid("delay", _("You have this step already."))
    if others.count() >= MOST_RULES:
        raise errors.Invalid("event", _("%(n)d steps are enough.") % {"n": MOST_RULES})
    if any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save(update_fields=["event", "urgency", "delay_minutes", "contact"])
        journal.record(events.RULES_CHANGED, person, actor=actor, what=str(row.get_event_display()))
    return row


@transaction.atomic
def remove_rule(rule: PersonalRule, *, actor: User) -> None:
    """One step less."""
    if PersonalRule.objects.filter(pk=rule.pk, user=actor).delete()[0]:
        journal.record(events.RULES_CHANGED, _person(actor), actor=actor, what=str(rule.get_event_display()))


@transaction.atomic
def set_quiet_hours(*, actor: User, from_at: time, until_at: time, weekdays: Sequence[int] = (), lets_important: bool = True) -> QuietHours:
    """When ordinary pages wait. Raises Invalid when it begins as it ends, or a weekday does not exist."""
    if from_at == until_at:
        raise errors.Invalid("until_at", _("Choose an end that differs from the beginning."))
    if not set(weekdays) <= set(range(7)):
        raise errors.Invalid("weekdays", _("Choose among 0 (Monday) to 6 (Sunday)."))
    days = sorted(set(weekdays))
    row = QuietHours.objects.update_or_create(
        user=actor, defaults={"from_at": from_at, "until_at": until_at, "weekdays": days, "lets_important": lets_important}
    )[0]
    journal.record(events.RULES_CHANGED, _person(actor), actor=actor, what=_("quiet hours"))
    return row


@transaction.atomic
def drop_quiet_hours(*, actor: User) -> None:
    """No quiet hours any more."""
    if QuietHours.objects.filter(user=actor).delete()[0]:
        journal.record(events.RULES_CHANGED, _person(actor), actor=actor, what=_("quiet hours"))


def _person(actor: User) -> User:
    """The row itself: what a request carries is only a promise of it, which the journal does not know."""
    return User.objects.get(pk=actor.pk)


def _own(contact: ContactMethod, actor: User) -> ContactMethod:
    row = ContactMethod.objects.select_for_update().get(pk=contact.pk)
    if row.user_id != actor.pk:
        raise errors.Refused(_("Only the person himself may change this."))
    return row


def _digest(row: ContactMethod, code: str) -> str:
    """Of a code, bound to its contact method and to this installation."""
    return hmac.new(crypto.key_of("contact code"), f"{row.pk}:{code}".encode(), hashlib.sha256).hexdigest()


def _label(channel: str) -> str:
    kind = registry.kind(channel)
    return str(kind.label) if kind is not None else channel


def _shown(row: ContactMethod) -> str:
    """Enough to know it by, for a journal that others read."""
    return row.address if len(row.address) <= 8 else f"…{row.address[-4:]}"
