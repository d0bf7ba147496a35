"""Open clocks follow the present goals, metrics and calendars: first as a preview, then in batches that survive a restart (SLA-05)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from accounts import permissions as accounts
from accounts.models import User
from common import clock, doorbell
from journal import actions as journal
from sla import ledger
from sla import queries as calendars
from sla.ledger import Cycle, Fact
from tickets import events, facts
from tickets.actions import clocks
from tickets.models import Recount, Ticket

BATCH = 200
PREVIEWED = 20_000
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One open clock that would change: what it promises now and what it would."""

    ticket: Ticket
    metric: str
    target_before: timedelta
    target_after: timedelta
    due_before: datetime | None
    due_after: datetime | None
    is_newly_breached: bool


@dataclass(slots=True)
class Preview:
    """How many open tickets were looked at, how many clocks would change and how many of them would be breached at once; the first 50 changes."""

    looked_at: int = 0
    changed: int = 0
    newly_breached: int = 0
    is_complete: bool = True
    rows: list[Change] = field(default_factory=list)

    def take(self, change: Change) -> None:
        """Counts one change; those that would be breached stand first."""
        self.changed += 1
        self.newly_breached += change.is_newly_breached
        if change.is_newly_breached and len(self.rows) >= SHOWN:
            self.rows = [row for row in self.rows if row.is_newly_breached][: SHOWN - 1]
        if len(self.rows) < SHOWN:
            self.rows.append(change)


@transaction.atomic
def preview(kind: str, at: datetime) -> Preview:
    """What a recomputation of a kind's open clocks would change; looks at the first 20,000 open tickets."""
    found = Preview()
    reached = 0
    while found.looked_at < PREVIEWED:
        rows = _open(kind, reached)[:BATCH]
        batch = list(rows)
        if not batch:
            break
        reached = batch[-1].pk
        found.looked_at += len(batch)
        _look_at(batch, at, found)
    found.is_complete = not _open(kind, reached).exists()
    found.rows.sort(key=lambda row: not row.is_newly_breached)
    return found


def _open(kind: str, after: int):  # type: ignore[no-untyped-def]  # a queryset with joins
    rows = Ticket.objects.filter(kind=kind, is_open=True, pk__gt=after).order_by("pk")
    return rows.prefetch_related("status", "hold_reason").defer("search_public", "description")


def _look_at(batch: list[Ticket], at: datetime, found: Preview) -> None:
    told = facts.facts_of(batch)
    new = clocks.promises(batch, told, is_recount=True)
    versions = {promise["version"] for wanted in new.values() for promise in wanted.values()}
    hours = calendars.hours_of_versions(versions)
    for ticket, wanted in new.items():
        before = _running(told[ticket.pk])
        after = _running([*told[ticket.pk], Fact(at, ledger.PROMISED, promises=facts.promised({"promises": wanted}, hours))])
        for metric, cycle in after.items():
            change = _change(ticket, before.get(metric), cycle, at)
            if change is not None:
                found.take(change)


def _running(told: list[Fact]) -> dict[str, Cycle]:
    return {cycle.metric: cycle for cycle in facts.cycles_of(told) if cycle.state != ledger.STOPPED}


def _change(ticket: Ticket, before: Cycle | None, after: Cycle, at: datetime) -> Change | None:
    was_due, was_target = (before.due_at, before.target) if before else (None, timedelta())
    if before is not None and (was_due, was_target, before.used(at)) == (after.due_at, after.target, after.used(at)):
        return None
    is_newly = after.breached_at(at) is not None and (before is None or before.breached_at(at) is None)
    return Change(ticket, after.metric, was_target, after.target, was_due, after.due_at, is_newly)


@transaction.atomic
def ask(kind: str, *, actor: User | None) -> Recount:
    """Asks that the open clocks of a kind follow; answers the wish that still runs when there is one. Raises Refused."""
    accounts.can_manage_settings(actor).require()
    waiting = Recount.objects.select_for_update().filter(kind=kind, finished_at__isnull=True, reached=0).first()
    if waiting is not None:
        return waiting
    wish = Recount.objects.create(kind=kind, requested_by=actor, requested_at=clock.now())
    journal.record(events.SLA_RECOUNT_ASKED, wish, actor=actor, kind=kind)
    doorbell.ring("tickets.recount_sla", "bulk")
    return wish


def work_off(*, batches: int = 1000) -> int:
    """Goes on with the wishes, one batch of tickets a transaction; answers how many clocks changed. A killed worker loses one batch."""
    changed = 0
    for _number in range(batches):
        step = _next_batch()
        if step is None:
            break
        changed += step
    return changed


@transaction.atomic
def _next_batch() -> int | None:
    wish = Recount.objects.select_for_update(skip_locked=True).filter(finished_at__isnull=True).order_by("pk").first()
    if wish is None:
        return None
    at = clock.now()
    batch = list(_open(wish.kind, wish.reached).select_for_update(of=("self",))[:BATCH])
    changed = clocks.turn_many(batch, at, is_recount=True) if batch else 0
    wish.changed_count += changed
    if batch:
        wish.reached = batch[-1].pk
    else:
        wish.finished_at = at
        journal.record(events.SLA_RECOUNTED, wish, actor=None, at=at, count=wish.changed_count, kind=wish.kind)
    wish.save(update_fields=["reached", "changed_count", "finished_at"])
    return changed
