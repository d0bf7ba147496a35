"""Queries on the screens of lists."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from incidents.models import Incident

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_the_search_page_lists_what_a_query_finds(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    client = sign_in(agent)
    assert incident.key in client.get("/search/", {"jql": "priority = P1 order by summary"}).content.decode()
    page = client.get("/search/", {"jql": 'summary ~ "<script>" or priority = P5'}).content.decode()
    assert incident.key not in page
    assert 'value="summary ~ &quot;&lt;script&gt;&quot; or priority = P5"' in page


def test_a_queue_is_narrowed_by_a_query(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    client = sign_in(agent)
    assert incident.key in client.get("/queues/open/", {"jql": "assignee is EMPTY"}).content.decode()
    assert incident.key not in client.get("/queues/open/", {"jql": "assignee = currentUser()"}).content.decode()


def test_a_wrong_query_answers_its_place_and_leaves_the_list(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    answer = sign_in(agent).get("/queues/open/", {"jql": "asignee = 1"}, **HTMX)  # type: ignore[arg-type]
    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Push-Url"]) == (422, "#query-error", "false")
    assert 'data-position="1" data-length="7"' in text
    assert 'data-replace="assignee"' in text
    assert incident.key not in text


def test_a_wrong_query_in_the_address_shows_the_page_with_the_reason(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    answer = sign_in(agent).get("/search/", {"jql": "priority ="})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The query ends too early" in text
    assert incident.key not in text


def test_the_order_of_a_query_holds_until_a_head_is_clicked(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    client = sign_in(agent)
    assert 'aria-sort="' not in client.get("/search/", {"jql": "order by summary"}).content.decode()
    assert 'aria-sort="ascending"' in client.get("/search/", {"jql": "order by summary", "sort": "key"}).content.decode()


def test_the_search_page_is_for_the_desk(sign_in: Callable[[User], Client], requester: User) -> None:
    assert sign_in(requester).get("/search/", {"jql": "key is not EMPTY"}).status_code == 404


def test_the_search_page_without_a_query(sign_in: Callable[[User], Client], agent: User, incident: Incident) -> None:
    client = sign_in(agent)
    for data in ({}, {"jql": ""}, {"jql": "", "sort": ""}, {"jql": "order by created", "sort": ""}):
        assert incident.key in client.get("/search/", data).content.decode()
        assert incident.key in client.get("/search/", data, **HTMX).content.decode()  # type: ignore[arg-type]
    assert client.get("/search/", {"jql": "priority >= P2 and asignee is EMPTY", "sort": ""}, **HTMX).status_code == 422  # type: ignore[arg-type]
