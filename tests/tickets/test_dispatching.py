"""New tickets find somebody by the rule of their team (QUE-05)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Membership, Team, User
from common import clock
from incidents import actions as incidents
from journal import actions as journal
from journal.models import Entry
from oncall.models import Rotation, Schedule, Turn
from services.models import Service
from tickets.actions import dispatching, editing, lifecycle
from tickets.models import AssignmentRule, Ticket


@pytest.fixture
def team(service: Service, agent: User, resolver: User) -> Team:
    """The team of the payments gateway with two people who may work, by name: the agent and the resolver."""
    owner = service.owner_team
    Membership.objects.filter(team=owner).delete()
    for person in (agent, resolver):
        Membership.objects.create(team=owner, user=person)
    return owner


def rule(team: Team, strategy: str) -> AssignmentRule:
    return AssignmentRule.objects.create(team=team, strategy=strategy)


def raised(agent: User, service: Service, amount: int) -> list[str]:
    """So many new incidents, each delivered before the next; who has them, by name."""
    names = []
    for number in range(amount):
        made = incidents.create(actor=agent, summary=f"No {number}", service=service, urgency=2)
        journal.deliver_due()
        assignee = Ticket.objects.get(pk=made.pk).assignee
        names.append(assignee.name if assignee else "")
    return names


def test_round_robin_takes_turns_and_says_why(team: Team, agent: User, resolver: User, service: Service) -> None:
    rule(team, "round_robin")
    first, second = sorted((agent.name, resolver.name))
    assert raised(agent, service, 4) == [first, second, first, second]
    entry = Entry.objects.filter(event="ticket.dispatched").order_by("id")[1]
    assert entry.data["reason"] == f"round robin, next after {first}"


def test_least_open_goes_to_who_has_least(team: Team, agent: User, resolver: User, service: Service) -> None:
    busy = incidents.create(actor=agent, summary="busy", urgency=2)
    editing.assign(busy, actor=agent, assignee=agent)
    rule(team, "least_open")
    assert raised(agent, service, 1) == [resolver.name]
    lifecycle.cancel(busy, actor=agent, reason="Twice")
    assert raised(agent, service, 1) == [agent.name]


def test_who_is_away_is_left_out_until_he_is_back(team: Team, agent: User, resolver: User, service: Service) -> None:
    rule(team, "round_robin")
    User.objects.filter(pk=agent.pk).update(away_until=clock.now() + timedelta(days=1))
    assert raised(agent, service, 2) == [resolver.name, resolver.name]
    User.objects.filter(pk=resolver.pk).update(away_until=clock.now() + timedelta(days=1))
    assert raised(agent, service, 1) == [""]
    with clock.shifted(clock.now() + timedelta(days=2)):
        assert raised(agent, service, 1) != [""]


def test_without_a_rule_or_with_somebody_already_nothing_happens(team: Team, agent: User, resolver: User, service: Service) -> None:
    assert raised(agent, service, 1) == [""]
    rule(team, "round_robin")
    mine = incidents.create(actor=agent, summary="mine", service=service, urgency=2, assignee=agent)
    journal.deliver_due()
    assert Ticket.objects.get(pk=mine.pk).assignee == agent
    AssignmentRule.objects.update(strategy="of an app that is gone")
    assert raised(agent, service, 1) == [""]


def test_a_ticket_that_comes_to_the_team_later_is_dispatched(team: Team, agent: User, service: Service) -> None:
    loose = incidents.create(actor=agent, summary="loose", urgency=2)
    rule(team, "round_robin")
    editing.assign(loose, actor=agent, team=team)
    journal.deliver_due()
    assert Ticket.objects.get(pk=loose.pk).assignee is not None


@pytest.mark.django_db(transaction=True)
def test_two_at_once_go_to_two_people(team: Team, agent: User, service: Service) -> None:
    rule(team, "round_robin")
    made = [incidents.create(actor=agent, summary=str(number), service=service, urgency=2) for number in range(6)]

    def run(pk: int) -> None:
        try:
            dispatching.dispatch(Ticket.objects.get(pk=pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one.pk,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    amounts = [Ticket.objects.filter(assignee=person).count() for person in User.objects.filter(teams=team)]
    assert amounts == [3, 3]


def test_who_is_on_call_gets_it(team: Team, agent: User, resolver: User, service: Service) -> None:
    """QUE-05: the shift says who; outside every shift nobody gets it."""
    rule(team, "on_call")
    assert raised(agent, service, 1) == [""]
    schedule = Schedule.objects.create(slug="payments", name="Payments primary", team=team)
    rotation = Rotation.objects.create(schedule=schedule, name="All year", starts_on="2026-01-01", hand_over_at="00:00", length=1000)
    Turn.objects.create(rotation=rotation, user=resolver)
    assert raised(agent, service, 2) == [resolver.name, resolver.name]
    assert Entry.objects.filter(event="ticket.dispatched").order_by("-id")[0].data["reason"] == "on call in Payments primary"
