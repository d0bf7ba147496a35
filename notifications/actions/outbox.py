"""Queueing, sending and withdrawing messages."""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from common import clock, doorbell, errors
from journal.models import Entry
from notifications import parcels, subjects
from notifications.actions import claiming, outcomes
from notifications.channels.base import Outcome
from notifications.models import Message, Page

log = logging.getLogger(__name__)

THREADS = 20
PATIENCE = 4.0  # seconds; what is slower goes on beside the next sweeps
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
    waiting = Message.objects.filter(claiming.is_free(clock.now()), state=Message.QUEUED, entry__in=entries)
    return waiting.update(state=Message.WITHDRAWN, outcome="undone")


_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="send")
_under_way: dict["Future[Outcome]", claiming.Load] = {}
_keeper: threading.Thread | None = None


def send_due() -> int:
    """Sends what is due; answers how many messages were tried. Each goes in a thread of its own, which touches no table.

    After a few seconds the sweep goes on without those that are slow, and a later sweep keeps their outcome: no provider holds up another.
    """
    _harvest()
    tried, patience = 0, time.monotonic() + PATIENCE
    while loads := claiming.claim(THREADS - len(_under_way)):
        for load in loads:
            _begin(load)
        tried += sum(len(load.all) for load in loads)
        while _under_way and time.monotonic() < patience:
            wait(_under_way, timeout=min(2.0, max(0.0, patience - time.monotonic())), return_when="FIRST_COMPLETED")
            _harvest()
        if time.monotonic() >= patience:
            break
    return tried


def send(message: Message) -> None:
    """Tries one claimed message once, outside any transaction, and keeps the outcome. Who lost sight of the record meanwhile gets nothing."""
    load = claiming.load_of(message)
    Message.objects.filter(pk=message.pk).update(attempts=F("attempts") + 1)
    message.attempts += 1
    _begin(load)
    wait(_under_way)
    _harvest()


def _begin(load: claiming.Load) -> None:
    """Hands one claimed message to a thread, unless it became stale, or cannot be sent at all."""
    stale = _without_stale(load)
    if stale:
        return
    if load.channel is None:
        outcomes.note(load, Outcome(False, is_final=True, answer=_("No account is configured for this channel.")))
        return
    try:
        parcel = parcels.of(load.message, load.account, at=clock.now(), more=len(load.riders))
    except errors.Conflict as error:
        outcomes.note(load, Outcome(False, is_final=True, answer=error.message))
        return
    _under_way[_threads.submit(load.channel.send, parcel)] = load
    _hold_on()


def _hold_on() -> None:
    """Sees to it that what is under way stays this worker's, however long that takes and whatever else the worker does meanwhile."""
    global _keeper
    if _keeper is None or not _keeper.is_alive():
        _keeper = threading.Thread(target=_keep_leases, name="leases", daemon=True)
        _keeper.start()


def _keep_leases() -> None:
    """Renews the leases until nothing is under way. A lease is short, so that a page is late by no more than that when its worker is killed."""
    while True:
        time.sleep(claiming.LEASE.total_seconds() / 3)
        held = [one.pk for load in list(_under_way.values()) for one in load.all]
        if not held:
            return
        try:
            until = clock.now() + claiming.LEASE
            Message.objects.filter(pk__in=held, state=Message.QUEUED, lease_until__isnull=False).update(lease_until=until)
        except Error as error:
            log.warning("leases were not renewed: %s", error)
        finally:
            connection.close()


def _harvest() -> None:
    """Keeps the outcomes of what is done."""
    for future in [known for known in _under_way if known.done()]:
        load = _under_way.pop(future)
        error = future.exception()
        outcome = future.result() if error is None else Outcome(False, answer=f"{type(error).__name__}: {error}")
        if not outcome.accepted:
            log.warning("message not sent id=%s channel=%s error=%s", load.message.pk, load.message.channel, outcome.answer)
        outcomes.note(load, outcome)


def _without_stale(load: claiming.Load) -> bool:
    """Withdraws what shall not leave any more; answers whether that is the message itself, whose riders then go on their own."""
    for one in load.all:
        why = _stale(one)
        if why:
            Message.objects.filter(pk=one.pk).update(state=Message.WITHDRAWN, lease_until=None, outcome=why)
            if one is load.message:
                Message.objects.filter(pk__in=[other.pk for other in load.riders]).update(lease_until=None, attempts=F("attempts") - 1)
                return True
            load.riders = [other for other in load.riders if other is not one]
    return False


def _stale(message: Message) -> str:
    """Why a message shall not leave any more; empty when it shall. Of a page that is answered or over nothing leaves (RELIABILITY B5, B20)."""
    if message.page is not None:
        state = Page.objects.values_list("state", flat=True).get(pk=message.page.pk)
        return "" if state == Page.OPEN else state
    if message.subject_id is None or message.recipient is None:
        return ""
    may_see = subjects.may_see(message.recipient, message.subject_type, message.subject_id, is_internal=message.is_internal)
    return "" if may_see else "not visible any more"
