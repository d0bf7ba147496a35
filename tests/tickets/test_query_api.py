"""Queries over the REST API."""

from collections.abc import Callable

from rest_framework.test import APIClient

from accounts.models import User
from incidents import actions as incidents
from incidents.models import Incident
from services.models import Service


def test_the_api_lists_all_kinds_by_a_query(api: Callable[..., APIClient], agent: User, incident: Incident) -> None:
    for path in ("/api/v1/tickets/", "/api/v1/incidents/"):
        answer = api(agent).get(path, {"jql": "priority = P1 order by created desc, assignee"})
        assert (answer.status_code, [row["key"] for row in answer.json()["results"]]) == (200, [incident.key])
        assert api(agent).get(path, {"jql": "priority = P2"}).json()["results"] == []


def test_the_api_pages_in_the_order_of_the_query(api: Callable[..., APIClient], agent: User, service: Service) -> None:
    made = [incidents.create(actor=agent, summary=f"No {number}", service=service, urgency=number % 4 + 1).key for number in range(5)]
    client, url, seen = api(agent), "/api/v1/tickets/?limit=2&jql=order+by+summary+desc", []
    while url:
        answer = client.get(url).json()
        seen += [row["key"] for row in answer["results"]]
        url = answer["next"]
    assert seen == made[::-1]


def test_the_api_says_where_a_query_is_wrong(api: Callable[..., APIClient], agent: User) -> None:
    answer = api(agent).get("/api/v1/tickets/", {"jql": "asignee = 1"})
    told = answer.json()["error"]
    assert (answer.status_code, told["code"], told["position"], told["length"], told["suggestions"]) == (400, "invalid", 1, 7, ["assignee"])
    assert told["fields"] == {"jql": ["Field 'asignee' does not exist. Did you mean assignee?"]}


def test_the_api_shows_a_requester_the_own_tickets_only(
    api: Callable[..., APIClient], requester: User, other_requester: User, incident: Incident
) -> None:
    assert [row["key"] for row in api(requester).get("/api/v1/tickets/", {"jql": "order by created"}).json()["results"]] == [incident.key]
    assert api(other_requester).get("/api/v1/tickets/", {"jql": "key is not EMPTY"}).json()["results"] == []


def test_the_api_completes_a_query(api: Callable[..., APIClient], agent: User) -> None:
    answer = api(agent).get("/api/v1/query/suggest/", {"jql": "priority = P1 and assi", "cursor": "22"})
    assert (answer.status_code, answer.json()["start"], answer.json()["end"]) == (200, 18, 22)
    assert answer.json()["suggestions"][0] == {"kind": "field", "text": "assignee", "label": "Assignee"}
    assert api(agent).get("/api/v1/query/suggest/", {"jql": "x", "cursor": "y"}).status_code == 400
