"""The wallboard (QUE-07)."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import User
from incidents import actions
from incidents.models import Incident
from services.models import Service

SignIn = Callable[[User], Client]


def test_it_counts_the_chosen_queues_and_lists_what_is_late(sign_in: SignIn, agent: User, incident: Incident) -> None:
    """QUE-07: wallboard mode, with the figures of chosen queues and the SLA at risk."""
    page = sign_in(agent).get("/wallboard/?queue=open&queue=unassigned&queue=nowhere").content.decode()
    assert page.count('class="ek-wall__figure"') == 2 and incident.key in page and 'data-bs-theme="dark"' in page
    assert "<form" not in page and 'data-live="ticket"' in page
    fragment = sign_in(agent).get("/wallboard/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment and incident.key in fragment


def test_it_shows_nothing_that_the_person_may_not_see(
    sign_in: SignIn, agent: User, requester: User, person: Callable[..., User], service: Service
) -> None:
    hidden = actions.create(actor=agent, summary="Payroll", service=service, urgency=1, is_restricted=True)
    assert hidden.key not in sign_in(person("Stella Stranger", "agent")).get("/wallboard/").content.decode()
    assert sign_in(requester).get("/wallboard/").status_code == 404


def test_it_costs_the_same_for_many(
    sign_in: SignIn, agent: User, service: Service, incident: Incident, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = sign_in(agent)
    for number in range(8):
        actions.create(actor=agent, summary=f"No {number}", service=service, urgency=1)
    client.get("/wallboard/")
    with django_assert_max_num_queries(12):
        assert client.get("/wallboard/").status_code == 200
