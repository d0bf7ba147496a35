"""Goals ask in the query language."""

import pytest

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
