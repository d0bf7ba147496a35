"""The counters of a ticket (INC-30). Called by the actions of a ticket inside their transaction, after they locked it."""

from typing import Any

from django.db.models import F

from tickets.models import Ticket


def count(ticket: Ticket, counter: str) -> None:
    """Adds one to reassignment_count, reopen_count or escalation_count."""
    Ticket.objects.filter(pk=ticket.pk).update(**{counter: F(counter) + 1})
    setattr(ticket, counter, getattr(ticket, counter) + 1)


def is_reassignment(before: tuple[Any, Any], after: tuple[Any, Any]) -> bool:
    """Whether a ticket that somebody had goes to somebody else; (team, assignee) before and after. The first giving is none, nor is a taking away."""
    return any(old is not None and new is not None and old != new for old, new in zip(before, after, strict=True))
