"""How many queries the busiest pages cost, as a committed baseline: the same for few and for many rows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.test import Client

from accounts.models import User
from incidents import actions
from incidents.models import Incident
from services.models import Service

BASELINE = {"/queues/open/": 14, "/alerts/": 16, "/services/": 14}
INCIDENT_PAGE = 26

Count = Callable[..., AbstractContextManager[Any]]


def cost(client: Client, path: str, count: Count, most: int) -> int:
    client.get(path)
    with count(most) as captured:
        assert client.get(path).status_code == 200
    return len(captured.captured_queries)


def test_lists_cost_the_same_for_few_and_many_rows(
    sign_in: Callable[[User], Client], agent: User, service: Service, django_assert_max_num_queries: Count
) -> None:
    client = sign_in(agent)
    for path, most in BASELINE.items():
        few = cost(client, path, django_assert_max_num_queries, most)
        for number in range(12):
            actions.create(actor=agent, summary=f"No {number}", service=service, urgency=number % 4 + 1)
        assert cost(client, path, django_assert_max_num_queries, most) <= max(few, most)


def test_the_incident_page(sign_in: Callable[[User], Client], agent: User, incident: Incident, django_assert_max_num_queries: Count) -> None:
    cost(sign_in(agent), incident.get_absolute_url(), django_assert_max_num_queries, INCIDENT_PAGE)
