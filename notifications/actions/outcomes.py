"""What came of a try: the attempt is kept, the message goes on or ends, the person's next way takes over, the destination's breaker learns."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from common import clock, doorbell, leases
from journal import actions as journal
from notifications import events, throttles
from notifications.actions import contacts, failover
from notifications.actions.claiming import PAUSED, Load
from notifications.channels.base import Outcome
from notifications.models import Attempt, ContactMethod, Destination, Message

MAX_ATTEMPTS = 8
FAIL_OVER_AFTER = 2


@transaction.atomic
def note(load: Load, outcome: Outcome) -> None:
    """Keeps the outcome of one try, unless another worker took the message over meanwhile."""
    at = clock.now()
    message = load.message
    row = Message.objects.select_for_update().filter(pk=message.pk, attempts=message.attempts, state=Message.QUEUED).first()
    if row is None:
        return
    answer = outcome.answer.replace("\x00", "")[:2000]
    Attempt.objects.create(message=row, at=at, is_accepted=outcome.accepted, answer=answer)
    _learn(load.destination, outcome, answer, at)
    if message.contact_id is not None or message.page_id is not None:
        doorbell.announce("page", message.recipient_id or 0, "page.message")
    if outcome.accepted:
        _sent(load, outcome, at)
    elif outcome.is_final or message.attempts >= MAX_ATTEMPTS:
        _failed(load, answer, at)
    else:
        _again(load, outcome, at)


def _sent(load: Load, outcome: Outcome, at: datetime) -> None:
    told: dict[str, Any] = {"state": Message.SENT, "sent_at": at, "accepted_at": at, "lease_until": None, "outcome": ""}
    Message.objects.filter(pk=load.message.pk).update(**told, **_forgotten(load.message), provider_id=outcome.provider_id)
    if load.riders:
        Message.objects.filter(pk__in=[one.pk for one in load.riders]).update(**told, bundle=load.message)
    if load.message.contact_id is not None:
        ContactMethod.objects.filter(pk=load.message.contact_id, broken_since__isnull=False).update(broken_since=None)


def _forgotten(message: Message) -> dict[str, str]:
    """A code is nobody's to read once its message is over."""
    return {"subject": _("Evenkeel code"), "body": ""} if message.idempotency_key.startswith(contacts.CODE_KEY) else {}


def _failed(load: Load, answer: str, at: datetime) -> None:
    message = load.message
    Message.objects.filter(pk=message.pk).update(**_forgotten(message), state=Message.FAILED, lease_until=None, outcome=answer[:200])
    _release(load, at)
    if message.contact_id is not None:
        ContactMethod.objects.filter(pk=message.contact_id, broken_since__isnull=True).update(broken_since=at)
    journal.record(events.MESSAGE_DEAD, message, actor=None, to=message.address, reason=answer[:200])
    if message.attempts <= FAIL_OVER_AFTER:
        failover.go_on(message, at=at)


def _again(load: Load, outcome: Outcome, at: datetime) -> None:
    message = load.message
    is_page = message.page_id is not None
    wait = leases.backoff(message.attempts, base=5 if is_page else 30, cap=(timedelta(minutes=2) if is_page else timedelta(hours=2)).total_seconds())
    due_at = at + wait * random.uniform(1.0, 1.25)  # not all at once after an outage
    if outcome.retry_after is not None:
        due_at = at + timedelta(seconds=outcome.retry_after)
    Message.objects.filter(pk=message.pk).update(due_at=due_at, lease_until=None)
    _release(load, due_at)
    if message.attempts == FAIL_OVER_AFTER:
        failover.go_on(message, at=at)


def _release(load: Load, due_at: datetime) -> None:
    """The riders go on their own."""
    Message.objects.filter(pk__in=[one.pk for one in load.riders]).update(lease_until=None, due_at=due_at, attempts=F("attempts") - 1)


def _learn(name: str, outcome: Outcome, answer: str, at: datetime) -> None:
    """The breaker: it opens after five failures in a row, and for as long as the other side asked to wait."""
    known = Destination.objects.filter(name=name)
    if outcome.accepted or outcome.is_final:  # it answers
        if known.exclude(failures=0, closed_until__isnull=True).update(failures=0, closed_until=None, worked_at=at):
            held_back = Message.objects.filter(state=Message.QUEUED, destination=name, outcome=PAUSED).select_for_update(skip_locked=True)
            Message.objects.filter(pk__in=list(held_back.values_list("pk", flat=True))).update(due_at=at, outcome="")
        return
    if not name:
        return
    row = Destination.objects.select_for_update().get_or_create(name=name)[0]
    row.failed_at, row.last_error = at, answer[:300]
    if outcome.retry_after is not None:
        row.closed_until = at + timedelta(seconds=outcome.retry_after)
    else:
        row.failures += 1
        pause = throttles.pause_after(row.failures)
        row.closed_until = at + pause if pause is not None else None
    row.save(update_fields=["failed_at", "last_error", "closed_until", "failures"])
