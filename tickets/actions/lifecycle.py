"""The one door that changes a status, and its named wrappers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from fields.models import PREFIX, Definition
from fields.values import EMPTY
from journal import actions as journal
from tickets import events, facts, permissions, screens
from tickets.actions import clocks, comparing, counting, creation, editing, guards, locking, paging, writing
from tickets.models import Category, HoldReason, ResolutionCode, Ticket
from workflows import queries as workflows
from workflows import rules
from workflows.models import Status, Transition

REASON_LENGTH = 200
FIELDS = ("summary", "description", "service", "impact", "urgency", "labels", "custom")
FOLLOW_UP_WITHIN = timedelta(days=366)
SWEEP_BATCH = 200


@dataclass(frozen=True, slots=True)
class Given:
    """What a person fills in for a move.

    reason: what exactly a ticket on hold waits for, or why it is canceled. follow_up_at: when a ticket on hold comes back to work by itself.
    message: what the reporter is told with the end of the ticket, a public comment.
    fields: other fields of the ticket that the move asks for, by name; custom ones under "custom".
    """

    resolution: ResolutionCode | None = None
    category: Category | None = None
    hold_reason: HoldReason | None = None
    reason: str = ""
    follow_up_at: datetime | None = None
    message: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


def given_for(values: Mapping[str, Any]) -> Given:
    """What a form or a request holds, as the fields of the ticket and the rest."""
    own = {name: value for name, value in values.items() if name in FIELDS}
    return Given(**{name: value for name, value in values.items() if name not in FIELDS}, fields=own)


def transition(ticket: Ticket, verb: str, *, actor: User | None, expected_version: int | None = None, **given: Any) -> Ticket:
    """Moves a ticket along its workflow by a verb (triage, start, hold, monitor, resolve, close, reopen, cancel). given: the fields of Given, and of the
    ticket (FIELDS) those that the move asks for.

    Doing it twice changes nothing. Raises Refused (which leaves an entry in the journal, INC-10), Conflict when the status does not offer
    the move or somebody was faster than `expected_version`, Invalid for a missing or wrong value.
    """
    try:
        return _transition(ticket, verb, actor, expected_version, given_for(given))
    except errors.Refused as error:
        with transaction.atomic():
            journal.record(events.MOVE_REFUSED, ticket, actor=actor, verb=verb, reason=error.message)
        raise


@transaction.atomic
def _transition(ticket: Ticket, verb: str, actor: User | None, expected_version: int | None, given: Given) -> Ticket:
    locked = locking.locked(ticket)
    move = workflows.transition_by_verb(locked.status_id, verb)
    if move is None:
        return _already_there(locked, verb)
    locking.require_version(locked, expected_version)
    permissions.can_move(actor, locked, move).require()
    guards.require(locked, move)
    _carry_out(locked, move, actor, given)
    return locked


def _carry_out(ticket: Ticket, move: Transition, actor: User | None, given: Given) -> None:
    """Makes a move that is allowed on a locked ticket. Raises Invalid for what is missing."""
    at = clock.now()
    filled = _fill_fields(ticket, move, given.fields, actor)
    changed = [*filled.columns, *_fill(ticket, move, given, at)]
    for rule in rules.named(rules.VALIDATOR, move.validators):
        wrong = rule.run(ticket, actor)
        if wrong:
            raise errors.Invalid("verb", wrong)
    for rule in rules.named(rules.EFFECT, move.effects):
        changed += rule.run(ticket, actor)
    told = _tell_reporter(ticket, move, given.message, actor, at)
    _move(ticket, move, actor, given.reason, changed, at, told)
    editing.note(ticket, filled, actor=actor, at=at)


def _tell_reporter(ticket: Ticket, move: Transition, message: str, actor: User | None, at: datetime) -> dict[str, int]:
    """Writes the message that goes with a move to the end; answers what the move's entry keeps of it. Raises Invalid where nobody is told."""
    text = writing.clean("message", message)
    if not text:
        return {}
    if move.target.category != Status.DONE:
        raise errors.Invalid("message", _("“%(name)s” tells the reporter nothing. Write a reply.") % {"name": move.name})
    if ticket.reporter_id is None:
        raise errors.Invalid("message", _("Nobody reported %(key)s, so leave the message empty.") % {"key": ticket.key})
    permissions.can_reply(actor, ticket).require()
    is_response = writing.is_response(ticket, actor)
    added = writing.write(ticket, actor=actor, body=text, is_internal=False, at=at, is_response=is_response, verb=move.verb)
    return {"message": added.pk}


