"""A role that somebody holds within a team counts for the tickets of that team and for nothing else (PRM-01)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import queries as accounts
from accounts.models import Membership, Role, Team, User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from services.models import Service
from tests.tickets.test_query_queues import nodes
from tickets import finding, permissions, queries, queues, saved, sight
from tickets.actions import bulk, conversation, editing, lifecycle
from tickets.actions.bulk import Change
from tickets.models import Ticket

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    """The person as the next request reads him."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def membership(person: Callable[..., User], team: Team) -> Membership:
    """Tess works for the payments team only: everywhere else she is nobody."""
    row = Membership.objects.create(user=person("Tess Teamonly", "requester"), team=team)
    row.roles.add(Role.objects.get(slug="resolver"))
    return row


@pytest.fixture
def tess(membership: Membership) -> User:
    return fresh(membership.user)


@pytest.fixture
def foreign(small_service: Service, other_requester: User) -> Incident:
    """An incident of the warehouse team, with a note."""
    made = incidents.create(actor=None, summary="Foreign scanner", service=small_service, urgency=3, reporter=other_requester)
    conversation.comment(made, actor=None, body="foreign quokka", is_internal=True)
    return made


@pytest.fixture
def noted(incident: Incident) -> Incident:
    """The incident of the payments team, with a note."""
    conversation.comment(incident, actor=None, body="own quokka", is_internal=True)
    return incident


def keys(tickets: Any) -> set[str]:
    return {ticket.key for ticket in tickets}


def test_the_site_answer_stays_that_of_the_site(tess: User, team: Team, other_team: Team) -> None:
    assert tess.has_right("desk.access") and not tess.has_right("incident.view")
    assert tess.has_right_for("incident.edit", [None, team.pk]) and not tess.has_right_for("incident.edit", [other_team.pk, None])
    assert not tess.has_right_for("incident.close", [team.pk]) and not tess.has_right_somewhere("incident.close")
    tess.is_active = False
    assert not tess.has_right("desk.access") and not tess.has_right_for("incident.edit", [team.pk])


def test_rights_that_are_no_tickets_are_not_given_by_a_team(membership: Membership, team: Team) -> None:
    membership.roles.set(Role.objects.filter(slug="admin"))
    boss = fresh(membership.user)
    for right in ("settings.manage", "audit.view", "alert.view", "service.view", "queue.share"):
        assert not boss.has_right(right) and not boss.has_right_for(right, [team.pk]) and not boss.has_right_somewhere(right), right


def test_lists_search_and_counts_hold_the_teams_tickets_only(tess: User, noted: Incident, foreign: Incident) -> None:
    owned = incidents.create(actor=None, summary="Owned", team=noted.team)
    editing.assign(owned, actor=None, team=foreign.team)
    assert keys(queries.tickets_for(tess)) == {noted.key, owned.key}
    assert keys(queries.search(tess, "comment ~ quokka")[0]) == {noted.key}
    assert keys(queries.search(tess, "text ~ quokka OR priority was EMPTY OR watcher is EMPTY")[0]) == {noted.key, owned.key}
    assert [found.ticket.key for found in finding.find(tess, "quokka")] == [noted.key]
    assert finding.find(tess, foreign.key) == [] and finding.find(tess, "scanner") == []
    assert saved.counts(tess, [saved.queue_for(tess, "open")], clock.now()) == {"open": 2}


def test_restricted_tickets_of_the_team_and_of_others(tess: User, team: Team, other_team: Team) -> None:
    own = incidents.create(actor=None, summary="Ours", team=team, is_restricted=True)
    incidents.create(actor=None, summary="Theirs", team=other_team, is_restricted=True)
    assert keys(queries.tickets_for(tess)) == {own.key}


def test_the_screens_and_exports(sign_in: SignIn, tess: User, noted: Incident, foreign: Incident) -> None:
    client = sign_in(tess)
    for path in ("/queues/open/", "/incidents/", "/search/", "/find/?q=gateway", "/palette/?q=gateway", "/queues/open/export.json"):
        response: Any = client.get(path)
        text = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
        assert response.status_code == 200 and noted.key in text and foreign.key not in text, path
    page = client.get(f"/incidents/{noted.key}/")
    assert page.status_code == 200 and "own quokka" in page.content.decode()
    assert client.get(f"/incidents/{foreign.key}/").status_code == 404
    assert client.get("/services/").context is None or not client.get("/services/").context["services"]


