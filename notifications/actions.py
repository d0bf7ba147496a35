"""Queueing and sending messages."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import transaction

from common import clock, doorbell, leases
from journal import actions as journal
from notifications import events
from notifications.models import Attempt, Message

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
BATCH = 20
LEASE_SECONDS = 120


def queue_email(*, actor: Any, recipient: Any, subject: str, body: str, idempotency_key: str) -> Message:
    """Puts an e-mail to a person into the outbox, inside the caller's transaction. The same key again gives the same message.

    Without a mail server the message is kept as withheld, and `./evenkeel doctor` says so.
    """
    with transaction.atomic():
        state = Message.QUEUED if settings.EMAIL_IS_CONFIGURED else Message.WITHHELD
        clean_subject = " ".join(subject.split())[:250]
        columns = {"recipient": recipient, "address": recipient.email, "subject": clean_subject, "body": body, "state": state, "due_at": clock.now()}
        message, is_new = Message.objects.get_or_create(idempotency_key=idempotency_key, defaults=columns)
        if is_new and state == Message.QUEUED:
            doorbell.ring("notifications.send_due", queue="critical")
    return message


def send_due() -> int:
    """Sends what is due; answers how many messages were tried."""
    at = clock.now()
    due = Message.objects.filter(state=Message.QUEUED, due_at__lte=at).order_by("due_at", "id")
    claimed = leases.claim(due, at=at, seconds=LEASE_SECONDS, limit=BATCH)
    for message in claimed:
        send(message)
    return len(claimed)


def send(message: Message) -> None:
    """Tries one claimed message once, outside any transaction, and keeps the outcome."""
    answer, is_accepted = "", False
    try:
        mail.EmailMessage(
            message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.address], headers={"Message-ID": _message_id(message)}
        ).send()
        is_accepted = True
    except Exception as error:  # a mail server may fail in any way; the attempt keeps what it said
        answer = f"{type(error).__name__}: {error}"[:2000]
        log.warning("message not sent id=%s error=%s", message.pk, answer)
    _note_outcome(message, is_accepted=is_accepted, answer=answer)


def _message_id(message: Message) -> str:
    """The same Message-ID on each attempt, so that a mailbox that got it twice shows it once."""
    return f"<evenkeel-{message.pk}-{message.created_at:%Y%m%d%H%M%S}@{settings.EVENKEEL_HOST}>"


@transaction.atomic
def _note_outcome(message: Message, *, is_accepted: bool, answer: str) -> None:
    at = clock.now()
    Attempt.objects.create(message=message, at=at, is_accepted=is_accepted, answer=answer)
    attempts = message.attempts + 1
    if is_accepted:
        Message.objects.filter(pk=message.pk).update(state=Message.SENT, sent_at=at, lease_until=None)
    elif attempts >= MAX_ATTEMPTS:
        Message.objects.filter(pk=message.pk).update(state=Message.FAILED, lease_until=None)
        journal.record(events.MESSAGE_DEAD, message, actor=None, to=message.address, reason=answer[:200])
    else:
        due_at = at + leases.backoff(attempts, base=30, cap=timedelta(hours=2).total_seconds())
        Message.objects.filter(pk=message.pk).update(due_at=due_at, lease_until=None)
