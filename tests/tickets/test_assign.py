"""Giving a ticket to somebody."""

import pytest

from accounts.models import Team, User
from common import errors
from incidents.models import Incident
from journal.models import Entry
from tickets.actions import editing
from tickets.models import Ticket


def assigned(incident: Incident) -> int:
    return Entry.objects.filter(subject_id=incident.pk, event="ticket.assigned").count()


def test_assign_records_once_and_twice_is_no_error(agent: User, resolver: User, incident: Incident) -> None:
    editing.assign(incident, actor=agent, assignee=resolver)
    version = Ticket.objects.get(pk=incident.pk).version
    editing.assign(incident, actor=agent, assignee=resolver)
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.assignee, ticket.version) == (resolver, version)
    assert assigned(incident) == 1


def test_an_auditor_does_not_assign(auditor: User, agent: User, incident: Incident) -> None:
    with pytest.raises(errors.Refused):
        editing.assign(incident, actor=auditor, assignee=agent)
    assert assigned(incident) == 0


@pytest.mark.parametrize("who", ["requester", "auditor", "collaborator"])
def test_only_people_of_the_desk_get_tickets(request: pytest.FixtureRequest, agent: User, incident: Incident, who: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        editing.assign(incident, actor=agent, assignee=request.getfixturevalue(who))
    assert refused.value.field == "assignee"
    assert Ticket.objects.get(pk=incident.pk).assignee is None


def test_another_team_clears_an_assignee_who_is_not_in_it(agent: User, resolver: User, other_team: Team, incident: Incident) -> None:
    editing.assign(incident, actor=agent, assignee=resolver)
    moved = editing.assign(incident, actor=agent, team=other_team)
    assert (moved.team, moved.assignee) == (other_team, None)
