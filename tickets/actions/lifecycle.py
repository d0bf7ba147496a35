"""The one door that changes a status, and its named wrappers."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions
from tickets.actions import clocks, creation, locking
from tickets.models import Category, ResolutionCode, Ticket
from tickets.models.clocks import FIRST_RESPONSE, RESOLUTION
from workflows import queries as workflows
from workflows.models import Status, Transition


@transaction.atomic
def transition(
    ticket: Ticket,
    verb: str,
    *,
    actor: User | None,
    resolution: ResolutionCode | None = None,
    category: Category | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """Moves a ticket along its workflow by a verb (triage, start, hold, monitor, resolve, close, reopen, cancel).

    resolution and category fill what the move requires; reason is what a ticket on hold waits for, or why it is canceled.
    Doing it twice changes nothing. Raises Refused, Conflict when the status does not offer the move, Invalid for a missing field.
    """
    locked = locking.locked(ticket, expected_version)
    move = workflows.transition_by_verb(locked.status_id, verb)
    if move is None:
        return _already_there(locked, verb)
    permissions.can_transition(actor, locked, move.right, move.name).require()
    changed = _fill(locked, move, resolution, category, reason)
    _move(locked, move, actor, reason, changed)
    return locked


def _already_there(ticket: Ticket, verb: str) -> Ticket:
    """The same verb again is no error; any other move that the status does not offer is."""
    if Transition.objects.filter(target_id=ticket.status_id, verb=verb).exists():
        return ticket
    offered = ", ".join(f"{move.name} ({move.verb})" for move in workflows.transitions_from(ticket.status_id)) or _("none")
    if not Transition.objects.filter(workflow=ticket.status.workflow_id, verb=verb).exists():
        raise errors.Invalid("verb", _("There is no such move. Possible now: %(offered)s.") % {"offered": offered})
    message = _("%(key)s is %(status)s and cannot do that. Possible now: %(offered)s.")
    raise errors.Conflict(message % {"key": ticket.key, "status": ticket.status.name, "offered": offered})


def _fill(ticket: Ticket, move: Transition, resolution: ResolutionCode | None, category: Category | None, reason: str) -> list[str]:
    """Sets what the move brings and checks what it requires; answers the changed columns."""
    changed = []
    if resolution is not None and move.target.category == Status.DONE:
        ticket.resolution = resolution
        changed.append("resolution")
    if category is not None:
        ticket.category = creation.clean_category(category, ticket.kind)
        changed.append("category")
    text = creation.clean_text("reason", reason).strip()
    if len(text) > 200:
        raise errors.Invalid("reason", _("Use at most 200 characters."))
    ticket.pending_reason = text if move.target.is_paused else ""
    changed.append("pending_reason")
    for column in move.required:
        _require(ticket, column, text)
    return changed


def _require(ticket: Ticket, column: str, reason: str) -> None:
    remedies = {
        "resolution": _("Choose how it was resolved."),
        "category": _("Choose a category first, so that reports are true."),
        "pending_reason": _("Say what it waits for."),
        "reason": _("Say why."),
    }
    value = reason if column in ("reason", "pending_reason") else getattr(ticket, column)
    if not value:
        raise errors.Invalid("reason" if column == "pending_reason" else column, remedies.get(column, _("Fill in this field first.")))


def _move(ticket: Ticket, move: Transition, actor: User | None, reason: str, changed: list[str]) -> None:
    at = clock.now()
    before, after = ticket.status, move.target
    ticket.status, ticket.status_category = after, after.category
    was_done, is_done = before.category == Status.DONE, after.category == Status.DONE
    if is_done and not was_done:
        ticket.resolved_at = at
    if not is_done:
        ticket.resolved_at = ticket.closed_at = ticket.resolution = None
    if after.key == "closed":
        ticket.closed_at = at
    locking.save(ticket, ["status", "status_category", "resolved_at", "closed_at", "resolution", *changed], at)
    _turn_clocks(ticket, before, after, at)
    named = ticket.kind_of.named_events.get(move.verb)
    data: dict[str, Any] = {
        "before": str(before.name), "after": str(after.name), "verb": move.verb, "reason": reason,
        "resolution": str(ticket.resolution or ""), "is_named": named is not None,
    }  # fmt: skip
    journal.record(events.TRANSITIONED, ticket, actor=actor, at=at, **data)
    if named is not None:
        journal.record(named, ticket, actor=actor, at=at, **data)


def _turn_clocks(ticket: Ticket, before: Status, after: Status, at: Any) -> None:
    was_done, is_done = before.category == Status.DONE, after.category == Status.DONE
    if is_done and not was_done:
        clocks.stop(ticket, [FIRST_RESPONSE, RESOLUTION], at)
    elif was_done and not is_done:
        clocks.restart_resolution(ticket, at)
    elif after.is_paused and not before.is_paused:
        clocks.pause(ticket, at)
    elif before.is_paused and not after.is_paused:
        clocks.resume(ticket, at)


def resolve(ticket: Ticket, *, actor: User | None, resolution: ResolutionCode, category: Category | None = None) -> Ticket:
    """The user is helped; the service desk still has to close."""
    return transition(ticket, "resolve", actor=actor, resolution=resolution, category=category)


def close(ticket: Ticket, *, actor: User | None) -> Ticket:
    """Ends a resolved ticket; only the service desk may."""
    return transition(ticket, "close", actor=actor)


def reopen(ticket: Ticket, *, actor: User | None) -> Ticket:
    """Brings a resolved ticket back to work."""
    return transition(ticket, "reopen", actor=actor)


def hold(ticket: Ticket, *, actor: User | None, reason: str) -> Ticket:
    """Waits for somebody else; the resolution clock pauses."""
    return transition(ticket, "hold", actor=actor, reason=reason)


def cancel(ticket: Ticket, *, actor: User | None, reason: str) -> Ticket:
    """Ends a ticket that should not have been one."""
    return transition(ticket, "cancel", actor=actor, reason=reason)