def _already_there(ticket: Ticket, verb: str) -> Ticket:
    """The same verb again is no error; any other move that the status does not offer is."""
    if Transition.objects.filter(target_id=ticket.status_id, verb=verb).exists():
        return ticket
    offered = ", ".join(f"{move.name} ({move.verb})" for move in workflows.transitions_from(ticket.status_id)) or _("none")
    if not Transition.objects.filter(workflow=ticket.status.workflow_id, verb=verb).exists():
        raise errors.Invalid("verb", _("There is no such move. Possible now: %(offered)s.") % {"offered": offered})
    message = _("%(key)s is %(status)s and cannot do that. Possible now: %(offered)s.")
    raise errors.Conflict(message % {"key": ticket.key, "status": ticket.status.name, "offered": offered})


def _fill_fields(ticket: Ticket, move: Transition, given: Mapping[str, Any], actor: User | None) -> editing.Filled:
    """Sets the fields of the ticket that stand on the screen of the move (FRM-02)."""
    custom = given.get("custom") or {}
    named = [*(name for name in given if name != "custom"), *screens.custom_names(custom)]
    stray = next((name for name in named if name not in move.screen), None)
    if stray is not None:
        raise errors.Invalid(stray, _("“%(name)s” does not ask for this field. Change it on the record.") % {"name": move.name})
    return editing.fill(ticket, given, actor=actor) if named else editing.Filled()


def _fill(ticket: Ticket, move: Transition, given: Given, at: datetime) -> list[str]:
    """Sets what the move brings and checks what it requires; answers the changed columns."""
    text = creation.clean_text("reason", given.reason).strip()
    if len(text) > REASON_LENGTH:
        raise errors.Invalid("reason", _("Use at most %(most)d characters.") % {"most": REASON_LENGTH})
    changed = ["pending_reason", "hold_reason", "follow_up_at"]
    is_wait = move.target.is_paused
    ticket.pending_reason = text if is_wait else ""
    ticket.hold_reason = given.hold_reason if is_wait else None
    ticket.follow_up_at = _clean_follow_up(given.follow_up_at, at) if is_wait else None
    if given.resolution is not None and move.target.category == Status.DONE:
        ticket.resolution = given.resolution
        changed.append("resolution")
    if given.category is not None:
        ticket.category = creation.clean_category(given.category, ticket.kind)
        changed.append("category")
    for column in move.required:
        _require(ticket, column, text)
    return changed


def _clean_follow_up(instant: datetime | None, at: datetime) -> datetime | None:
    if instant is not None and not at < instant <= at + FOLLOW_UP_WITHIN:
        raise errors.Invalid("follow_up_at", _("Choose a moment in the future, within a year."))
    return instant


def _require(ticket: Ticket, column: str, reason: str) -> None:
    remedies = {
        "resolution": _("Choose how it was resolved."),
        "category": _("Choose a category first, so that reports are true."),
        "hold_reason": _("Choose what it waits for."),
        "reason": _("Say why."),
    }
    if column.startswith(PREFIX):
        value = ticket.custom.get(column.removeprefix(PREFIX))
        is_missing = value in EMPTY and Definition.objects.filter(applies_to=ticket.kind, key=column.removeprefix(PREFIX), retired_at=None).exists()
    else:
        is_missing = not (reason if column == "reason" else getattr(ticket, column))
    if is_missing:
        raise errors.Invalid(column, remedies.get(column, _("Fill in this field first.")))


def _move(
    ticket: Ticket, move: Transition, actor: User | None, reason: str, changed: list[str], at: datetime, told: Mapping[str, Any] | None = None
) -> None:
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
    if was_done and not is_done and move.verb != facts.UNDO:
        counting.count(ticket, "reopen_count")
    named = ticket.kind_of.named_events.get(move.verb)
    data: dict[str, Any] = {
        "before": str(before.name), "verb": move.verb, "reason": _told_reason(ticket, reason),
        "resolution": str(ticket.resolution or ""), "is_named": named is not None, "before_id": before.pk,
        "before_category": before.category, **facts.standing(ticket), **comparing.told(ticket, changed), **(told or {}),
    }  # fmt: skip
    journal.record(events.TRANSITIONED, ticket, actor=actor, at=at, **data)
    if named is not None:
        journal.record(named, ticket, actor=actor, at=at, **data)
    paging.follow(ticket, move.verb, actor=actor)
    clocks.turn(ticket, at)


