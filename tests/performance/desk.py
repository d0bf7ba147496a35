"""The desk at a million tickets, 50,000 of them open: pages, counts, search, queries, bulk changes and the SLA sweep.

Part of ./evenkeel bench --desk. What a page costs is measured at the server (CPU) and at the client; the rest by calling the house directly.
"""

import time
from collections.abc import Callable
from typing import Any

from accounts.models import User
from common import clock, paging
from tests.performance import data
from tickets import finding, queries, queues, saved
from tickets.actions import bulk, clocks
from tickets.models import Queue, SlaClock, Ticket

Note = Callable[[str, str, str, str, str], None]
JQL = 'priority >= P2 AND team = "Payments platform" AND created > -365d'


def measured(name: str, work: Callable[[], Any], amount: str, note: Note, *, times: int = 15) -> float:
    """Median and p95 in milliseconds of several calls; answers the p95."""
    spent = []
    for _time in range(times + 1):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1000)
    spent = sorted(spent[1:])
    p95 = spent[int(len(spent) * 0.95) - 1 if len(spent) > 1 else 0]
    note(name, f"{spent[len(spent) // 2]:.1f} ms", f"{p95:.1f} ms", amount, "")
    return p95


def mark_of(user: User, number: int) -> str:
    """The mark that leads to page `number` of the open queue."""
    rows = queries.tickets_for(user).filter(is_open=True)
    keys = queues.WORK_ORDER
    last = rows.order_by("priority", "sla_due_at", "id").only("id", "priority", "sla_due_at")[(number - 1) * queries.PAGE_SIZE - 1]
    return paging._write(last, keys)


def fresh(user: User) -> User:
    """The person as a new request reads him."""
    return User.objects.get(pk=user.pk)


def run(amount: int, user: User, note: Note, page: Callable[[str, str, str], float]) -> None:
    """Measures everything at this size; page(name, path, size) measures a page through HTTP."""
    size = f"{amount:,} tickets"
    page("queue, page 1", "/queues/open/", size)
    if amount >= 200_000:
        page("queue, page 200", f"/queues/open/?after={mark_of(user, 200)}", size)
    some = Ticket.objects.filter(is_open=True, is_restricted=False).order_by("-id").first()
    page("ticket page", some.get_absolute_url() if some else "/", size)
    page("search page, one common word", "/find/?q=bench", size)
    page("query with three conditions", f"/search/?jql={JQL.replace(' ', '%20').replace(chr(34), '%22')}", size)
    shown = list(Queue.objects.filter(is_shipped=True))
    measured(f"exact counts of {len(shown)} queues", lambda: saved.counts(fresh(user), shown, clock.now()), size, note)
    measured("search, rare words", lambda: finding.find(user, "incident 104729"), size, note)
    measured("search, common words", lambda: finding.find(user, "bench incident"), size, note)
    measured("SLA sweep, nothing due", clocks.sweep, size, note)
    due = list(SlaClock.objects.filter(state="running").order_by("-id").values_list("pk", flat=True)[:200])
    SlaClock.objects.filter(pk__in=due).update(next_threshold_at=clock.now())
    measured("SLA sweep, 200 due", clocks.sweep, size, note, times=1)
    chosen = list(Ticket.objects.filter(is_open=True, status__key="in-progress", is_restricted=False).select_related("status").order_by("-id")[:500])
    measured("bulk move of 500", lambda: bulk.apply(chosen, bulk.Change("status", "monitor"), actor=user), size, note, times=1)


def fill(first: int, last: int) -> None:
    """Adds tickets up to a size, by SQL."""
    data.fill_tickets(first, last, notes=1)
