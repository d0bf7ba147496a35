"""Locking a ticket, and saving it in the one way that keeps its version and time."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from common import errors
from tickets.models import Ticket


def locked(ticket: Ticket, expected_version: int | None = None) -> Ticket:
    """The ticket as it stands now, locked until the transaction ends.

    Raises Conflict when the caller looked at an older version than the one stored.
    """
    # Without a join: after a wait PostgreSQL checks a join against what stood there before, and a row whose status changed meanwhile would be gone.
    row = Ticket.objects.select_for_update().defer("search_public").get(pk=ticket.pk)
    require_version(row, expected_version)
    return row


def require_version(ticket: Ticket, expected: int | None) -> None:
    """Raises Conflict when a locked ticket is not the version that the caller looked at; None looks at nothing."""
    if expected is not None and ticket.version != expected:
        raise errors.Conflict(_("%(key)s was saved while you were editing. Compare and save again.") % {"key": ticket.key})


def lock_all(tickets: Iterable[Ticket]) -> None:
    """Locks several tickets in the order of their ids, so that two actions on the same pair never wait for each other."""
    list(Ticket.objects.select_for_update(of=("self",)).filter(pk__in={ticket.pk for ticket in tickets}).order_by("pk").values_list("pk"))


def save(ticket: Ticket, columns: Iterable[str], at: datetime) -> None:
    """Saves the named columns of a locked ticket, with a new version and the time of the change."""
    ticket.version += 1
    ticket.updated_at = max(at, ticket.updated_at)
    ticket.save(update_fields=sorted({*columns, "version", "updated_at"}))