def _told_reason(ticket: Ticket, reason: str) -> str:
    """What the timeline says: whom it waits for, and the words given."""
    parts = [str(ticket.hold_reason) if ticket.hold_reason else "", reason.strip()]
    return ": ".join(part for part in parts if part)


def resolve(ticket: Ticket, *, actor: User | None, resolution: ResolutionCode, category: Category | None = None, **fields: Any) -> Ticket:
    """The user is helped; the service desk still has to close."""
    return transition(ticket, "resolve", actor=actor, resolution=resolution, category=category, **fields)


def close(ticket: Ticket, *, actor: User | None, **fields: Any) -> Ticket:
    """Ends a resolved ticket; only the service desk may."""
    return transition(ticket, "close", actor=actor, **fields)


def reopen(ticket: Ticket, *, actor: User | None) -> Ticket:
    """Brings a resolved or closed ticket back to work."""
    return transition(ticket, "reopen", actor=actor)


def hold(
    ticket: Ticket, *, actor: User | None, hold_reason: HoldReason, reason: str = "", follow_up_at: datetime | None = None, **fields: Any
) -> Ticket:
    """Waits for somebody else; the resolution clock pauses when the on-hold reason says so."""
    return transition(ticket, "hold", actor=actor, hold_reason=hold_reason, reason=reason, follow_up_at=follow_up_at, **fields)


def cancel(ticket: Ticket, *, actor: User | None, reason: str, **fields: Any) -> Ticket:
    """Ends a ticket that should not have been one."""
    return transition(ticket, "cancel", actor=actor, reason=reason, **fields)


@transaction.atomic
def move_back(ticket: Ticket, *, actor: User | None, kept: Sequence[Any]) -> Ticket:
    """Undoes a move a moment after it: the ticket stands where it stood, and no reopening is counted.

    kept: ids of the former status, resolution and on-hold reason, what it waited for in words, id of the former category, follow-up date in ISO 8601.
    Raises Refused, Conflict when that status is gone.
    """
    locked = locking.locked(ticket)
    permissions.can_transition(actor, locked, "progress", _("undo")).require()
    status_id, resolution_id, hold_id, words, category_id, follow_up = kept
    status = Status.objects.filter(pk=status_id, retired_at__isnull=True).first()
    if status is None:
        raise errors.Conflict(_("The status that %(key)s had is gone.") % {"key": locked.key})
    locked.hold_reason = HoldReason.objects.filter(pk=hold_id).first() if hold_id else None
    locked.pending_reason, locked.category_id, locked.resolution_id = words, category_id, resolution_id
    locked.follow_up_at = datetime.fromisoformat(follow_up) if follow_up else None
    locked.closed_at = None
    _move(locked, Transition(verb=facts.UNDO, target=status), actor, "", ["hold_reason", "pending_reason", "follow_up_at", "category"], clock.now())
    return locked


@transaction.atomic
def answered(ticket: Ticket, *, actor: User | None) -> None:
    """The reporter answered in public: a ticket that waited for that returns to work (INC-23)."""
    locked = locking.locked(ticket)
    move = workflows.triggered(locked.status_id, Transition.REPLY)
    if move is not None and (locked.hold_reason is None or locked.hold_reason.ends_on_reply):
        _carry_out(locked, move, None, Given(reason=_("The reporter answered")))


def sweep_follow_ups() -> int:
    """Brings tickets back to work whose follow-up date has come, each once; answers how many."""
    at = clock.now()
    with transaction.atomic():
        due = Ticket.objects.filter(follow_up_at__lte=at).order_by("follow_up_at").prefetch_related("status", "hold_reason").defer("search_public")
        rows = list(due.select_for_update(skip_locked=True)[:SWEEP_BATCH])
        for ticket in rows:
            journal.record(events.FOLLOW_UP_DUE, ticket, actor=None, at=at, reason=_told_reason(ticket, ticket.pending_reason))
            move = workflows.triggered(ticket.status_id, Transition.FOLLOW_UP)
            if move is not None:
                _carry_out(ticket, move, None, Given(reason=_("The follow-up date has come")))
            else:
                ticket.follow_up_at = None
                locking.save(ticket, ["follow_up_at"], at)
    return len(rows)
