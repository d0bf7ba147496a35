"""One change on many tickets: tried first, made with a report, and undone (QUE-06)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors
from journal import actions as journal
from journal.models import Entry
from notifications.actions import notices
from services.models import Service
from tickets import events, news
from tickets.actions import comparing, curating, editing, lifecycle
from tickets.models import BulkChange, Category, Ticket

MOST = 500
UNDO_SECONDS = 60
FIELDS = ("assignee", "team", "service", "category", "impact", "urgency", "labels")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to each ticket. name: one of FIELDS, or "status" with a verb as the value and what the move asks in `given`.

    seen: the version of the ticket that was looked at, when there is one ticket only.
    """

    name: str
    value: Any
    given: dict[str, Any] = field(default_factory=dict)
    seen: int | None = None

    def make(self, ticket: Ticket, actor: User) -> Ticket:
        """Makes the change by the action that a single ticket would take. Raises what that raises."""
        if self.name == "status":
            return lifecycle.transition(ticket, self.value, actor=actor, **self._given_to(ticket))
        if self.name in ("assignee", "team"):
            return editing.assign(ticket, actor=actor, expected_version=self.seen, **{self.name: self.value})
        if self.name not in FIELDS:
            raise errors.Invalid("field", _("Choose one of %(known)s.") % {"known": ", ".join((*FIELDS, "status"))})
        return editing.edit(ticket, actor=actor, expected_version=self.seen, **{self.name: self.value})

    def _given_to(self, ticket: Ticket) -> dict[str, Any]:
        """What the move asks for. A category is for the tickets that have none: one answer for many must not wipe out what each was.

        A message is for those that somebody reported.
        """
        left_out = {name for name, is_out in (("category", ticket.category_id is not None), ("message", ticket.reporter_id is None)) if is_out}
        return {name: value for name, value in self.given.items() if name not in left_out}

    def shown(self, ticket: Ticket) -> str:
        """The present value in words."""
        if self.name == "status":
            return str(ticket.status.name)
        if self.name in ("impact", "urgency"):
            return str(getattr(ticket, f"get_{self.name}_display")() or "–")
        value = getattr(ticket, self.name)
        return ", ".join(value) if isinstance(value, list) else str(value or "–")


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket of a change: before and after in words, or why not."""

    ticket: Ticket
    before: str
    after: str
    refusal: str = ""


def preview(tickets: Sequence[Ticket], change: Change, *, actor: User) -> list[Row]:
    """What the change would do to each ticket: it is made and rolled back, so rights and rules are those of the real thing."""
    return [_tried(ticket, change, actor) for ticket in tickets]


def _tried(ticket: Ticket, change: Change, actor: User) -> Row:
    before = change.shown(ticket)
    try:
        with transaction.atomic():
            after = change.shown(change.make(ticket, actor))
            transaction.set_rollback(True)
    except errors.DomainError as error:
        return Row(ticket, before, before, error.message)
    return Row(ticket, before, after)


def apply(tickets: Sequence[Ticket], change: Change, *, actor: User) -> tuple[BulkChange, list[tuple[Ticket, str]]]:
    """Makes the change on each ticket in a transaction of its own; answers the record that can be undone, and who refused and why.

    Raises Invalid for more than 500 tickets, Overwritten for the one ticket whose version was looked at.
    """
    if len(tickets) > MOST:
        raise errors.Invalid("key", _("Choose at most %(most)d tickets.") % {"most": MOST})
    parts: list[list[Any]] = []
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    refused = []
    for ticket in tickets:
        before = _kept(ticket, change.name)
        try:
            changed = change.make(ticket, actor)
        except comparing.Overwritten:
            raise  # one ticket only: the person compares
        except errors.DomainError as error:
            refused.append((ticket, error.message))
            continue
        if changed.version != ticket.version:
            parts.append([ticket.pk, changed.version, before, newest])
    with transaction.atomic():
        made = BulkChange.objects.create(actor=actor, field=change.name, parts=parts, made_at=clock.now())
    return made, refused


def _kept(ticket: Ticket, name: str) -> Any:
    """What an undo needs to know of a ticket before the change."""
    if name in ("assignee", "team"):
        return [ticket.assignee_id, ticket.team_id]
    if name == "status":
        follow_up = ticket.follow_up_at.isoformat() if ticket.follow_up_at else None
        return [ticket.status_id, ticket.resolution_id, ticket.hold_reason_id, ticket.pending_reason, ticket.category_id, follow_up]
    if name in ("service", "category"):
        return getattr(ticket, f"{name}_id")
    if name == "impact":
        return ticket.impact if ticket.is_impact_given else None
    return getattr(ticket, name)


def undo(change: BulkChange, *, actor: User) -> tuple[list[Ticket], list[str]]:
    """Gives every ticket back what it had, unless somebody changed it since; answers which, and what could not be undone.

    What the change told others is taken back as far as it did not leave the house.

    Raises Refused for somebody else's change, Conflict when a minute has passed or it was undone before.
    """
    with transaction.atomic():
        locked = BulkChange.objects.select_for_update().get(pk=change.pk)
        if locked.actor_id != actor.pk:
            raise errors.Refused(_("Only who made this change can undo it."))
        at = clock.now()
        if locked.undone_at is not None or (at - locked.made_at).total_seconds() > UNDO_SECONDS:
            raise errors.Conflict(_("It is too late to undo that."))
        locked.undone_at = at
        locked.save(update_fields=["undone_at"])
    rows = Ticket.objects.select_related("status").in_bulk([part[0] for part in locked.parts])
    done, kept = [], []
    for pk, version, before, *_newest in locked.parts:
        try:
            done.append(_give_back(rows[pk], locked.field, before, version, actor))
        except errors.DomainError as error:
            kept.append(error.message)
    if done:
        newest = locked.parts[0][3]
        notices.withdraw("ticket", [ticket.pk for ticket in done], actor=actor, after=newest, names=news.UNDOABLE)
        _take_back_messages(done, actor, newest)
    return done, kept


def _take_back_messages(tickets: Sequence[Ticket], actor: User, after: int) -> None:
    """What the undone moves told the reporters, as far as it waits."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    moves = Entry.objects.filter(
        subject_type="ticket", subject_id__in=by_id, actor=actor, pk__gt=after, event=events.TRANSITIONED, data__has_key="message"
    )
    for move in moves:
        curating.take_back(by_id[move.subject_id], actor=actor, move=move)


@transaction.atomic
def _give_back(ticket: Ticket, name: str, before: Any, version: int, actor: User) -> Ticket:
    restore: dict[str, Callable[[], Ticket]] = {
        "assignee": lambda: editing.assign(ticket, actor=actor, assignee=_person(before[0]), team=_found(Team, before[1])),
        "status": lambda: lifecycle.move_back(ticket, actor=actor, kept=before),
        "service": lambda: editing.edit(ticket, actor=actor, service=_found(Service, before)),
        "category": lambda: editing.edit(ticket, actor=actor, category=_found(Category, before)),
    }
    restore["team"] = restore["assignee"]
    locked = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if locked.version != version:
        raise errors.Conflict(_("%(key)s was changed since, so it stays as it is.") % {"key": ticket.key})
    given = restore.get(name, lambda: editing.edit(ticket, actor=actor, **{name: before}))()
    journal.record(events.CHANGE_UNDONE, ticket, actor=actor, field=name)
    return given


def _person(pk: int | None) -> User | None:
    return User.objects.filter(pk=pk).first() if pk else None


def _found(model: Any, pk: int | None) -> Any:
    return model.objects.filter(pk=pk).first() if pk else None
