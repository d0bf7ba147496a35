"""The audit of SLA clocks: what is stored must equal what the ledger tells, for every ticket (SLA-04)."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from common import clock
from journal import actions as journal
from tickets import events, facts
from tickets.actions import clocks
from tickets.models import SlaClock, Ticket

log = logging.getLogger(__name__)

BATCH = 500
SWEEP_LATE = timedelta(minutes=1)

Difference = tuple[str, list[str]]


def audit(*, is_repair: bool = False) -> int:
    """Compares all clocks in batches of tickets; answers how many clocks differ. Each difference is logged and stands in the journal.

    A batch is read without locks; what seems to differ is looked at again under the ticket's lock, so that work in progress is no difference.
    is_repair: stored clocks that differ are worked out anew.
    """
    count, reached = 0, 0
    while True:
        rows = Ticket.objects.filter(pk__gt=reached).order_by("pk").defer("search_public", "description")
        batch = list(rows.select_related("status", "hold_reason")[:BATCH])
        if not batch:
            return count
        reached = batch[-1].pk
        for ticket_id in differences(batch, clock.now()):
            count += _look_again(ticket_id, is_repair)


@transaction.atomic
def _look_again(ticket_id: int, is_repair: bool) -> int:
    ticket = Ticket.objects.select_for_update().prefetch_related("status", "hold_reason").get(pk=ticket_id)
    at = clock.now()
    found = differences([ticket], at).get(ticket_id, [])
    for metric, columns in found:
        log.error("sla clock differs ticket=%s metric=%s columns=%s", ticket.key, metric, columns)
        journal.record(events.SLA_DIFFERED, ticket, actor=None, at=at, metric=metric, columns=", ".join(columns))
    if found and is_repair:
        clocks.turn(ticket, at)
    return len(found)


def differences(tickets: Sequence[Ticket], at: datetime) -> dict[int, list[Difference]]:
    """Ticket id → the clocks that differ, each with the columns; nothing for tickets whose clocks agree."""
    told = facts.facts_of(tickets)
    stored: dict[int, dict[tuple[str, int], SlaClock]] = {}
    for row in SlaClock.objects.filter(ticket__in=[ticket.pk for ticket in tickets]):
        stored.setdefault(row.ticket_id, {})[row.metric, row.cycle] = row
    found: dict[int, list[Difference]] = {}
    for ticket in tickets:
        expected = {(cycle.metric, cycle.number): cycle for cycle in facts.cycles_of(told[ticket.pk])}
        rows = stored.get(ticket.pk, {})
        wrong: list[Difference] = [(metric, ["missing"]) for metric, number in expected.keys() - rows.keys()]
        wrong += [(metric, ["surplus"]) for metric, number in rows.keys() - expected.keys()]
        for key in expected.keys() & rows.keys():
            columns = _differing(rows[key], clocks.columns_of(expected[key], at), clocks.columns_of(expected[key], at - SWEEP_LATE))
            if columns:
                wrong.append((key[0], columns))
        if wrong:
            found[ticket.pk] = wrong
    return found


def _differing(row: SlaClock, now: dict[str, Any], lately: dict[str, Any]) -> list[str]:
    """The columns that differ. A breach may be noted a minute late, because the sweep notes it; a goal may have been removed since."""
    wrong = [name for name, value in now.items() if name not in ("goal_id", "breached_at") and getattr(row, name) != value]
    return wrong if row.breached_at in (now["breached_at"], lately["breached_at"]) else [*wrong, "breached_at"]
