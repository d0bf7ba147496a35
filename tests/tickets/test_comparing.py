"""INC-25: saving over a newer version. What one side changed merges, what both changed is compared field by field."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from common import errors
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets.actions import comparing, editing, lifecycle
from tickets.models import Category, ResolutionCode, Ticket

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]
Api = Callable[..., APIClient]


def stored(incident: Incident) -> Ticket:
    return Ticket.objects.get(pk=incident.pk)


def test_what_only_one_side_changed_merges(agent: User, resolver: User, incident: Incident) -> None:
    """INC-25."""
    editing.edit(incident, actor=resolver, summary="Theirs", urgency=2)
    editing.edit(incident, actor=agent, expected_version=1, description="Mine")
    assert (stored(incident).summary, stored(incident).description, stored(incident).urgency) == ("Theirs", "Mine", 2)


def test_the_same_value_on_both_sides_is_no_clash(agent: User, resolver: User, incident: Incident) -> None:
    """INC-25."""
    editing.edit(incident, actor=resolver, summary="Same")
    assert editing.edit(incident, actor=agent, expected_version=1, summary="Same").version == 2


def test_what_both_changed_names_fields_values_and_who(agent: User, resolver: User, incident: Incident) -> None:
    """INC-25: nothing is saved, not even what did not clash."""
    editing.edit(incident, actor=resolver, summary="Theirs", urgency=2)
    with pytest.raises(comparing.Overwritten) as told:
        editing.edit(incident, actor=agent, expected_version=1, summary="Mine", description="Also mine")
    (clash,) = told.value.clashes
    assert (clash.name, clash.theirs, clash.yours, clash.by) == ("summary", "Theirs", "Mine", resolver)
    assert clash.at == Entry.objects.get(event="ticket.edited").at
    assert (stored(incident).summary, stored(incident).description, stored(incident).version) == ("Theirs", "", told.value.version)


@pytest.mark.parametrize("field", ["assignee", "team", "category", "services", "service", "impact"])
def test_every_kind_of_field(
    agent: User, resolver: User, incident: Incident, small_service: Service, other_team: Any, category: Category, fixed: ResolutionCode, field: str
) -> None:
    """INC-25: also what a hand-over, a move of the workflow or the services changed."""
    theirs: dict[str, Callable[[], Any]] = {
        "assignee": lambda: editing.assign(incident, actor=resolver, assignee=resolver),
        "team": lambda: editing.assign(incident, actor=resolver, team=None),
        "category": lambda: lifecycle.resolve(incident, actor=resolver, resolution=fixed, category=category),
        "services": lambda: editing.edit(incident, actor=resolver, service=small_service),
        "service": lambda: editing.edit(incident, actor=resolver, services=[small_service]),
        "impact": lambda: editing.edit(incident, actor=resolver, impact=2),
    }
    mine = {
        "assignee": agent,
        "team": other_team,
        "category": Category.objects.exclude(pk=category.pk).first(),
        "services": [],
        "service": None,
        "impact": 3,
    }
    theirs[field]()
    version = stored(incident).version
    action = editing.assign if field in ("assignee", "team") else editing.edit
    with pytest.raises(errors.Conflict):
        action(incident, actor=agent, expected_version=1, **{field: mine[field]})
    assert stored(incident).version == version
    action(incident, actor=agent, expected_version=version, **{field: mine[field]})


def edited(shown: Incident, **mine: Any) -> dict[str, Any]:
    """What the dialog sends: what it showed, and what stands in it now."""
    was = {"summary": shown.summary, "description": shown.description, "labels": " ".join(shown.labels), "is_restricted": "False"}
    return {**{f"initial-{name}": value for name, value in was.items()}, **was, "is_restricted": "", "version": 1, **mine}


def test_the_dialog_compares_and_saves_what_was_chosen(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25: 409 with both values and who; the own text stays in a field to go on with; the rest is saved along."""
    client, url = sign_in(agent), f"/tickets/{incident.key}/edit/"
    editing.edit(incident, actor=resolver, summary="Theirs", description="Theirs alone", labels=["net"])
    sent = edited(incident, summary="Mine <b>", labels="vpn")
    late = client.post(url, sent, headers=HTMX)
    page = late.content.decode()
    assert (late.status_code, late["HX-Retarget"]) == (409, "#dialog-body")
    for text in ("Daniel Resolver", "Theirs", "Mine &lt;b&gt;", 'name="keep_summary"', 'name="keep_labels"', 'name="version" value="2"'):
        assert text in page
    assert "Theirs alone" not in page
    assert 'name="keep_description"' not in page
    assert stored(incident).summary == "Theirs"
    chosen = {**sent, "version": 2, "compared": ["summary", "labels"], "keep_summary": "yours", "keep_labels": "theirs", "summary": "Both"}
    assert client.post(url, chosen, headers=HTMX).status_code == 204
    assert (stored(incident).summary, stored(incident).description, stored(incident).labels) == ("Both", "Theirs alone", ["net"])


