"""Editing a comment: the words change, the former ones are kept, who reads it never changes (INC-21)."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from journal.models import Entry
from notifications.actions import notices
from tickets import events, permissions
from tickets.actions import conversation, locking
from tickets.models import Comment, CommentRevision, Ticket


@transaction.atomic
def edit_comment(ticket: Ticket, *, actor: User | None, comment: Comment, body: str, expected_edit: str | None = None) -> Comment:
    """Changes the text of a comment of this ticket. What it said before stays readable for those who may read the comment.

    expected_edit: the instant of the last edit that was looked at, as text, empty for none. Raises Refused, Conflict when it was edited since, or
    Invalid("body").
    """
    locked = locking.locked(ticket)
    row = Comment.objects.select_for_update(of=("self",)).filter(pk=comment.pk, ticket_id=locked.pk).first()
    if row is None:
        raise errors.Invalid("comment", _("Choose a comment of this ticket."))
    at = clock.now()
    permissions.can_edit_comment(actor, locked, row, at).require()
    text = conversation.clean_body(body)
    if expected_edit is not None and expected_edit != mark_of(row):
        raise errors.Conflict(_("You edited this comment in another window. Open it again; your text is still here."))
    if text == row.body:
        return row
    CommentRevision.objects.create(comment=row, body=row.body, written_at=row.edited_at or row.created_at)
    row.body, row.edited_at = text, at
    row.save(update_fields=["body", "edited_at"])
    Ticket.objects.filter(pk=locked.pk).update(updated_at=at)
    told = Entry.objects.filter(event=events.COMMENT_ADDED, subject_type="ticket", subject_id=locked.pk, data__comment=row.pk).first()
    stopped = notices.requote(told, text, actor=actor) if told is not None else 0
    journal.record(events.COMMENT_EDITED, locked, actor=actor, at=at, comment=row.pk, is_internal=row.is_internal, was_waiting=stopped > 0)
    return row


def mark_of(comment: Comment) -> str:
    """The last edit as a word that a form carries."""
    return comment.edited_at.isoformat() if comment.edited_at else ""
