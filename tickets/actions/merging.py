"""Merging: two tickets of one fault become one, and the other leads to it (INC-24)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, facts, permissions
from tickets.actions import affected, clocks, editing, guards, locking, writing
from tickets.models import Link, ResolutionCode, Task, Ticket, Watch
from workflows.models import Status, Transition

DUPLICATE = "duplicate"


@transaction.atomic
def merge(ticket: Ticket, *, actor: User | None, into: Ticket) -> Ticket:
    """Closes a ticket as a duplicate of another one, which gets its links, tasks, services and watchers and shows its comments and files.

    Its reporter is told. Raises Refused without the rights on both, Invalid("into") for a ticket that cannot take it, Conflict when this
    one ended already.
    """
    permissions.can_merge(actor, ticket).require()
    permissions.can_relate(actor, into).require()
    if ticket.pk == into.pk:
        raise errors.Invalid("into", _("Choose another ticket."))
    locking.lock_all([ticket, into])
    source, target = locking.locked(ticket), locking.locked(into)
    if source.merged_into_id == target.pk:
        return target
    _require_fit(source, target)
    at = clock.now()
    _tell_reporter(source, target, actor, at)
    _close(source, target, actor, at)
    _carry_over(source, target, actor, at)
    journal.record(events.MERGED, source, actor=actor, at=at, to=target.key, other=target.pk)
    journal.record(events.ABSORBED, target, actor=actor, at=at, key=source.key, other=source.pk)
    clocks.turn(source, at)
    return Ticket.objects.select_related("status").get(pk=target.pk)


def _require_fit(source: Ticket, target: Ticket) -> None:
    """Raises Conflict for a source that ended, Invalid("into") for a target that cannot take it."""
    if source.merged_into_id is not None or source.closed_at is not None:
        raise errors.Conflict(_("%(key)s is closed and stays as it is.") % {"key": source.key})
    if target.merged_into is not None:
        message = _("%(key)s was merged itself. Choose %(other)s.")
        raise errors.Invalid("into", message % {"key": target.key, "other": target.merged_into.key})
    if target.closed_at is not None:
        raise errors.Invalid("into", _("%(key)s is closed. Choose one that is open.") % {"key": target.key})
    if source.kind != target.kind:
        raise errors.Invalid("into", _("Both have to be of the same kind."))
    if source.is_restricted and not target.is_restricted:
        raise errors.Invalid("into", _("%(key)s is restricted, so what it is merged into has to be restricted too.") % {"key": source.key})


def _tell_reporter(source: Ticket, target: Ticket, actor: User | None, at: datetime) -> None:
    """The usual public comment. The key of a restricted ticket is not told."""
    if source.reporter is None:
        return
    text = _("We know this fault already and work on it. This report is closed as a duplicate.")
    if not target.is_restricted:
        text = _("We know this fault already and work on it as %(key)s. This report is closed as a duplicate.") % {"key": target.key}
    writing.write(source, actor=actor, body=text, is_internal=False, at=at)


def _close(source: Ticket, target: Ticket, actor: User | None, at: datetime) -> None:
    before = source.status
    ends = Status.objects.filter(workflow_id=before.workflow_id, category=Status.DONE).order_by("position")
    after = ends.filter(key="closed").first() or ends.last() or before
    source.status, source.status_category = after, after.category
    source.resolution = ResolutionCode.objects.filter(slug=DUPLICATE).first()
    source.resolved_at, source.closed_at, source.merged_into = source.resolved_at or at, at, target
    source.pending_reason, source.hold_reason, source.follow_up_at = "", None, None
    columns = [
        "status", "status_category", "resolution", "resolved_at", "closed_at", "merged_into", "pending_reason", "hold_reason", "follow_up_at",
    ]  # fmt: skip
    locking.save(source, columns, at)
    data: dict[str, Any] = {
        "before": str(before.name), "verb": "merge", "reason": "", "resolution": str(source.resolution or ""), "is_named": True,
        "before_id": before.pk, "before_category": before.category, **facts.standing(source),
    }  # fmt: skip
    journal.record(events.TRANSITIONED, source, actor=actor, at=at, **data)


def _carry_over(source: Ticket, target: Ticket, actor: User | None, at: datetime) -> None:
    """What moves: links, tasks, services, watchers, and the figures of what is shown there too."""
    _move_links(source, target)
    if not Link.objects.filter(_pair(source, target), relation="duplicates").exists():
        Link.objects.create(source_id=source.pk, target_id=target.pk, relation="duplicates", created_at=at, created_by=actor)
    last = Task.objects.filter(ticket_id=target.pk).count()
    Task.objects.filter(ticket_id=source.pk).update(ticket_id=target.pk, position=F("position") + last)
    Ticket.objects.filter(pk=target.pk).update(
        comment_count=F("comment_count") + source.comment_count, attachment_count=F("attachment_count") + source.attachment_count
    )
    services, more = affected.all_of(target), affected.all_of(source)
    if {service.pk for service in more} - {service.pk for service in services}:
        editing.edit(target, actor=actor, services=[*services, *more])
    for user in {watch.user for watch in Watch.objects.filter(ticket_id=source.pk).select_related("user")} | {source.reporter}:
        if user is not None and _may_follow(user, target):
            Watch.objects.get_or_create(ticket_id=target.pk, user=user)


def _pair(one: Ticket, other: Ticket) -> Q:
    return Q(source_id=one.pk, target_id=other.pk) | Q(source_id=other.pk, target_id=one.pk)


def _move_links(source: Ticket, target: Ticket) -> None:
    """Links of the source lead to the target, where it has none of the kind to the same ticket."""
    for row in Link.objects.filter(Q(source_id=source.pk) | Q(target_id=source.pk)).exclude(_pair(source, target)).order_by("id"):
        other = row.target_id if row.source_id == source.pk else row.source_id
        known = Link.objects.filter(_pair(target, Ticket(pk=other)), relation=row.relation).exists()
        has_parent = row.relation == "parent" and row.target_id == source.pk and Link.objects.filter(target_id=target.pk, relation="parent").exists()
        if known or has_parent:
            continue
        end = "source_id" if row.source_id == source.pk else "target_id"
        Link.objects.filter(pk=row.pk).update(**{end: target.pk})


def _may_follow(user: User, target: Ticket) -> bool:
    """The desk follows what it sees; a requester only what his own organisation reported, because he reads the replies there."""
    if user.has_right("desk.access"):
        return bool(permissions.can_see(user, target))
    return not target.is_restricted and user.organisation_id is not None and user.organisation_id == target.organisation_id


@guards.register
def no_merged_ticket_moves(ticket: Ticket, move: Transition) -> None:
    """A ticket that was merged stays closed; work goes on in the other one."""
    if ticket.merged_into is not None:
        raise errors.Conflict(_("%(key)s was merged into %(other)s. Go on there.") % {"key": ticket.key, "other": ticket.merged_into.key})
