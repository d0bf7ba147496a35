"""The service screens through HTTP."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from incidents import actions as incidents
from incidents.models import Incident
from services import actions
from services.models import Service

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]
Count = Callable[..., AbstractContextManager[Any]]


def names(response: Any) -> list[str]:
    """The services of a list."""
    return [service.slug for service in response.context["services"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["payments-gateway", "wiki"]),
        ("q=GATE", ["payments-gateway"]),
        ("q=pay-gw", ["payments-gateway"]),
        ("tier=4", ["wiki"]),
        ("tier=1&tier=4", ["payments-gateway", "wiki"]),
        ("tier=nonsense", ["payments-gateway", "wiki"]),
        ("team=warehouse", ["wiki"]),
        ("q=%00nothing", []),
    ],
)
def test_the_list_is_narrowed(sign_in: SignIn, agent: User, service: Service, small_service: Service, query: str, found: list[str]) -> None:
    assert names(sign_in(agent).get(f"/services/?{query}")) == found


def test_the_list_tells_what_is_open(sign_in: SignIn, agent: User, incident: Incident, small_service: Service) -> None:
    rows = {service.slug: service for service in sign_in(agent).get("/services/").context["services"]}
    assert (rows["payments-gateway"].open_count, rows["payments-gateway"].worst_priority, rows["wiki"].open_count) == (1, 1, 0)


def test_a_service_shows_who_answers_for_it_and_what_it_needs(
    sign_in: SignIn, agent: User, lead: User, incident: Incident, service: Service, small_service: Service
) -> None:
    actions.add_dependency(service, actor=None, needs=small_service)
    service.responders.add(lead)
    page = sign_in(agent).get("/services/payments-gateway/").content.decode()
    for text in ("Payments platform", "Priya Lead", incident.key, "Tier 1", "Wiki", "<ek-graph", "P1 open"):
        assert text in page


def test_the_open_incidents_are_a_fragment(sign_in: SignIn, agent: User, incident: Incident) -> None:
    response = sign_in(agent).get("/services/payments-gateway/?part=incidents", headers=HTMX)
    assert (incident.key in response.content.decode(), b"<html" in response.content, "HX-Request" in response["Vary"]) == (True, False, True)


def test_restricted_incidents_of_others_do_not_show(sign_in: SignIn, resolver: User, collaborator: User, service: Service) -> None:
    hidden = incidents.create(actor=resolver, summary="Fraud in the office", service=service, urgency=1, is_restricted=True)
    assert hidden.summary in sign_in(resolver).get("/services/payments-gateway/").content.decode()
    assert hidden.summary not in sign_in(collaborator).get("/services/payments-gateway/").content.decode()


@pytest.mark.parametrize("path", ["/services/", "/services/payments-gateway/"])
def test_services_are_only_read(sign_in: SignIn, agent: User, outsider: User, requester: User, service: Service, path: str) -> None:
    assert sign_in(agent).post(path).status_code == 405
    for person in (outsider, requester):
        assert sign_in(person).get(path).status_code == 404


def test_what_does_not_exist(sign_in: SignIn, agent: User) -> None:
    assert sign_in(agent).get("/services/nothing/").status_code == 404


def test_only_admins_are_led_to_the_register(sign_in: SignIn, admin: User, agent: User, service: Service) -> None:
    assert b"Add service" in sign_in(admin).get("/services/").content
    assert b"Add service" not in sign_in(agent).get("/services/").content


def test_the_page_costs_the_same_for_many_incidents_and_dependencies(
    sign_in: SignIn, agent: User, service: Service, small_service: Service, incident: Incident, django_assert_num_queries: Count
) -> None:
    actions.add_dependency(service, actor=None, needs=small_service)
    client = sign_in(agent)
    client.get("/services/payments-gateway/")
    with django_assert_num_queries(23):
        client.get("/services/payments-gateway/")
    for number in range(6):
        incidents.create(actor=agent, summary=f"No {number}", service=service, urgency=2)
        other = actions.create(
            actor=None, slug=f"other-{number}", name=f"Other {number}", tier=small_service.tier, owner_team=small_service.owner_team
        )
        actions.add_dependency(service, actor=None, needs=other)
    with django_assert_num_queries(23):
        client.get("/services/payments-gateway/")


def test_a_service_is_declared_down_and_up_over_rest(api: Callable[..., Any], agent: User, requester: User, service: Service) -> None:
    """ALR-17: what a script of a planned move says."""
    path, caller = f"/api/v1/services/{service.slug}", api(agent)
    answer = caller.post(f"{path}/declare-down/", {"hours": 2, "note": "Moving racks"}, format="json")
    assert (answer.status_code, answer.json()["down_note"]) == (200, "Moving racks")
    assert answer.json()["down_until"] > answer.json()["down_since"]
    assert caller.post(f"{path}/declare-down/", {"hours": 400}, format="json").json()["error"]["fields"].keys() == {"hours"}
    up = caller.post(f"{path}/declare-up/").json()
    assert up["down_until"] < answer.json()["down_until"]
    assert api(requester).post(f"{path}/declare-down/", {}, format="json").status_code in (403, 404)