def test_the_api(api: Callable[..., APIClient], tess: User, noted: Incident, foreign: Incident) -> None:
    client = api(tess)
    assert [row["key"] for row in client.get("/api/v1/incidents/").data["results"]] == [noted.key]
    assert client.get(f"/api/v1/incidents/{noted.key}/comments/").data[-1]["body"] == "own quokka"
    assert client.patch(f"/api/v1/incidents/{noted.key}/", {"urgency": 2}).status_code == 200
    for method, path in (("get", ""), ("patch", ""), ("get", "comments/"), ("post", "assign/"), ("post", "comment/")):
        assert getattr(client, method)(f"/api/v1/incidents/{foreign.key}/{path}", {}).status_code == 404, path
    assert client.post(f"/api/v1/incidents/{noted.key}/cancel/", {"reason": "no"}).status_code == 403


def test_acting_follows_the_ticket(tess: User, incident: Incident, foreign: Incident) -> None:
    assert permissions.can_edit(tess, incident) and permissions.can_assign(tess, incident) and permissions.can_see_internal(tess, incident)
    assert [move.verb for move in queries.offered_transitions(tess, foreign)] == []
    with pytest.raises(errors.Refused):
        editing.edit(foreign, actor=tess, summary="Mine now")
    with pytest.raises(errors.Refused):
        lifecycle.transition(foreign, "start", actor=tess)
    foreign.refresh_from_db()
    assert (foreign.summary, foreign.status.key) == ("Foreign scanner", "new")
    assert lifecycle.transition(incident, "start", actor=tess).status.key == "in-progress"


def test_a_site_reader_acts_within_the_team_only(lead: User, collaborator: User, incident: Incident, foreign: Incident, team: Team) -> None:
    """Reads everything as a collaborator, works as a resolver for one team; each row of a change answers for itself."""
    Membership.objects.create(user=collaborator, team=team).roles.add(Role.objects.get(slug="resolver"))
    worker = fresh(collaborator)
    rows = [Ticket.objects.get(pk=incident.pk), Ticket.objects.get(pk=foreign.pk)]
    assert [bool(row.refusal) for row in bulk.preview(rows, Change("urgency", 4), actor=worker)] == [False, True]
    _made, refused = bulk.apply(rows, Change("urgency", 4), actor=worker)
    assert [(ticket.key, "incident.edit" in why) for ticket, why in refused] == [(foreign.key, True)]
    assert list(Ticket.objects.order_by("pk").values_list("urgency", flat=True)) == [4, 3]


def test_it_ends_with_the_role_and_with_the_membership(sign_in: SignIn, membership: Membership, incident: Incident) -> None:
    client = sign_in(membership.user)
    assert client.get("/queues/open/").context["nav"] and client.get(f"/incidents/{incident.key}/").status_code == 200
    membership.roles.clear()
    assert client.get(f"/incidents/{incident.key}/").status_code == 404
    membership.roles.set(Role.objects.filter(slug="resolver"))
    assert client.get(f"/incidents/{incident.key}/").status_code == 200
    membership.delete()
    assert client.get(f"/incidents/{incident.key}/").status_code == 404 and client.get("/queues/open/").status_code == 404
    assert not queries.tickets_for(fresh(membership.user)).exists()


def test_the_figures_in_the_sidebar_follow_the_role(membership: Membership, other_team: Team, incident: Incident) -> None:
    """They are remembered until a ticket changes, apart for each sight: the same rights and the same teams, but the role moves."""
    other = Membership.objects.create(user=membership.user, team=other_team)
    assert saved.sidebar_counts(fresh(membership.user))["queue.open"] == 1
    other.roles.set(membership.roles.all())
    membership.roles.clear()
    assert saved.sidebar_counts(fresh(membership.user))["queue.open"] == 0


def test_who_can_be_given_what(tess: User, agent: User, incident: Incident, foreign: Incident) -> None:
    assert tess in queries.assignable_people("incident") and tess in queries.assignable_people("incident", permissions.teams_of(incident))
    assert tess not in queries.assignable_people("incident", permissions.teams_of(foreign))
    with pytest.raises(errors.Invalid) as refused:
        editing.assign(foreign, actor=agent, assignee=tess)
    assert refused.value.field == "assignee"
    assert editing.assign(incident, actor=agent, assignee=tess).assignee == tess


