"""The bell, the page, the preferences and the API: each person sees the own notices only."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from incidents.models import Incident
from notifications import topics
from notifications.models import Notice, Preferences
from tests.notifications.conftest import deliver
from tickets.actions import conversation


@pytest.fixture
def notice(assigned: Incident, agent: User, resolver: User) -> Notice:
    """Daniel was told of a note."""
    conversation.comment(assigned, actor=agent, body="Look at the gateway", is_internal=True)
    deliver()
    return Notice.objects.get(user=resolver)


def unread(user: User) -> int:
    return User.objects.get(pk=user.pk).unread_count


def test_the_page_lists_the_own_notices_and_every_page_shows_how_many(sign_in: Callable[[User], Client], resolver: User, notice: Notice) -> None:
    client = sign_in(resolver)
    page = client.get("/notifications/").content.decode()
    assert "Hanna Agent wrote an internal note" in page and "You are the assignee" in page and "Look at the gateway" in page
    assert "1 unread notification" in client.get("/queues/open/").content.decode()


def test_opening_reads_it_and_leads_to_the_record(sign_in: Callable[[User], Client], resolver: User, notice: Notice) -> None:
    response = sign_in(resolver).get(f"/notifications/{notice.pk}/")
    assert (response.status_code, response["Location"], unread(resolver)) == (302, notice.url, 0)
    assert "You have read everything" in sign_in(resolver).get("/notifications/?show=unread").content.decode()


def test_nobody_opens_or_reads_the_notice_of_somebody_else(sign_in: Callable[[User], Client], agent: User, resolver: User, notice: Notice) -> None:
    client = sign_in(agent)
    assert client.get(f"/notifications/{notice.pk}/").status_code == 404
    assert client.post(f"/notifications/{notice.pk}/read/").status_code == 404
    client.post("/notifications/read-all/")
    assert unread(resolver) == 1


def test_all_are_read_at_once(sign_in: Callable[[User], Client], resolver: User, notice: Notice) -> None:
    response = sign_in(resolver).post("/notifications/read-all/", headers={"HX-Request": "true"})
    assert (response.status_code, unread(resolver)) == (204, 0)


def test_what_the_person_may_not_see_any_more_is_not_shown(sign_in: Callable[[User], Client], resolver: User, notice: Notice) -> None:
    resolver.roles.clear()
    client = sign_in(resolver)
    assert "Look at the gateway" not in client.get("/notifications/").content.decode()
    assert client.get(f"/notifications/{notice.pk}/").status_code == 404


def test_the_figure_costs_no_query(
    sign_in: Callable[[User], Client], resolver: User, notice: Notice, django_assert_max_num_queries: Callable[..., AbstractContextManager[Any]]
) -> None:
    client = sign_in(resolver)
    with django_assert_max_num_queries(2) as captured:  # the session and the person
        assert "1 unread" in client.get("/notifications/bell/", headers={"HX-Request": "true"}).content.decode()
    assert not [query for query in captured.captured_queries if "notifications_notice" in query["sql"]]


def test_preferences_are_chosen_in_the_profile(sign_in: Callable[[User], Client], requester: User) -> None:
    client = sign_in(requester)
    assert "/notifications/preferences/" in client.get("/profile/").content.decode()
    form = {name: topic.default for name, topic in topics.TOPICS.items()} | {"mentioned": "digest", "commented": "none"}
    assert client.post("/notifications/preferences/", {**form, "digest": "hourly"}).status_code == 302
    assert Preferences.objects.get(user=requester).ways == {"mentioned": "digest", "commented": "none"}
    assert client.post("/notifications/preferences/", {**form, "team": "pigeon", "digest": "hourly"}).status_code == 422


def test_the_api_lists_and_reads(api: Callable[..., APIClient], agent: User, resolver: User, notice: Notice) -> None:
    client = api(resolver)
    found = client.get("/api/v1/notifications/?unread=true").json()
    assert [(row["id"], row["topic"], row["why"], row["read_at"]) for row in found["results"]] == [
        (notice.pk, "commented", "You are the assignee", None)
    ]
    assert found["next"] is None
    assert api(agent).post(f"/api/v1/notifications/{notice.pk}/read/").status_code == 404
    assert client.post(f"/api/v1/notifications/{notice.pk}/read/").json()["read_at"] is not None
    assert client.get("/api/v1/notifications/?unread=true").json()["results"] == []
    assert client.post("/api/v1/notifications/read-all/").json() == {"read": 0}
    assert api(resolver, scope="read").post("/api/v1/notifications/read-all/").status_code == 403


def test_the_api_reads_and_replaces_preferences(api: Callable[..., APIClient], resolver: User) -> None:
    client = api(resolver)
    before = client.get("/api/v1/notifications/preferences/").json()
    assert (before["ways"]["assigned"], before["digest"]) == ("email", "daily")
    after = client.put("/api/v1/notifications/preferences/", {"ways": {"assigned": "app"}, "digest": "hourly"}).json()
    assert (after["ways"]["assigned"], after["ways"]["breached"], after["digest"]) == ("app", "email", "hourly")
    refused = client.put("/api/v1/notifications/preferences/", {"ways": {"assigned": "pigeon"}, "digest": "hourly"})
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["ways"])
