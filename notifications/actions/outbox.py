"""Queueing, sending and withdrawing messages."""

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Q, QuerySet

from common import clock, doorbell, leases
from journal import actions as journal
from journal.models import Entry
from notifications import events, subjects
from notifications.models import Attempt, Message, Page

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
BATCH = 20
LEASE_SECONDS = 120
WAITS = timedelta(seconds=10)  # a message about a record can be withdrawn that long


def queue_email(
    *,
    actor: Any,
    recipient: Any,
    subject: str,
    body: str,
    idempotency_key: str,
    html: str = "",
    entry: Entry | None = None,
    is_internal: bool = False,
) -> Message:
    """Puts an e-mail to a person into the outbox, inside the caller's transaction. The same key again gives the same message.

    entry: what the message tells of; then it waits ten seconds, in which an undo can withdraw it, and belongs to the conversation of that record.
    Without a mail server the message is kept as withheld, and `./evenkeel doctor` says so.
    """
    with transaction.atomic():
        state = Message.QUEUED if settings.EMAIL_IS_CONFIGURED else Message.WITHHELD
        at = clock.now()
        columns = {
            "recipient": recipient, "address": recipient.email, "subject": " ".join(subject.split())[:250], "body": body, "html": html, "state": state,
            "due_at": at + WAITS if entry else at, "entry": entry, "subject_type": entry.subject_type if entry else "",
            "subject_id": entry.subject_id if entry else None, "is_internal": is_internal,
        }  # fmt: skip
        message, is_new = Message.objects.get_or_create(idempotency_key=idempotency_key, defaults=columns)
        if is_new and state == Message.QUEUED and entry is None:
            doorbell.ring("notifications.send_due", queue="critical")
    return message


@transaction.atomic
def withdraw(entries: QuerySet[Entry], *, actor: Any) -> int:
    """Stops the messages about these entries that did not leave yet; answers how many. What a worker is sending right now goes out."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=clock.now())
    waiting = Message.objects.filter(free, state=Message.QUEUED, entry__in=entries)
    return waiting.update(state=Message.WITHDRAWN, outcome="undone")


def send_due() -> int:
    """Sends what is due; answers how many messages were tried."""
    at = clock.now()
    due = Message.objects.filter(state=Message.QUEUED, due_at__lte=at).order_by("-order", "due_at", "id").select_related("recipient", "page")
    claimed = leases.claim(due, at=at, seconds=LEASE_SECONDS, limit=BATCH)
    for message in claimed:
        send(message)
    return len(claimed)


def send(message: Message) -> None:
    """Tries one claimed message once, outside any transaction, and keeps the outcome. Who lost sight of the record meanwhile gets nothing."""
    stale = _stale(message)
    if stale:
        Message.objects.filter(pk=message.pk).update(state=Message.WITHDRAWN, lease_until=None, outcome=stale)
        return
    answer, is_accepted, is_final = "", False, False
    try:
        _email(message).send()
        is_accepted = True
    except Exception as error:  # a mail server may fail in any way; the attempt keeps what it said
        answer, is_final = f"{type(error).__name__}: {error}"[:2000], _is_final(error)
        log.warning("message not sent id=%s error=%s", message.pk, answer)
    _note_outcome(message, is_accepted=is_accepted, answer=answer, is_final=is_final)


def _stale(message: Message) -> str:
    """Why a message shall not leave any more; empty when it shall. Of a page that is answered or over nothing leaves (RELIABILITY B5, B20)."""
    if message.page is not None:
        state = Page.objects.values_list("state", flat=True).get(pk=message.page.pk)
        return "" if state == Page.OPEN else state
    if message.subject_id is None or message.recipient is None:
        return ""
    may_see = subjects.may_see(message.recipient, message.subject_type, message.subject_id, is_internal=message.is_internal)
    return "" if may_see else "not visible any more"


def _email(message: Message) -> mail.EmailMultiAlternatives:
    """The message as a mail server takes it. RFC 3834: nobody's out-of-office answers it. RFC 5322: all about one record is one conversation."""
    headers = {"Message-ID": _message_id(message), "Auto-Submitted": "auto-generated"}
    if message.subject_id is not None:
        thread = f"<evenkeel-{message.subject_type}-{message.subject_id}@{settings.EVENKEEL_HOST}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    email = mail.EmailMultiAlternatives(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.address], headers=headers)
    if message.html:
        email.attach_alternative(message.html, "text/html")
    return email


def _message_id(message: Message) -> str:
    """The same Message-ID on each attempt, so that a mailbox that got it twice shows it once."""
    return f"<evenkeel-{message.pk}-{message.created_at:%Y%m%d%H%M%S}@{settings.EVENKEEL_HOST}>"


def _is_final(error: Exception) -> bool:
    """RFC 5321: a 5xx answer to the recipient or to the text stays the same however often it is tried. A refused login or sender is ours to mend."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _answer in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600


@transaction.atomic
def _note_outcome(message: Message, *, is_accepted: bool, answer: str, is_final: bool) -> None:
    at = clock.now()
    Attempt.objects.create(message=message, at=at, is_accepted=is_accepted, answer=answer)
    attempts = message.attempts + 1
    row = Message.objects.filter(pk=message.pk)
    if is_accepted:
        row.update(state=Message.SENT, sent_at=at, lease_until=None)
    elif is_final or attempts >= MAX_ATTEMPTS:
        row.update(state=Message.FAILED, lease_until=None, outcome=answer[:200])
        journal.record(events.MESSAGE_DEAD, message, actor=None, to=message.address, reason=answer[:200])
    else:
        due_at = at + leases.backoff(attempts, base=30, cap=timedelta(hours=2).total_seconds())
        row.update(due_at=due_at, lease_until=None)
