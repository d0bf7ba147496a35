"""Organisations of requesters: the desk's register of them, and colleagues who see each other's requests (PRM-02)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Organisation, User
from common import errors
from incidents import actions as incidents
from incidents.models import Incident
from tickets import finding, permissions, queries, sight
from tickets.actions import conversation, editing
from tickets.models import Ticket, Watch

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def meridian(requester: User) -> Organisation:
    """The requester's organisation, whose people see each other's requests."""
    organisation = Organisation.objects.get(people=requester)
    organisation.shares_requests = True
    organisation.save(update_fields=["shares_requests"])
    return organisation


@pytest.fixture
def colleague(person: Callable[..., User], requester: User) -> User:
    """Kim of the requester's organisation."""
    return person("Kim Colleague", "requester", organisation=requester.organisation)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def seen(user: User) -> set[str]:
    return set(queries.tickets_for(fresh(user)).values_list("key", flat=True))


def test_a_ticket_belongs_to_the_organisation_of_its_reporter(incident: Incident, agent: User, requester: User, other_requester: User) -> None:
    assert incident.organisation == requester.organisation
    assert editing.edit(incident, actor=agent, reporter=other_requester).organisation == other_requester.organisation


def test_it_is_off_until_somebody_turns_it_on(incident: Incident, colleague: User) -> None:
    assert Organisation(name="New").shares_requests is False
    assert seen(colleague) == set()
    Organisation.objects.update(shares_requests=True)
    assert seen(colleague) == {incident.key}


def test_colleagues_see_each_others_requests_and_nobody_elses(
    meridian: Organisation, incident: Incident, colleague: User, requester: User, other_requester: User, outsider: User
) -> None:
    Organisation.objects.update(shares_requests=True)
    theirs = incidents.create(actor=None, summary="Of Baltic", reporter=other_requester)
    nobodys = incidents.create(actor=None, summary="Of nobody")
    assert seen(colleague) == seen(requester) == {incident.key}
    assert seen(other_requester) == {theirs.key} and seen(outsider) == set() and nobodys.organisation is None


def test_never_a_restricted_one(meridian: Organisation, incident: Incident, agent: User, colleague: User) -> None:
    editing.edit(incident, actor=agent, is_restricted=True)
    assert seen(colleague) == set()
    assert not permissions.is_shared_with(fresh(colleague), Ticket.objects.get(pk=incident.pk))


def test_only_the_public_side(meridian: Organisation, incident: Incident, colleague: User, api: Callable[..., APIClient]) -> None:
    conversation.comment(incident, actor=None, body="public walrus", is_internal=False)
    conversation.comment(incident, actor=None, body="internal walrus", is_internal=True)
    client, path = api(colleague), f"/api/v1/incidents/{incident.key}/"
    assert client.get(path).status_code == 200
    assert [row["body"] for row in client.get(f"{path}comments/").data] == ["public walrus"]
    assert client.get(f"{path}handovers/").status_code == client.get(f"{path}tasks/").status_code == 404
    assert client.get("/api/v1/tickets/", {"jql": 'comment ~ "internal walrus"'}).data["results"] == []
    assert [found.ticket.key for found in finding.find(fresh(colleague), "walrus")] == [incident.key]


def test_reading_is_all_a_colleague_may(meridian: Organisation, incident: Incident, colleague: User, requester: User) -> None:
    before = Ticket.objects.values_list("version", "comment_count").get(pk=incident.pk)
    for refused in (
        lambda: conversation.comment(incident, actor=colleague, body="Me too", is_internal=False),
        lambda: editing.edit(incident, actor=colleague, summary="Mine"),
        lambda: conversation.watch(incident, actor=colleague),
    ):
        with pytest.raises(errors.Refused):
            refused()
    assert Ticket.objects.values_list("version", "comment_count").get(pk=incident.pk) == before
    assert not permissions.can_confirm(colleague, incident) and not Watch.objects.filter(user=colleague).exists()
    assert conversation.watch(incident, actor=requester).user == requester


def test_who_is_on_the_list_of_a_restricted_ticket_cannot_keep_it_by_watching(incident: Incident, agent: User, other_requester: User) -> None:
    Ticket.objects.filter(pk=incident.pk).update(is_restricted=True, admitted_people=[other_requester.pk])
    assert seen(other_requester) == {incident.key}
    with pytest.raises(errors.Refused, match="Only its reporter and the desk"):
        conversation.watch(incident, actor=other_requester)
    Ticket.objects.filter(pk=incident.pk).update(admitted_people=None)
    assert seen(other_requester) == set()


def test_the_reason_is_told(meridian: Organisation, incident: Incident, agent: User, colleague: User, requester: User) -> None:
    person = fresh(colleague)
    assert sight.why_seen(person, incident) == ["A colleague reported it, and people of Meridian see each other's requests."]
    for user in (person, fresh(requester), fresh(agent)):
        for ticket in Ticket.objects.all():
            assert bool(sight.why_seen(user, ticket)) == permissions.visible_to(user, Ticket.objects.filter(pk=ticket.pk)).exists()


