"""The row of a comment with its figures and its journal entry, for every action that writes one on a ticket which it has locked."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from common import errors
from journal import actions as journal
from tickets import events, permissions
from tickets.actions import creation
from tickets.models import Comment, Ticket

COMMENT_LENGTH = 50_000


def clean(field: str, text: str) -> str:
    """The text as it is kept; empty for none. Raises Invalid(field) for one that is too long."""
    cleaned = creation.clean_text(field, text).strip()
    if len(cleaned) > COMMENT_LENGTH:
        raise errors.Invalid(field, _("Use at most %(most)d characters, or attach a file.") % {"most": COMMENT_LENGTH})
    return cleaned


@transaction.atomic
def write(ticket: Ticket, *, actor: User | None, body: str, is_internal: bool, at: datetime, is_response: bool = False, **told: Any) -> Comment:
    """Adds a comment to a locked ticket whose rights the caller has checked. is_response: a person of the desk answers in public. told: more for the entry."""
    added = Comment.objects.create(ticket_id=ticket.pk, author=actor, body=body, is_internal=is_internal, created_at=at)
    Ticket.objects.filter(pk=ticket.pk).update(comment_count=F("comment_count") + 1, updated_at=at)
    ticket.comment_count += 1
    data = {"comment": added.pk, "is_internal": is_internal, "is_response": is_response, **told}
    journal.record(events.COMMENT_ADDED, ticket, actor=actor, at=at, **data)
    return added


def is_response(ticket: Ticket, actor: User | None) -> bool:
    """Whether what this person writes in public is an answer of the desk: the reporter's own words are none, nor are those of the system."""
    return actor is not None and actor.pk != ticket.reporter_id and permissions.holds(actor, ticket, "reply")
