"""Queues: order, counts, sight, cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from common import clock
from incidents import actions
from incidents.models import Incident
from services.models import Service
from tickets import queries, saved
from tickets.actions import clocks, editing, lifecycle
from tickets.models import HoldReason, SlaClock, Ticket


def rows_of(user: User, slug: str, at: datetime) -> QuerySet[Ticket]:
    """What stands in a queue, as a fresh request sees it."""
    user.__dict__.pop("_queues", None)
    return saved.tickets_of(user, saved.queue_for(user, slug), at)[0]


def make(agent: User, service: Service, count: int) -> list[Incident]:
    return [actions.create(actor=agent, summary=f"No {number}", service=service, urgency=number % 4 + 1) for number in range(count)]


def test_work_order_is_priority_then_time_left_then_age(agent: User, service: Service) -> None:
    start = clock.now()
    with clock.shifted(start - timedelta(hours=2)):
        older = actions.create(actor=agent, summary="older P2", service=service, urgency=3)
    newer = actions.create(actor=agent, summary="newer P2", service=service, urgency=3)
    urgent = actions.create(actor=agent, summary="P1", service=service, urgency=1)
    rows = queries.page(rows_of(agent, "open", start)).rows
    assert [row.key for row in rows] == [urgent.key, older.key, newer.key]


def test_paging_through_shows_every_row_once_also_with_empty_due_times(agent: User, service: Service) -> None:
    made = make(agent, service, 13)
    for row in made[::3]:
        lifecycle.hold(row, actor=agent, hold_reason=HoldReason.objects.get(slug="vendor"))
        Ticket.objects.filter(pk=row.pk).update(sla_due_at=None)
    seen, mark = [], None
    while True:
        page = queries.page(rows_of(agent, "open", clock.now()), size=4, after=mark)
        seen += [row.pk for row in page.rows]
        mark = page.next_mark
        if mark is None:
            break
    assert sorted(seen) == sorted(row.pk for row in made)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("sort", ["work", "-priority", "sla", "-sla", "key", "-key", "updated", "-updated", "status", "-status"])
def test_every_sort_pages_completely(agent: User, service: Service, sort: str) -> None:
    made = make(agent, service, 7)
    seen, mark = [], None
    for _page in range(4):
        page = queries.page(rows_of(agent, "open", clock.now()), size=2, after=mark, sort=sort)
        seen += [row.pk for row in page.rows]
        mark = page.next_mark
    assert sorted(seen) == sorted(row.pk for row in made)


def test_sidebar_counts_equal_the_queues(agent: User, resolver: User, service: Service) -> None:
    made = make(agent, service, 6)
    editing.assign(made[0], actor=agent, assignee=agent)
    lifecycle.hold(made[1], actor=agent, hold_reason=HoldReason.objects.get(slug="vendor"))
    with clock.shifted(made[0].created_at + timedelta(hours=3, minutes=30)):
        counts = saved.sidebar_counts(agent)
        for slug in ("open", "unassigned", "breaching", "waiting", "mine"):
            assert counts[f"queue.{slug}"] == rows_of(agent, slug, clock.now()).count(), slug
        assert counts["queue.breaching"] > 0


def test_unknown_queue_is_404(agent: User) -> None:
    with pytest.raises(Http404):
        rows_of(agent, "nope", clock.now())


def test_the_outsider_sees_an_empty_queue(outsider: User, incident: Incident) -> None:
    assert not rows_of(outsider, "open", clock.now()).exists()


def test_a_page_costs_the_same_queries_for_few_and_many_rows(
    agent: User, service: Service, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    make(agent, service, 3)
    assert agent.rights and agent.team_ids
    at = clock.now()
    with django_assert_num_queries(4):
        queries.page(rows_of(agent, "open", at))
    make(agent, service, 20)
    with django_assert_num_queries(4):
        queries.page(rows_of(agent, "open", at))


def test_a_page_is_picked_by_the_index_alone(agent: User, service: Service) -> None:
    make(agent, service, 5)
    rows = rows_of(agent, "open", clock.now()).only("id", "priority", "sla_due_at").order_by("priority", "sla_due_at", "id")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        sql, params = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "ticket_open_work" in plan
    assert "Sort" not in plan


def test_the_sweep_marks_each_breach_once(agent: User, incident: Incident) -> None:
    with clock.shifted(incident.created_at + timedelta(hours=5)):
        assert clocks.sweep() == 2
        assert clocks.sweep() == 0
    marked = SlaClock.objects.filter(ticket=incident, breached_at__isnull=False)
    assert {row.breached_at for row in marked} == {incident.created_at + timedelta(minutes=15), incident.created_at + timedelta(hours=4)}
