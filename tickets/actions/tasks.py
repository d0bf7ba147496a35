"""The steps inside a ticket: added, ordered, done."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions
from tickets.actions import creation, locking
from tickets.models import Task, Ticket

TEXT_LENGTH = 250
MOST = 100
FIELDS = ("text", "owner", "due_on", "is_mandatory", "after")


@transaction.atomic
def add_task(
    ticket: Ticket,
    *,
    actor: User | None,
    text: str,
    owner: User | None = None,
    due_on: date | None = None,
    is_mandatory: bool = False,
    after: Task | None = None,
) -> Task:
    """Adds a step at the end of the list. Raises Refused, or Invalid for the value that is wrong."""
    permissions.can_edit(actor, ticket).require()
    locked = locking.locked(ticket)
    permissions.can_edit(actor, locked).require()
    last = Task.objects.filter(ticket_id=locked.pk).aggregate(last=Max("position"))["last"] or 0
    if Task.objects.filter(ticket_id=locked.pk).count() >= MOST:
        raise errors.Invalid("text", _("A ticket has at most %(most)d tasks.") % {"most": MOST})
    added = Task(
        ticket_id=locked.pk, text=_clean_text(text), position=last + 1, is_mandatory=bool(is_mandatory), due_on=due_on, created_at=clock.now()
    )
    added.owner, added.after = _clean_owner(owner, locked), _clean_after(after, added)
    added.save(force_insert=True)
    journal.record(events.TASK_ADDED, locked, actor=actor, text=added.text, task=added.pk)
    return added


@transaction.atomic
def change_task(task: Task, *, actor: User | None, **wanted: Any) -> Task:
    """Changes text, owner, due_on, is_mandatory or after of a step. Raises Refused, or Invalid for the value that is wrong."""
    unknown = set(wanted) - set(FIELDS)
    if unknown:
        raise TypeError(f"change_task does not know {sorted(unknown)}.")
    row = _locked(task)
    permissions.can_edit(actor, row.ticket).require()
    if "text" in wanted:
        wanted["text"] = _clean_text(wanted["text"])
    if "owner" in wanted and wanted["owner"] != row.owner:
        wanted["owner"] = _clean_owner(wanted["owner"], row.ticket)
    if "after" in wanted:
        wanted["after"] = _clean_after(wanted["after"], row)
    changed = [name for name in FIELDS if name in wanted and getattr(row, name) != wanted[name]]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)
        fields = ", ".join(str(Task._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]  # columns
        journal.record(events.TASK_CHANGED, row.ticket, actor=actor, text=row.text, task=row.pk, fields=fields)
    return row


@transaction.atomic
def move_task(task: Task, *, actor: User | None, by: int) -> Task:
    """Moves a step up (by=-1) or down (by=1) in the list; at the end of the list nothing happens."""
    row = _locked(task)
    permissions.can_edit(actor, row.ticket).require()
    order = list(Task.objects.filter(ticket_id=row.ticket_id))
    here = order.index(row)
    there = min(max(here + by, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, other in enumerate(order, start=1):
        if other.position != position:
            Task.objects.filter(pk=other.pk).update(position=position)
    if here != there:
        journal.record(events.TASK_CHANGED, row.ticket, actor=actor, text=row.text, task=row.pk, fields=str(_("position")))
    row.position = there + 1
    return row


@transaction.atomic
def finish_task(task: Task, *, actor: User | None) -> Task:
    """The step was taken. Raises Refused, or Conflict while the step before it is open."""
    row = _locked(task)
    permissions.can_finish(actor, row.ticket, row.owner_id).require()
    if row.is_done:
        return row
    if row.after is not None and not row.after.is_done:
        raise errors.Conflict(_("First comes “%(text)s”.") % {"text": row.after.text})
    row.done_at, row.done_by = clock.now(), actor
    row.save(update_fields=["done_at", "done_by"])
    journal.record(events.TASK_DONE, row.ticket, actor=actor, text=row.text, task=row.pk)
    return row


@transaction.atomic
def reopen_task(task: Task, *, actor: User | None) -> Task:
    """The step has to be taken again. Raises Refused, or Conflict when a step that comes after it is done."""
    row = _locked(task)
    permissions.can_finish(actor, row.ticket, row.owner_id).require()
    if not row.is_done:
        return row
    follower = row.followers.filter(done_at__isnull=False).first()
    if follower is not None:
        raise errors.Conflict(_("“%(text)s” comes after it and is done.") % {"text": follower.text})
    row.done_at = row.done_by = None
    row.save(update_fields=["done_at", "done_by"])
    journal.record(events.TASK_REOPENED, row.ticket, actor=actor, text=row.text, task=row.pk)
    return row


@transaction.atomic
def remove_task(task: Task, *, actor: User | None) -> None:
    """Takes a step off the list. A step that is gone is no error."""
    row = _found(task)
    if row is None:
        return
    permissions.can_edit(actor, row.ticket).require()
    pk, text, ticket = row.pk, row.text, row.ticket
    row.delete()
    journal.record(events.TASK_REMOVED, ticket, actor=actor, text=text, task=pk)


def _found(task: Task) -> Task | None:
    """The step as it stands now, its ticket locked; None when it is gone."""
    locking.locked(Ticket(pk=task.ticket_id))
    return Task.objects.filter(pk=task.pk).select_related("ticket", "owner", "after").first()


def _locked(task: Task) -> Task:
    """The step as it stands now, its ticket locked. Raises Conflict when it is gone."""
    row = _found(task)
    if row is None:
        raise errors.Conflict(_("This task was removed."))
    return row


def _clean_text(text: str) -> str:
    line = " ".join(creation.clean_text("text", text).split())
    if not line:
        raise errors.Invalid("text", _("Say what is to be done."))
    if len(line) > TEXT_LENGTH:
        raise errors.Invalid("text", _("Use at most %(most)d characters.") % {"most": TEXT_LENGTH})
    return line


def _clean_owner(owner: User | None, ticket: Ticket) -> User | None:
    """Raises Invalid("owner") for a person who may not see the ticket's inside."""
    if owner is not None and not (owner.is_active and permissions.can_see(owner, ticket) and permissions.can_see_internal(owner, ticket)):
        raise errors.Invalid("owner", _("%(name)s cannot see this ticket. Choose somebody of the desk.") % {"name": owner.name})
    return owner


def _clean_after(after: Task | None, task: Task) -> Task | None:
    """Raises Invalid("after") for a step of another ticket, or one that itself waits for this one."""
    if after is None:
        return None
    if after.ticket_id != task.ticket_id:
        raise errors.Invalid("after", _("Choose a task of the same ticket."))
    step: Task | None = after
    for _hop in range(MOST + 1):
        if step is None:
            return after
        if task.pk is not None and step.pk == task.pk:
            break
        step = step.after
    raise errors.Invalid("after", _("Two tasks cannot wait for each other."))
