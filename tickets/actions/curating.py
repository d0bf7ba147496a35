"""Pinning lines of a timeline to the review, and hiding them; the lines themselves stay in the journal for ever (INC-22)."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from common.decisions import Decision
from journal import actions as journal
from journal.models import Entry
from notifications import queries as notifications
from notifications.actions import notices, outbox
from tickets import events, permissions
from tickets.actions import clocks, locking
from tickets.models import Attachment, Comment, Ticket, TimelineMark


@transaction.atomic
def pin(ticket: Ticket, *, actor: User | None, entry: Entry) -> None:
    """The review shall tell of this line."""
    _mark(ticket, actor, entry, permissions.can_pin(actor, ticket), TimelineMark.PINNED, events.ENTRY_PINNED)


@transaction.atomic
def unpin(ticket: Ticket, *, actor: User | None, entry: Entry) -> None:
    """The review need not tell of it."""
    _unmark(ticket, actor, entry, permissions.can_pin(actor, ticket), TimelineMark.PINNED, events.ENTRY_UNPINNED)


@transaction.atomic
def hide(ticket: Ticket, *, actor: User | None, entry: Entry) -> None:
    """Only who may hide lines still reads this one; a comment or file also leaves the reporter's page, lists, search and notices."""
    if _mark(ticket, actor, entry, permissions.can_hide(actor, ticket), TimelineMark.HIDDEN, events.ENTRY_HIDDEN):
        _shown_by(entry).update(hidden_at=clock.now())
        notices.retract(entry, actor=actor)


@transaction.atomic
def show(ticket: Ticket, *, actor: User | None, entry: Entry) -> None:
    """Everybody who could read the line reads it again."""
    if _unmark(ticket, actor, entry, permissions.can_hide(actor, ticket), TimelineMark.HIDDEN, events.ENTRY_SHOWN):
        _shown_by(entry).update(hidden_at=None)


@transaction.atomic
def take_back(ticket: Ticket, *, actor: User, move: Entry) -> None:
    """The message that went with a move goes when the actor undid that move: nobody was answered. What left the house stays.

    Raises Refused for somebody else's message.
    """
    if move.actor_id != actor.pk:
        raise errors.Refused(_("Only who wrote it can take it back."))
    locked = locking.locked(ticket)
    said = Entry.objects.filter(
        event=events.COMMENT_ADDED, subject_type="ticket", subject_id=locked.pk, data__comment=move.data.get("message", 0)
    ).first()
    if said is None:
        return
    outbox.withdraw(Entry.objects.filter(pk=said.pk), actor=actor)
    if notifications.has_left([move, said], locked.reporter_id):
        return
    at = clock.now()
    if TimelineMark.objects.get_or_create(ticket_id=locked.pk, entry=said, mark=TimelineMark.HIDDEN, defaults={"by": actor, "at": at})[1]:
        _shown_by(said).update(hidden_at=at)
        journal.record(events.COMMENT_TAKEN_BACK, locked, actor=actor, at=at, comment=said.data["comment"])
        notices.retract(said, actor=actor)
        clocks.turn(locked, at)


def _shown_by(entry: Entry) -> QuerySet[Comment] | QuerySet[Attachment]:
    """The comment or file that the line shows, if it shows one."""
    if entry.event == events.ATTACHED:
        return Attachment.objects.filter(pk=entry.data.get("attachment", 0))
    return Comment.objects.filter(pk=entry.data.get("comment", 0) if entry.event == events.COMMENT_ADDED else 0)


def _mark(ticket: Ticket, actor: User | None, entry: Entry, decision: Decision, mark: str, event: str) -> bool:
    decision.require()
    locked = locking.locked(ticket)
    at = clock.now()
    _row, is_new = TimelineMark.objects.get_or_create(ticket_id=locked.pk, entry=entry, mark=mark, defaults={"by": actor, "at": at})
    if is_new:
        journal.record(event, locked, actor=actor, at=at, entry=entry.pk)
    return is_new


def _unmark(ticket: Ticket, actor: User | None, entry: Entry, decision: Decision, mark: str, event: str) -> bool:
    decision.require()
    locked = locking.locked(ticket)
    deleted, _rows = TimelineMark.objects.filter(ticket_id=locked.pk, entry=entry, mark=mark).delete()
    if deleted:
        journal.record(event, locked, actor=actor, entry=entry.pk)
    return bool(deleted)
