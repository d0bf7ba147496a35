"""Writing the journal and delivering it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from common import clock, copying, doorbell, leases
from journal import catalogue, handlers
from journal.models import Delivery, Entry

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
BATCH = 100
LEASE_SECONDS = 120
MANY = 20

_muted: ContextVar[bool] = ContextVar("muted_journal", default=False)


@contextmanager
def muted() -> Iterator[None]:
    """Within the block entries are written but nobody reacts: for the seed and for imports of history."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def record(event: str, subject: models.Model, *, actor: Any = None, at: datetime | None = None, **data: Any) -> Entry:
    """Writes one entry, and one delivery per handler, in the action's transaction.

    subject: a record whose class names its `journal_type`. actor: a user, None for the system. data: plain values that the
    event's sentence and its handlers need. Raises RuntimeError outside a transaction, LookupError for an undeclared event.
    """
    return record_many(event, [(subject, data)], actor=actor, at=at)[0]


def record_many(event: str, subjects: Sequence[tuple[models.Model, dict[str, Any]]], *, actor: Any = None, at: datetime | None = None) -> list[Entry]:
    """The set-based form of record: the same event for many subjects, each with its own data."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event} was recorded outside a transaction: the action must be atomic.")
    catalogue.get(event)
    instant = at or clock.now()
    entries = [
        Entry(event=event, subject_type=type_of(subject), subject_id=subject.pk, actor=actor, at=instant, data=data) for subject, data in subjects
    ]
    copying.insert(entries)
    waiting = [] if _muted.get() else sorted(handlers.handlers_of(event))
    if waiting and entries:
        Delivery.objects.bulk_create(Delivery(entry=entry, handler=name, due_at=instant) for entry in entries for name in waiting)
        doorbell.ring("journal.deliver")
    if not _muted.get():
        _announce(event, entries, {subject.pk for subject, _data in subjects if getattr(subject, "is_restricted", False)})
    return entries


def record_past(subject: models.Model, told: Sequence[tuple[str, Any, datetime, dict[str, Any]]]) -> None:
    """Writes what happened to a record before it came here, as (event, actor, instant, data) in the order of the ledger; nobody reacts. For importers."""
    if not connection.in_atomic_block:
        raise RuntimeError("The past was recorded outside a transaction: the action must be atomic.")
    for event in {event for event, _actor, _at, _data in told}:
        catalogue.get(event)
    kind = type_of(subject)
    Entry.objects.bulk_create(
        Entry(event=event, subject_type=kind, subject_id=subject.pk, actor=actor, at=at, data=data) for event, actor, at, data in told
    )


def _announce(event: str, entries: Sequence[Entry], hidden: set[int]) -> None:
    """Tells open screens; registers (whose type is a table's label) are on no live screen.

    Of a restricted record the stream, which everybody of the desk hears, says neither which one nor what happened.
    """
    entries = [entry for entry in entries if "." not in entry.subject_type]
    if len(entries) > MANY:
        for subject_type in {entry.subject_type for entry in entries}:
            doorbell.announce(subject_type, 0, event)
        return
    for entry in entries:
        if entry.subject_id in hidden:
            doorbell.announce(entry.subject_type, 0, "record.changed")
        else:
            doorbell.announce(entry.subject_type, entry.subject_id, event)


def type_of(subject: models.Model) -> str:
    """The name under which the journal knows this class of record. Raises TypeError when the class has none."""
    name = getattr(type(subject), "journal_type", None)
    if not isinstance(name, str):
        raise TypeError(f"{type(subject).__name__} has no journal_type.")
    return name


def deliver_due(*, limit: int = 1000) -> int:
    """Delivers what is due until nothing is left or `limit` is reached; answers how many deliveries were tried."""
    tried = 0
    while tried < limit:
        due = Delivery.objects.filter(state=Delivery.PENDING, due_at__lte=clock.now()).order_by("due_at", "id")
        claimed = leases.claim(due, at=clock.now(), seconds=LEASE_SECONDS, limit=min(BATCH, limit - tried))
        for delivery in claimed:
            deliver(delivery)
        tried += len(claimed)
        if len(claimed) < BATCH:
            break
    return tried


def deliver(delivery: Delivery) -> None:
    """Runs one handler in a transaction of its own and keeps the outcome: done, tried again later, or dead after the last attempt."""
    entry = Entry.objects.select_related("actor").get(pk=delivery.entry_id)
    handler = handlers.handler(entry.event, delivery.handler)
    try:
        with transaction.atomic():
            if handler is not None:
                handler(entry)
            Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.DONE, lease_until=None, last_error="")
    except Exception as error:  # a reaction may fail in any way; the failure is kept and tried again
        log.exception("reaction failed handler=%s entry=%s", delivery.handler, entry.pk)
        attempts = delivery.attempts + 1
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.DEAD if attempts >= MAX_ATTEMPTS else Delivery.PENDING,
            due_at=clock.now() + leases.backoff(attempts),
            lease_until=None,
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )


@transaction.atomic
def replay(delivery: Delivery, *, actor: Any) -> Delivery:
    """Puts a dead delivery back in line, after somebody mended the cause."""
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state == Delivery.DEAD:
        locked.state, locked.attempts, locked.due_at = Delivery.PENDING, 0, clock.now()
        locked.save(update_fields=["state", "attempts", "due_at"])
        doorbell.ring("journal.deliver")
    return locked
