"""A restricted ticket is hidden wherever tickets show: lists, search, counts, panels, palette, links, labels, stream, messages (INC-28)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, Team, User
from common import doorbell, errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets import queries, records, saved, sight
from tickets.actions import admitting, conversation, editing, links, tasks
from tickets.models import Admission, Ticket

HTMX = {"HX-Request": "true"}
SECRET = "Fraud in payroll"


@pytest.fixture
def stranger(person: Callable[..., User], other_team: Team) -> User:
    """An agent of no team that is concerned."""
    return person("Stella Stranger", "agent")


@pytest.fixture
def hidden(agent: User, service: Service) -> Incident:
    """A restricted incident of the payments team."""
    made = actions.create(actor=agent, summary=SECRET, service=service, urgency=1, labels=["fraud"], is_restricted=True, assignee=agent)
    conversation.comment(made, actor=agent, body=SECRET, is_internal=True)
    return made


PAGES = [
    "/queues/open/", "/queues/unassigned/", "/my-work/", "/incidents/", "/incidents/?q=fraud", "/services/", "/services/payments-gateway/",
    "/services/payments-gateway/?part=incidents", "/palette/?q=fraud", "/alerts/", "/my-requests/",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_no_screen_names_it(sign_in: Callable[[User], Client], stranger: User, agent: User, hidden: Incident, path: str) -> None:
    for headers in ({}, HTMX):
        text = sign_in(stranger).get(path, headers=headers).content.decode()
        assert SECRET not in text and hidden.key not in text


def test_those_concerned_do_see_it(sign_in: Callable[[User], Client], agent: User, hidden: Incident) -> None:
    for path in ("/queues/open/", "/incidents/", "/palette/?q=fraud", "/services/payments-gateway/"):
        assert hidden.key in sign_in(agent).get(path).content.decode(), path


PARTS = [
    "/incidents/{key}/", "/incidents/{key}/?part=timeline", "/incidents/{key}/?tab=tasks", "/{key}", "/tickets/{key}/counters/", "/tickets/{key}/tasks/",
    "/tickets/{key}/link/", "/tickets/{key}/merge/", "/tickets/{key}/services/", "/tickets/{key}/labels/", "/tickets/{key}/escalate/",
    "/tickets/{key}/edit/", "/incidents/{key}/retime/", "/api/v1/incidents/{key}/", "/api/v1/incidents/{key}/links/",
    "/api/v1/incidents/{key}/tasks/", "/api/v1/incidents/{key}/counters/", "/api/v1/incidents/{key}/handovers/", "/api/v1/incidents/{key}/comments/",
    "/api/v1/incidents/{key}/attachments/",
]  # fmt: skip


@pytest.mark.parametrize("path", PARTS)
def test_its_parts_do_not_exist_for_others(sign_in: Callable[[User], Client], stranger: User, hidden: Incident, path: str) -> None:
    assert sign_in(stranger).get(path.format(key=hidden.key)).status_code == 404


def test_it_is_in_no_count(stranger: User, agent: User, service: Service, hidden: Incident) -> None:
    assert (saved.sidebar_counts(stranger)["queue.open"], saved.sidebar_counts(agent)["queue.open"]) == (0, 1)
    assert queries.open_counts_by_service(stranger, [service.pk]) == {}
    assert queries.open_of_service(stranger, service) == []


def test_a_service_that_it_hits_beside_does_not_count_it(
    stranger: User, agent: User, hidden: Incident, service: Service, small_service: Service
) -> None:
    editing.edit(hidden, actor=agent, services=[service, small_service])
    assert queries.open_counts_by_service(stranger, [small_service.pk]) == {}
    assert queries.open_counts_by_service(agent, [small_service.pk]) == {small_service.pk: (1, 1)}


def test_lists_of_the_api_leave_it_out(api: Callable[..., APIClient], stranger: User, agent: User, hidden: Incident) -> None:
    for query in ("", "?state=open", "?q=fraud", "?label=fraud", f"?q={hidden.key}"):
        assert api(stranger).get(f"/api/v1/incidents/{query}").data["results"] == [], query
        assert len(api(agent).get(f"/api/v1/incidents/{query}").data["results"]) == 1, query


def test_links_lead_to_it_only_for_those_concerned(
    sign_in: Callable[[User], Client], stranger: User, agent: User, service: Service, hidden: Incident
) -> None:
    seen = actions.create(actor=agent, summary="Seen by all", service=service)
    links.link(seen, actor=agent, target=hidden, relation="caused_by")
    assert records.links_of(stranger, seen) == []
    for path in (seen.get_absolute_url(), f"{seen.get_absolute_url()}?part=timeline", f"{seen.get_absolute_url()}?tab=service"):
        text = sign_in(stranger).get(path).content.decode()
        assert hidden.key not in text and SECRET not in text
    for path in (f"/tickets/{seen.key}/link/?q={hidden.key}", f"/tickets/{seen.key}/link/?q=fraud", f"/tickets/{seen.key}/merge/?q=fraud"):
        found = sign_in(stranger).get(path, headers=HTMX).content.decode()
        assert SECRET not in found and 'name="target"' not in found
    guessed = sign_in(stranger).post(f"/tickets/{seen.key}/link/", {"relation": "relates", "target": hidden.key}, headers=HTMX)
    missing = sign_in(stranger).post(f"/tickets/{seen.key}/link/", {"relation": "relates", "target": "INC-999999"}, headers=HTMX)
    assert (guessed.status_code, guessed.content.count(b"no such ticket")) == (missing.status_code, missing.content.count(b"no such ticket"))


def test_its_labels_are_not_suggested(stranger: User, agent: User, hidden: Incident) -> None:
    assert (records.label_choices(stranger, [], ""), records.label_choices(agent, [], "")) == ([], ["fraud"])


def test_a_listed_person_sees_it_everywhere_until_taken_off(
    sign_in: Callable[[User], Client], api: Callable[..., APIClient], stranger: User, agent: User, service: Service, hidden: Incident
) -> None:
    """INC-28: named people, in lists, search, counts, panels and over REST."""
    admitting.admit(hidden, actor=agent, people=[stranger], teams=[])
    for path in ("/queues/open/", "/incidents/?q=fraud", "/palette/?q=fraud", "/services/payments-gateway/", hidden.get_absolute_url()):
        assert hidden.key in sign_in(stranger).get(path).content.decode(), path
    assert saved.sidebar_counts(stranger)["queue.open"] == 1
    assert len(api(stranger).get("/api/v1/tickets/", {"jql": "labels = fraud"}).json()["results"]) == 1
    assert sight.why_seen(stranger, hidden) == ["It is restricted, and Hanna Agent added this person."]
    admitting.admit(hidden, actor=agent, people=[], teams=[])
    assert sign_in(stranger).get(hidden.get_absolute_url()).status_code == 404
    assert [entry.sentence for entry in Entry.objects.filter(event="ticket.admitted").order_by("id")] == [
        "Hanna Agent changed who sees it: + Stella Stranger", "Hanna Agent changed who sees it: \u2212 Stella Stranger",
    ]  # fmt: skip


def test_a_listed_team_lets_its_members_in(person: Callable[..., User], stranger: User, agent: User, other_team: Team, hidden: Incident) -> None:
    """INC-28: named teams."""
    member = person("Mika Member", "agent")
    Membership.objects.create(team=other_team, user=member)
    admitting.admit(hidden, actor=agent, people=[], teams=[other_team])
    assert queries.tickets_for(member).filter(pk=hidden.pk).exists()
    assert not queries.tickets_for(stranger).filter(pk=hidden.pk).exists()
    assert sight.why_seen(member, hidden) == ["It is restricted, and Hanna Agent added the team Warehouse systems."]


def test_a_listed_requester_reads_its_public_side_only(
    sign_in: Callable[[User], Client], api: Callable[..., APIClient], other_requester: User, agent: User, service: Service
) -> None:
    hidden = actions.create(actor=agent, summary="Pay slips", service=service, is_restricted=True)
    conversation.comment(hidden, actor=agent, body=SECRET, is_internal=True)
    conversation.comment(hidden, actor=agent, body="We look at it", is_internal=False)
    admitting.admit(hidden, actor=agent, people=[other_requester], teams=[])
    client = api(other_requester)
    told = client.get(f"/api/v1/incidents/{hidden.key}/comments/").content.decode()
    assert "We look at it" in told and SECRET not in told
    for path in ("", "comments/", "attachments/"):
        assert SECRET not in client.get(f"/api/v1/incidents/{hidden.key}/{path}").content.decode()
    for path in ("admitted/", "links/", "tasks/", "handovers/", "counters/"):
        assert client.get(f"/api/v1/incidents/{hidden.key}/{path}").status_code == 404, path


def test_the_list_counts_only_while_it_is_restricted(other_requester: User, agent: User, hidden: Incident) -> None:
    admitting.admit(hidden, actor=agent, people=[other_requester], teams=[])
    editing.edit(hidden, actor=agent, is_restricted=False)
    assert not queries.tickets_for(other_requester).filter(pk=hidden.pk).exists()


def test_who_may_not_change_it_lets_nobody_in(
    collaborator: User, team: Team, stranger: User, agent: User, hidden: Incident, incident: Incident
) -> None:
    Membership.objects.create(team=team, user=collaborator)
    with pytest.raises(errors.Refused):
        admitting.admit(hidden, actor=collaborator, people=[stranger], teams=[])
    with pytest.raises(errors.Invalid, match="not restricted"):
        admitting.admit(incident, actor=agent, people=[stranger], teams=[])
    with pytest.raises(errors.Conflict):
        admitting.admit(hidden, actor=agent, people=[stranger], teams=[], expected_version=99)
    assert not Admission.objects.exists() and not queries.tickets_for(stranger).filter(pk=hidden.pk).exists()


def test_the_list_is_edited_in_a_dialog_and_over_rest(
    sign_in: Callable[[User], Client], api: Callable[..., APIClient], stranger: User, agent: User, other_team: Team, hidden: Incident
) -> None:
    client, url = sign_in(agent), f"/tickets/{hidden.key}/admit/"
    assert "Stella Stranger" in client.get(f"{url}?q=stella", headers=HTMX).content.decode()
    values = {"people": [str(stranger.pk), "x"], "teams": [str(other_team.pk)], "version": str(Ticket.objects.get(pk=hidden.pk).version)}
    assert client.post(url, values, headers=HTMX).status_code == 204
    page = client.get(hidden.get_absolute_url()).content.decode()
    assert "Added by Hanna Agent" in page and "Warehouse systems" in page
    told = api(agent).post(f"/api/v1/incidents/{hidden.key}/admit/", {"people": [stranger.email], "teams": []}, format="json").json()
    assert [(row["person"], row["team"], row["added_by"]) for row in told] == [(stranger.email, None, agent.email)]
    assert client.post(url, values, headers=HTMX).status_code == 422


def test_nobody_else_becomes_owner_of_its_tasks(stranger: User, agent: User, hidden: Incident) -> None:
    with pytest.raises(Exception, match="cannot see this ticket"):
        tasks.add_task(hidden, actor=agent, text="Ask", owner=stranger)


def test_the_stream_does_not_say_which_one_changed(monkeypatch: pytest.MonkeyPatch, agent: User, hidden: Incident, incident: Incident) -> None:
    heard: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "announce", lambda *message: heard.append(message))
    editing.edit(hidden, actor=agent, urgency=4)
    assert {message[1:] for message in heard} == {(0, "record.changed")}
    heard.clear()
    editing.edit(incident, actor=agent, urgency=4)
    assert (("ticket", incident.pk, "ticket.edited")) in heard


def test_labels_are_chosen_or_made_in_a_dialog(sign_in: Callable[[User], Client], agent: User, hidden: Incident, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/labels/"
    assert 'value="fraud"' in client.get(url, headers=HTMX).content.decode()
    found = client.get(f"{url}?q=Black Friday&labels=vip", headers=HTMX).content.decode()
    assert ('value="vip" checked' in found, 'value="black-friday" checked' in found, "fraud" in found) == (True, True, False)
    values = {"labels": ["vip", "black-friday"], "version": str(incident.version)}
    assert client.post(url, values, headers=HTMX).status_code == 204
    incident.refresh_from_db(fields=["labels"])
    assert incident.labels == ["black-friday", "vip"]
    assert client.post(url, values, headers=HTMX).status_code == 204
    assert client.post(url, {"labels": ["two words"]}, headers=HTMX).status_code == 422