def test_the_requesters_own_page(sign_in: SignIn, incident: Incident, colleague: User, requester: User, outsider: User) -> None:
    assert "Of colleagues" not in sign_in(colleague).get("/my-requests/").content.decode()
    assert incident.summary not in sign_in(colleague).get("/my-requests/?of=colleagues").content.decode()
    Organisation.objects.update(shares_requests=True)
    own, theirs = (sign_in(colleague).get(f"/my-requests/{query}").content.decode() for query in ("", "?of=colleagues"))
    assert "People of Meridian see each other" in own and incident.summary not in own
    assert incident.summary in theirs and requester.name in theirs
    assert incident.summary not in sign_in(requester).get("/my-requests/?of=colleagues").content.decode()
    assert "Of colleagues" not in sign_in(outsider).get("/my-requests/").content.decode()


def test_the_list_of_the_desk(
    sign_in: SignIn, agent: User, admin: User, requester: User, incident: Incident, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        Organisation.objects.create(name=f"Org {number:02}")
    client = sign_in(agent)
    page = client.get("/organisations/")
    row = next(row for row in page.context["organisations"] if row.name == "Meridian")
    assert (row.people_count, row.open_count, len(page.context["organisations"])) == (1, 1, 50)
    rest = client.get(f"/organisations/{page.context['more_url']}", headers=HTMX)
    assert [row.name for row in rest.context["organisations"]][-1] == "Org 59"
    assert [row.name for row in client.get("/organisations/?q=merid").context["organisations"]] == ["Meridian"]
    assert b"No organisation matches" in client.get("/organisations/?q=zzz").content
    assert b"Add organisation" in sign_in(admin).get("/organisations/").content and b"Add organisation" not in page.content
    with django_assert_max_num_queries(13):
        client.get("/organisations/")
    assert sign_in(requester).get("/organisations/").status_code == 404
    assert client.get("/organisations/?after=rubbish").status_code in (400, 422)


def test_the_page_of_one(sign_in: SignIn, agent: User, admin: User, meridian: Organisation, requester: User, incident: Incident) -> None:
    hidden = incidents.create(actor=None, summary="Secret", reporter=requester, is_restricted=True)
    text = sign_in(agent).get(f"/organisations/{meridian.pk}/").content.decode()
    assert requester.email in text and incident.key in text and hidden.key not in text and "each other's requests" in text
    assert "/search/?jql=organisation+%3D+Meridian" in text
    assert incident.key in sign_in(agent).get("/search/?jql=organisation+%3D+Meridian").content.decode()
    assert incident.key in sign_in(agent).get(f"/organisations/{meridian.pk}/?part=open", headers=HTMX).content.decode()
    assert f"/admin/accounts/organisation/{meridian.pk}/change/" in sign_in(admin).get(f"/organisations/{meridian.pk}/").content.decode()
    assert sign_in(agent).get("/organisations/999999/").status_code == sign_in(requester).get(f"/organisations/{meridian.pk}/").status_code == 404


def test_it_is_found_in_sidebar_palette_and_query(sign_in: SignIn, agent: User, requester: User, incident: Incident) -> None:
    client = sign_in(agent)
    assert 'href="/organisations/"' in client.get("/queues/open/").content.decode()
    assert f"/organisations/{requester.organisation_id}/" in client.get("/palette/?q=meridian").content.decode()
    assert "/organisations/" not in sign_in(requester).get("/palette/?q=meridian").content.decode()
    assert [row.key for row in queries.search(agent, 'organisation = "meridian"')[0]] == [incident.key]


def test_the_api(api: Callable[..., APIClient], agent: User, requester: User, other_requester: User) -> None:
    desk, outside = api(agent), api(requester)
    told = {"id": requester.organisation_id, "name": "Meridian", "shares_requests": False}
    assert told in desk.get("/api/v1/organisations/").data["results"] and len(desk.get("/api/v1/organisations/").data["results"]) == 2
    assert desk.get(f"/api/v1/organisations/{requester.organisation_id}/").data == told
    assert outside.get("/api/v1/organisations/").data["results"] == [told]
    assert outside.get(f"/api/v1/organisations/{other_requester.organisation_id}/").status_code == 404
    people = desk.get("/api/v1/people/", {"organisation": str(requester.organisation_id)}).data["results"]
    assert [(row["email"], row["organisation"]) for row in people] == [(requester.email, requester.organisation_id)]
    assert desk.get("/api/v1/people/", {"organisation": "x"}).status_code == 400


def test_an_admin_turns_sharing_on(sign_in: SignIn, admin: User, requester: User) -> None:
    page = f"/admin/accounts/organisation/{requester.organisation_id}/change/"
    assert sign_in(admin).post(page, {"name": "Meridian", "shares_requests": "on"}).status_code == 302
    assert Organisation.objects.get(people=requester).shares_requests
