"""The queues that ship are queries, and the ids of a page of each come from one index on one table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.tickets import query_cast
from tests.tickets.query_cast import NOW, Cast
from tickets import queues, saved

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield query_cast.build()
        transaction.set_rollback(True)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


@pytest.mark.parametrize("slug", [queue.slug for queue in queues.SHIPPED])
@pytest.mark.parametrize("who", ["manager", "agent"])
def test_the_ids_of_a_page_come_from_one_index_on_one_table(cast: Cast, who: str, slug: str) -> None:
    user = cast.people[who]
    found, _order = saved.tickets_of(user, saved.queue_for(user, slug), NOW)
    rows = found.only("id", "priority", "sla_due_at").order_by("priority", "sla_due_at", "id")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        sql, params = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (told,) = cursor.fetchone()
    plan = list(nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]))
    assert {node["Relation Name"] for node in plan if "Relation Name" in node} == {"tickets_ticket"}
    assert len([node for node in plan if "Index Name" in node]) == 1
    assert not any("Join" in node["Node Type"] or node["Node Type"] == "Nested Loop" for node in plan)