def test_logging_for_the_team_only(tess: User, sign_in: SignIn, service: Service, small_service: Service, requester: User) -> None:
    made = incidents.create(actor=tess, summary="By phone", service=service, reporter=requester, impact=2)
    assert made.team == service.owner_team
    with pytest.raises(errors.Refused, match="for your team only"):
        incidents.create(actor=tess, summary="By phone", service=small_service, reporter=requester)
    with pytest.raises(errors.Refused):
        incidents.create(actor=tess, summary="By phone", reporter=requester)
    page = sign_in(tess).post(
        "/incidents/new/", {"summary": "By phone", "service": small_service.pk, "urgency": 3, "channel": "phone", "reporter": requester.pk}
    )
    assert page.status_code == 422 and "for your team only" in page.content.decode()
    assert Incident.objects.count() == 1


def test_messages_go_to_who_may_read(tess: User, noted: Incident, foreign: Incident) -> None:
    (reader,) = accounts.people_with_rights([tess.pk])
    assert permissions.can_see(reader, noted) and permissions.can_see_internal(reader, noted) and not permissions.can_see(reader, foreign)


def test_the_page_of_rights_says_of_which_team(
    sign_in: SignIn, api: Callable[..., APIClient], tess: User, incident: Incident, foreign: Incident
) -> None:
    text = sign_in(tess).get(f"/people/{tess.pk}/permissions/?ticket={incident.key}").content.decode()
    assert "Through the right incident.view, as Resolver of team Payments platform." in text
    assert "For the tickets of a team only: as Resolver of team Payments platform." in text
    told = {row["right"]: row for row in api(tess).get(f"/api/v1/people/{tess.pk}/permissions/").data["rights"]}
    assert told["incident.edit"]["in_teams"] == [{"role": "Resolver", "team": "Payments platform"}] and not told["incident.edit"]["is_held"]
    assert told["desk.access"]["is_held"] and not told["alert.view"]["in_teams"]
    for ticket in (incident, foreign):
        assert bool(sight.why_seen(tess, ticket)) == permissions.visible_to(tess, Ticket.objects.filter(pk=ticket.pk)).exists()
    assert "incident.view" in sight.why_unseen(tess, foreign)


def test_it_is_edited_on_the_teams_page(sign_in: SignIn, admin: User, membership: Membership) -> None:
    client, page = sign_in(admin), f"/admin/accounts/team/{membership.team_id}/change/"
    shown = client.get(page).content.decode()
    assert 'type="checkbox" name="memberships-0-roles"' in shown
    auditor = Role.objects.get(slug="auditor")
    sent = {
        "slug": membership.team.slug, "name": membership.team.name, "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": membership.pk, "memberships-0-team": membership.team_id, "memberships-0-user": membership.user_id,
        "memberships-0-roles": [auditor.pk],
    }  # fmt: skip
    assert client.post(page, sent).status_code == 302
    assert list(membership.roles.all()) == [auditor]


def test_sight_stays_one_query_on_one_index(tess: User, incident: Incident) -> None:
    for slug in [queue.slug for queue in queues.SHIPPED]:
        found, _order = saved.tickets_of(tess, saved.queue_for(tess, slug), clock.now())
        rows = found.only("id", "priority", "sla_due_at").order_by("priority", "sla_due_at", "id")[:51]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        told = list(nodes(json.loads(rows.explain(format="json"))[0]["Plan"]))
        assert {node["Relation Name"] for node in told if "Relation Name" in node} == {"tickets_ticket"}, slug
        assert len([node for node in told if "Index Name" in node]) == 1, slug


def test_sight_asks_no_more_the_more_teams_there_are(membership: Membership, incident: Incident) -> None:
    def asked() -> int:
        user = fresh(membership.user)
        with CaptureQueriesContext(connection) as captured:
            list(queries.tickets_for(user))
        return len(captured)

    before = asked()
    for number in range(5):
        row = Membership.objects.create(user=membership.user, team=Team.objects.create(slug=f"t{number}", name=f"T{number}"))
        row.roles.set(Role.objects.filter(slug__in=["agent", "resolver"]))
    assert asked() == before == 3
