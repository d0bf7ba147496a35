"""Relating tickets to each other."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, permissions, relations
from tickets.actions import locking
from tickets.models import Link, Ticket

DEEPEST = 100


@transaction.atomic
def link(ticket: Ticket, *, actor: User | None, target: Ticket, relation: str) -> Link:
    """Relates two tickets; `relation` reads from `ticket` in either direction ("causes" or "caused_by"). Both timelines tell it.

    Raises Refused without the right on both ends, Conflict when this one is closed.
    Raises Invalid for a closed target, an unknown relation, a ticket with itself, a second parent or a loop.
    """
    locking.lock_all([ticket, target])
    ticket, target = locking.locked(ticket), locking.locked(target)
    permissions.can_link(actor, ticket).require()
    permissions.can_relate(actor, target).require()
    decision = permissions.can_link(actor, target)
    if not decision:
        raise errors.Invalid("target", decision.reason)
    if relation not in relations.READINGS:
        raise errors.Invalid("relation", _("Choose one of %(known)s.") % {"known": ", ".join(relations.READINGS)})
    if ticket.pk == target.pk:
        raise errors.Invalid("target", _("Choose another ticket."))
    meant, is_inverse = relations.READINGS[relation]
    source, aim = (target, ticket) if is_inverse else (ticket, target)
    known = _between(source, aim, meant)
    if known is not None and (meant.is_symmetric or known.source_id == source.pk):
        return known
    if known is not None or not meant.may_loop:
        _refuse_loop(source, aim, meant)
    at = clock.now()
    made = Link.objects.create(source_id=source.pk, target_id=aim.pk, relation=meant.name, created_at=at, created_by=actor)
    _tell(events.LINKED, source, aim, meant, actor, at)
    return made


def _between(source: Ticket, target: Ticket, meant: relations.Relation) -> Link | None:
    """The link of this relation between the two, in whatever direction."""
    pair = Q(source_id=source.pk, target_id=target.pk) | Q(source_id=target.pk, target_id=source.pk)
    return Link.objects.filter(pair, relation=meant.name).first()


def _refuse_loop(source: Ticket, target: Ticket, meant: relations.Relation) -> None:
    """Raises Invalid("target") when the target already leads to the source, or has another parent."""
    if meant.name == "parent":
        parent = Link.objects.filter(target_id=target.pk, relation="parent").select_related("source").first()
        if parent is not None:
            raise errors.Invalid("target", _("%(key)s already has a parent. Unlink that first.") % {"key": target.key})
    edge, seen = {target.pk}, {target.pk}
    for _step in range(DEEPEST):
        edge = set(Link.objects.filter(source__in=edge, relation=meant.name).values_list("target_id", flat=True)) - seen
        if source.pk in edge:
            message = _("%(target)s %(relation)s %(source)s already, directly or through others.")
            raise errors.Invalid("target", message % {"target": target.key, "relation": meant.label, "source": source.key})
        if not edge:
            return
        seen |= edge


@transaction.atomic
def unlink(ticket: Ticket, *, actor: User | None, link: Link) -> None:
    """Takes a link of this ticket away. Raises Refused without the right on both ends, Conflict when one is closed; a link that is gone is no error."""
    row = Link.objects.filter(Q(source_id=ticket.pk) | Q(target_id=ticket.pk), pk=link.pk).select_related("source", "target").first()
    if row is None:
        return
    locking.lock_all([row.source, row.target])
    for end in (row.source, row.target):
        permissions.can_link(actor, locking.locked(end)).require()
    deleted, _rows = Link.objects.filter(pk=row.pk).delete()
    if deleted:
        _tell(events.UNLINKED, row.source, row.target, relations.BY_NAME[row.relation], actor, clock.now())


def _tell(event: str, source: Ticket, target: Ticket, meant: relations.Relation, actor: User | None, at: datetime) -> None:
    """Both timelines say it, each in its own reading; `other` lets a reader who may not see that ticket be spared the line."""
    ends: Sequence[tuple[Ticket, Ticket, str]] = [(source, target, meant.name), (target, source, meant.inverse)]
    for here, there, reading in ends:
        data = {"to": there.key, "other": there.pk, "relation": str(relations.label(reading)), "reading": reading}
        journal.record(event, here, actor=actor, at=at, **data)