def test_a_third_change_asks_again_and_keeps_the_first_choice(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25."""
    client, url = sign_in(agent), f"/tickets/{incident.key}/edit/"
    editing.edit(incident, actor=resolver, summary="Theirs")
    editing.edit(incident, actor=resolver, labels=["new"])
    sent = {**edited(incident, summary="Mine", labels="mine"), "version": 2, "compared": "summary", "keep_summary": "theirs"}
    again = client.post(url, sent, headers=HTMX)
    page = again.content.decode()
    assert (again.status_code, 'name="keep_labels"' in page) == (409, True)
    assert '<input type="hidden" name="keep_summary" value="theirs">' in page


def test_a_dialog_in_which_nothing_was_changed_saves_nothing(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25."""
    editing.edit(incident, actor=resolver, summary="Theirs", labels=["net"])
    client = sign_in(agent)
    assert client.post(f"/tickets/{incident.key}/edit/", edited(incident), headers=HTMX).status_code == 204
    assert client.post(f"/tickets/{incident.key}/labels/", {"version": 1, "shown": ""}, headers=HTMX).status_code == 204
    assert (stored(incident).summary, stored(incident).labels) == ("Theirs", ["net"])


def test_labels_and_services_compare(sign_in: SignIn, agent: User, resolver: User, incident: Incident, small_service: Service) -> None:
    """INC-25."""
    editing.edit(incident, actor=resolver, labels=["net"], services=[small_service])
    client = sign_in(agent)
    for name, values in {"labels": ["vpn", "wifi"], "services": []}.items():
        url, sent = f"/tickets/{incident.key}/{name}/", {name: values, "version": 1}
        late = client.post(url, sent, headers=HTMX)
        assert (late.status_code, f'name="keep_{name}"' in late.content.decode()) == (409, True)
        assert client.post(url, {**sent, "version": 2, "compared": name, f"keep_{name}": "theirs"}, headers=HTMX).status_code == 204
    assert (stored(incident).labels, stored(incident).version) == (["net"], 2)
    mine = {"labels": ["vpn", "wifi"], "version": 2, "compared": "labels", "keep_labels": "yours"}
    assert client.post(f"/tickets/{incident.key}/labels/", mine, headers=HTMX).status_code == 204
    assert stored(incident).labels == ["vpn", "wifi"]


def test_a_menu_carries_what_was_seen(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25: inline edits of one ticket."""
    client, url = sign_in(agent), "/tickets/change/assignee/"
    menu = client.get(f"{url}?key={incident.key}", headers=HTMX).content.decode()
    assert '<input type="hidden" name="version" value="1">' in menu
    editing.assign(incident, actor=resolver, assignee=resolver)
    sent = {"key": incident.key, "version": "1", "assignee": agent.email}
    late = client.post(url, sent, headers=HTMX)
    assert (late.status_code, "Daniel Resolver" in late.content.decode()) == (409, True)
    assert client.post(url, {**sent, "version": "2", "compared": "assignee", "keep_assignee": "theirs"}, headers=HTMX).status_code == 204
    assert stored(incident).assignee == resolver
    assert client.post(url, {**sent, "version": "2", "compared": "assignee", "keep_assignee": "yours"}, headers=HTMX).status_code == 204
    assert stored(incident).assignee == agent


def test_etag_and_if_match(api: Api, agent: User, resolver: User, incident: Incident) -> None:
    """INC-25: ETag on a read, 409 with both values on a change of the same field, a merge otherwise."""
    client, url = api(agent), f"/api/v1/incidents/{incident.key}/"
    assert client.get(url)["ETag"] == '"1"'
    editing.edit(incident, actor=resolver, summary="Theirs")
    late = client.patch(url, {"summary": "Mine", "urgency": 2}, headers={"If-Match": '"1"'})
    error = late.data["error"]
    assert (late.status_code, error["code"], error["version"], set(error["fields"]), late["ETag"]) == (409, "conflict", 2, {"summary"}, '"2"')
    clash = error["conflicts"]["summary"]
    assert (clash["theirs"], clash["yours"], clash["by"]) == ("Theirs", "Mine", resolver.email)
    assert stored(incident).urgency == 1
    merged = client.patch(url, {"urgency": 2}, headers={"If-Match": 'W/"1"'})
    assert (merged.status_code, merged["ETag"], merged.data["summary"], merged.data["urgency"]) == (200, '"3"', "Theirs", 2)
    assert client.patch(url, {"summary": "Mine"}, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    ("header", "body", "field"), [("yesterday", {}, "If-Match"), ('"1", "2"', {}, "If-Match"), ('"1"', {"version": 2}, "version")]
)
def test_a_wrong_if_match_is_named(api: Api, agent: User, incident: Incident, header: str, body: dict[str, Any], field: str) -> None:
    """INC-25."""
    late = api(agent).patch(f"/api/v1/incidents/{incident.key}/", {"summary": "x", **body}, headers={"If-Match": header})
    assert (late.status_code, set(late.data["error"]["fields"])) == (400, {field})
    assert stored(incident).version == 1
