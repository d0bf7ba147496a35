"""Publishing a workflow's draft: the open tickets follow, in the same transaction."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import permissions as accounts
from accounts.models import User
from common import clock, errors
from journal import actions as journal
from tickets import events, facts
from tickets.actions import clocks
from tickets.models import Ticket
from workflows import actions as workflows
from workflows import plans
from workflows import queries as workflow_queries
from workflows.models import Status, Workflow

BATCH = 500


@transaction.atomic
def publish(draft: Workflow, *, actor: User | None, mapping: Mapping[str, str], note: str = "") -> Workflow:
    """Puts a draft in force. mapping: key of a status that goes → key of the draft's status for the open tickets in it.

    Raises Refused, Conflict when the draft is gone, Invalid("draft") with what is wrong in it, Invalid("map_<key>") for a status that
    still holds open tickets and has no good place for them.
    """
    accounts.can_manage_settings(actor).require()
    live = Workflow.objects.select_for_update().get(pk=draft.draft_of_id or 0)
    if not Workflow.objects.filter(draft_of=live, pk=draft.pk or 0).exists():
        raise errors.Conflict(_("This draft was published or thrown away meanwhile."))
    wrong = [*plans.problems(draft), *_turned(live, draft)]
    if wrong:
        raise errors.Invalid("draft", " ".join(wrong))
    moves = _destinations(live, draft, mapping)
    before = {status.key: (status.is_paused, status.category) for status in live.statuses.all()}
    published = workflows.put_in_force(draft, actor=actor, note=note)
    at = clock.now()
    statuses = {status.key: status for status in published.statuses.all()}
    for source, target in moves.items():
        _move_all(statuses[source], statuses[target], actor, at, note)
    _follow(statuses, before, at)
    return published


def going(live: Workflow, draft: Workflow) -> list[tuple[Status, int]]:
    """The statuses that a draft takes away, each with how many open tickets stand in it."""
    kept = set(draft.statuses.values_list("key", flat=True))
    gone = [status for status in workflow_queries.statuses_with(live) if status.key not in kept]
    return [(status, Ticket.objects.filter(status=status, is_open=True).count()) for status in gone]


def _turned(live: Workflow, draft: Workflow) -> list[str]:
    """Statuses whose tickets would end or begin again by a change of category: that needs a move, not a wave of the hand."""
    old = {status.key: status for status in live.statuses.all()}
    turned = [
        status
        for status in draft.statuses.all()
        if status.key in old and (old[status.key].category == Status.DONE) != (status.category == Status.DONE)
    ]
    return [
        _("“%(name)s” cannot change between open and done while tickets stand in it; make a new status instead.") % {"name": status.name}
        for status in turned
        if Ticket.objects.filter(status=old[status.key]).exists()
    ]


def _destinations(live: Workflow, draft: Workflow, mapping: Mapping[str, str]) -> dict[str, str]:
    places = {status.key: status for status in draft.statuses.all()}
    chosen = {}
    for status, amount in going(live, draft):
        if not amount:
            continue
        target = places.get(mapping.get(status.key, ""))
        if target is None or target.category == Status.DONE:
            message = _("%(count)d open tickets stand in “%(name)s”: choose an open status for them.") % {"count": amount, "name": status.name}
            raise errors.Invalid(f"map_{status.key}", message)
        chosen[status.key] = target.key
    return chosen


def _move_all(source: Status, target: Status, actor: User | None, at: datetime, note: str) -> None:
    """Moves every open ticket between two statuses, each with its entry; locks in the order of keys."""
    while True:
        rows = Ticket.objects.filter(status=source, is_open=True).order_by("pk").prefetch_related("hold_reason").defer("search_public")
        batch = list(rows.select_for_update()[:BATCH])
        if not batch:
            return
        ids = [ticket.pk for ticket in batch]
        Ticket.objects.filter(pk__in=ids).update(status=target, status_category=target.category, version=F("version") + 1, updated_at=at)
        for ticket in batch:
            ticket.status, ticket.status_category = target, target.category
        told = [(ticket, _told(ticket, source, target, note)) for ticket in batch]
        journal.record_many(events.TRANSITIONED, told, actor=actor, at=at)
        clocks.turn_many(batch, at)


def _told(ticket: Ticket, source: Status, target: Status, note: str) -> dict[str, object]:
    return {
        "before": source.name, "verb": "publish", "reason": note, "resolution": "", "is_named": False, "before_id": source.pk,
        "before_category": source.category, **facts.standing(ticket),
    }  # fmt: skip


def _follow(statuses: Mapping[str, Status], before: Mapping[str, tuple[bool, str]], at: datetime) -> None:
    """Tickets in statuses that stay, but now pause (or no longer pause) the clocks, or stand in another category."""
    for key, status in statuses.items():
        if key not in before or status.retired_at is not None:
            continue
        was_paused, category = before[key]
        if category != status.category:
            Ticket.objects.filter(status=status).update(status_category=status.category, version=F("version") + 1)
        if was_paused != status.is_paused:
            rows = Ticket.objects.filter(status=status, is_open=True).prefetch_related("status", "hold_reason").defer("search_public").order_by("pk")
            found = list(rows.values_list("pk", flat=True))
            for start in range(0, len(found), BATCH):
                ids = found[start : start + BATCH]
                clocks.note_standing(list(rows.filter(pk__in=ids).select_for_update()), at)
