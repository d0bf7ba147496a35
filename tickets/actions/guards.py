"""What has to be true before a ticket may end: the one door of lifecycle.transition asks every guard."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import ngettext

from common import errors
from tickets.models import Task, Ticket
from workflows.models import Status, Transition

Guard = Callable[[Ticket, Transition], None]

_guards: list[Guard] = []


def register(guard: Guard) -> Guard:
    """Adds a guard: it gets the locked ticket and the move, and raises Conflict or Invalid with the remedy when the move has to wait."""
    if guard not in _guards:
        _guards.append(guard)
    return guard


def require(ticket: Ticket, move: Transition) -> None:
    """Asks every guard before a locked ticket moves. Raises what the first one that objects raises."""
    for guard in _guards:
        guard(ticket, move)


@register
def no_mandatory_task_is_open(ticket: Ticket, move: Transition) -> None:
    """An open ticket with open mandatory tasks is not resolved; it can be canceled."""
    if not settings.MANDATORY_TASKS_BLOCK or move.verb == "cancel" or move.target.category != Status.DONE or not ticket.is_open:
        return
    waiting = list(Task.objects.filter(ticket_id=ticket.pk, is_mandatory=True, done_at__isnull=True).values_list("text", flat=True))
    if waiting:
        message = ngettext(
            "A mandatory task is still open: %(first)s. Do it, or make it optional.",
            "%(amount)d mandatory tasks are still open, the first is: %(first)s. Do them, or make them optional.",
            len(waiting),
        )
        raise errors.Invalid("tasks", message % {"amount": len(waiting), "first": waiting[0]})
