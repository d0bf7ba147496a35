"""Goals ask in the query language, and their targets are typed as people write them."""

import re

import pytest
from django.test import Client

from accounts.models import User
from incidents import actions as incidents
from incidents.models import Incident
from services.models import Service
from tickets import goals
from tickets.actions import editing
from tickets.models import Goal, SlaClock


@pytest.fixture
def first(house: None) -> Goal:
    """A goal of a minute, tried before all others."""
    known = Goal.objects.get(metric__slug="resolution", query="priority = P1")
    return Goal.objects.create(
        metric=known.metric, position=0, query='labels = vip and "Service tier" = 1', target_seconds=60, calendar=known.calendar
    )


def target(incident: Incident) -> int:
    return SlaClock.objects.get(ticket=incident, metric="resolution").target_seconds


def test_a_goal_holds_for_what_its_query_finds(agent: User, service: Service, small_service: Service, first: Goal) -> None:
    assert goals.problem(first.query) == ""
    assert target(incidents.create(actor=agent, summary="A", service=service, urgency=1, labels=["vip"])) == 60
    assert target(incidents.create(actor=agent, summary="B", service=small_service, urgency=1, labels=["vip"])) != 60
    assert target(incidents.create(actor=agent, summary="C", service=service, urgency=1)) != 60


def test_an_edit_that_makes_another_goal_match_gives_its_target(agent: User, incident: Incident, first: Goal) -> None:
    editing.edit(incident, actor=agent, labels=["vip"])
    assert target(incident) == 60


@pytest.mark.parametrize(
    "query", ["labels = ", "colour = red", "reporter = currentUser()", "priority = P9", "(", 'assignee in membersOf("nobody at all")']
)
def test_queries_that_cannot_be_goals_say_why(query: str, house: None) -> None:
    assert goals.problem(query) != ""


@pytest.mark.parametrize(
    ("query", "levels"), [("", {1, 2, 3, 4, 5}), ("priority = p2", {2}), ("Priority IN (P1, 3)", {1, 3}), ("labels = vip", None)]
)
def test_queries_about_the_priority_alone_are_known(query: str, levels: set[int] | None) -> None:
    assert goals.priorities_of(query) == levels


def test_a_goal_whose_query_broke_matches_nothing_and_stops_no_ticket(agent: User, service: Service, first: Goal) -> None:
    Goal.objects.filter(pk=first.pk).update(query="gone = 1")
    assert target(incidents.create(actor=agent, summary="A", service=service, urgency=1, labels=["vip"])) == 4 * 3600


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("4h", 14_400), ("2d 4h 30m", 189_000), ("15m", 900), ("240m", 14_400), ("4", None), ("soon", None), ("0h", None), ("-4h", None)],
)
def test_the_admin_types_a_target_as_people_write_it(client: Client, admin: User, typed: str, seconds: int | None) -> None:
    client.force_login(admin)
    goal = Goal.objects.filter(metric__slug="resolution").earliest("position")
    url = f"/admin/tickets/goal/{goal.pk}/change/"
    assert 'value="4h"' in client.get(url).content.decode()
    columns = {"metric": goal.metric_id, "position": goal.position, "query": goal.query, "calendar": goal.calendar_id, "target_seconds": typed}
    answer = client.post(url, columns)
    if seconds is None:
        assert answer.status_code == 200 and "such as 15m, 4h or 2d 4h 30m." in answer.context["adminform"].form.errors["target_seconds"][0]
    else:
        assert answer.status_code == 302 and Goal.objects.get(pk=goal.pk).target_seconds == seconds


def test_the_admin_shows_targets_as_typed_and_instants_with_their_zone(client: Client, admin: User, incident: Incident) -> None:
    client.force_login(admin)
    assert ">4h<" in client.get("/admin/tickets/goal/").content.decode()
    page = client.get("/admin/tickets/ticket/").content.decode()
    assert re.search(r">\d{4}-\d\d-\d\d \d\d:\d\d [A-Z]{3,4}<", page)
