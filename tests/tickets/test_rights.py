"""The effective permissions page: what a person may do, why he sees a ticket or does not, and that it says the truth (PRM-01)."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, Team, User
from incidents import actions
from incidents.models import Incident
from tickets import permissions, sight
from tickets.actions import conversation
from tickets.models import Ticket, Watch

SignIn = Callable[[User], Client]


def answer(user: User, ticket: Ticket, verb: str) -> tuple[bool, str]:
    found = next(one for one in sight.answers(User.objects.get(pk=user.pk), ticket) if one.verb == verb)
    return found.is_allowed, found.reason


@pytest.fixture
def hidden(other_team: Team, other_requester: User) -> Incident:
    """A restricted incident of another team."""
    return actions.create(actor=None, summary="Fraud", team=other_team, reporter=other_requester, is_restricted=True)


def test_reasons_to_see_a_ticket(incident: Incident, agent: User, requester: User, other_requester: User, collaborator: User) -> None:
    assert answer(agent, incident, "view") == (True, "Through the right incident.view of the role Agent.")
    assert answer(requester, incident, "view") == (True, "Reported it.")
    assert answer(other_requester, incident, "view") == (False, "Neither reported it nor holds the right incident.view.")
    Watch.objects.create(ticket=incident, user=other_requester)
    assert answer(other_requester, incident, "view") == (True, "Watches it.")


def test_reasons_for_a_restricted_ticket(
    hidden: Incident, agent: User, auditor: User, other_requester: User, other_team: Team, person: Callable[..., User]
) -> None:
    assert answer(agent, hidden, "view")[0] is False and "restricted" in answer(agent, hidden, "view")[1]
    assert answer(agent, hidden, "edit") == (False, "Cannot see it.")
    assert answer(auditor, hidden, "view") == (True, "Through the right incident.restricted of the role Auditor.")
    assert answer(other_requester, hidden, "view") == (True, "Reported it.")
    mate = person("Mate Agent", "agent")
    Membership.objects.create(user=mate, team=other_team)
    assert answer(mate, hidden, "view") == (True, "It is restricted, and this person is in its team.")


def test_reasons_for_verbs_and_moves(incident: Incident, resolver: User, collaborator: User, requester: User, admin: User) -> None:
    assert answer(collaborator, incident, "note") == (True, "Through the right incident.note of the role Collaborator.")
    assert answer(collaborator, incident, "edit") == (False, "You may not change this ticket: that needs the right incident.edit.")
    assert answer(requester, incident, "reply") == (True, "As its reporter.")
    assert answer(resolver, incident, "resolve")[0] is True
    assert answer(resolver, incident, "cancel") == (False, "You may not use “Cancel”: that needs the right incident.cancel.")
    assert answer(requester, incident, "confirm") == (False, f"Nothing waits to be confirmed on {incident.key}.")
    admin.roles.clear()
    assert answer(admin, incident, "edit") == (True, "As a superuser, who holds every right.")


def test_it_never_says_otherwise_than_the_rules(
    incident: Incident, hidden: Incident, agent: User, resolver: User, lead: User, admin: User, auditor: User, collaborator: User, requester: User,
    other_requester: User, outsider: User, person: Callable[..., User],
) -> None:  # fmt: skip
    gone = person("Gone Agent", "agent", is_active=False)
    Watch.objects.create(ticket=hidden, user=agent)
    Watch.objects.create(ticket=hidden, user=outsider)
    actions.create(actor=None, summary="Given away", assignee=lead, is_restricted=True)
    for user in (agent, resolver, lead, admin, auditor, collaborator, requester, other_requester, outsider, gone):
        for ticket in Ticket.objects.all():
            sees = permissions.visible_to(user, Ticket.objects.filter(pk=ticket.pk)).exists()
            assert bool(sight.why_seen(user, ticket)) == sees, (user, ticket)


def test_the_page_for_oneself_and_for_an_admin(
    sign_in: SignIn, incident: Incident, hidden: Incident, agent: User, requester: User, admin: User
) -> None:
    own = sign_in(requester).get(f"/people/{requester.pk}/permissions/?ticket={incident.key}")
    assert own.status_code == 200 and b"Reported it." in own.content and b"No role of this person holds it." in own.content
    assert sign_in(requester).get(f"/people/{agent.pk}/permissions/").status_code == 404
    assert sign_in(agent).get(f"/people/{requester.pk}/permissions/").status_code == 404
    unseen = sign_in(agent).get(f"/people/{agent.pk}/permissions/?ticket={hidden.key}")
    missing = sign_in(agent).get(f"/people/{agent.pk}/permissions/?ticket=INC-999999")
    assert (unseen.status_code, missing.status_code) == (422, 422) and hidden.summary.encode() not in unseen.content
    told = sign_in(admin).get(f"/people/{agent.pk}/permissions/?ticket={hidden.key}").content.decode()
    assert "Cannot see it." in told and "incident.restricted" in told
    assert f"/people/{agent.pk}/permissions/" in sign_in(admin).get(f"/admin/accounts/user/{agent.pk}/change/").content.decode()
    assert f"/people/{agent.pk}/permissions/" in sign_in(agent).get("/profile/").content.decode()


def test_the_same_over_the_api(api: Callable[..., APIClient], incident: Incident, agent: User, collaborator: User, admin: User) -> None:
    told = api(admin).get(f"/api/v1/people/{collaborator.pk}/permissions/?ticket={incident.key}").data
    rights = {one["right"]: (one["is_held"], one["roles"]) for one in told["rights"]}
    assert rights["incident.note"] == (True, ["Collaborator"]) and rights["incident.edit"] == (False, [])
    assert {one["verb"]: one["is_allowed"] for one in told["answers"]}["assign"] is False
    assert api(agent).get(f"/api/v1/people/{collaborator.pk}/permissions/").status_code == 404
    assert api(agent).get(f"/api/v1/people/{agent.pk}/permissions/").data["answers"] == []
    assert api(agent).get(f"/api/v1/people/{agent.pk}/permissions/?ticket=INC-999999").status_code == 404


def test_why_a_priority_was_set_by_hand_is_not_told_to_the_reporter(
    api: Callable[..., APIClient], incident: Incident, agent: User, requester: User
) -> None:
    path = f"/api/v1/incidents/{incident.key}/"
    api(agent).post(f"{path}override_priority/", {"priority": 4, "reason": "A known complainer"})
    assert (api(agent).get(path).data["priority_reason"], api(requester).get(path).data["priority_reason"]) == ("A known complainer", "")


def test_the_dialogs_are_for_those_who_may_use_them(sign_in: SignIn, incident: Incident, auditor: User, collaborator: User) -> None:
    for user in (auditor, collaborator):
        for name in ("edit", "labels", "services", "link"):
            assert sign_in(user).get(f"/tickets/{incident.key}/{name}/").status_code == 403, name
        assert sign_in(user).get(f"/incidents/{incident.key}/retime/").status_code == 403
    conversation.comment(incident, actor=collaborator, body="Seen before", is_internal=True)
