"""Screens: which fields, in which order, required or read-only, also for a role (FRM-02), and custom fields on them (FRM-04)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Role, User
from common import clock, errors
from fields.models import Definition
from incidents import actions as incidents
from incidents.models import Incident
from services.models import Service
from tickets.actions import bulk, editing, lifecycle
from tickets.models import Category, ResolutionCode, ScreenField, Ticket
from workflows.models import Transition

SignIn = Callable[[User], Client]
Api = Callable[..., APIClient]


def put(field: str, screen: str = "edit", mode: str = "shown", *roles: str, position: int | None = None) -> None:
    row = ScreenField.objects.create(kind="incident", screen=screen, field=field, mode=mode, position=position)
    row.read_only_for.set(Role.objects.filter(slug__in=roles))


def region(**columns: Any) -> Definition:
    given = {"applies_to": "incident", "key": "region", "label": "Region", "field_type": "choice", "options": ["north", "south"], **columns}
    return Definition.objects.create(**given)


def test_the_create_form_shows_custom_fields_with_help_and_default(sign_in: SignIn, agent: User) -> None:
    """FRM-04: in the create form, with help text and default."""
    region(help_text="Where it happened", default="south")
    page = sign_in(agent).get("/incidents/new/").content.decode()
    assert "Where it happened" in page and '<option value="south" selected>' in page


def test_the_create_form_says_at_the_field_what_is_missing(sign_in: SignIn, agent: User) -> None:
    region(is_required=True)
    client, body = sign_in(agent), {"summary": "Printer", "channel": "phone", "urgency": "3"}
    page = client.post("/incidents/new/", body)
    assert page.status_code == 422 and 'id="id_custom.region_error"' in page.content.decode() and not Ticket.objects.exists()
    client.post("/incidents/new/", {**body, "custom.region": "north"})
    assert Ticket.objects.get().custom == {"region": "north"}


def test_a_forged_custom_field_is_refused(sign_in: SignIn, agent: User, incident: Incident) -> None:
    page = sign_in(agent).post(f"/tickets/{incident.key}/edit/", {"summary": "New", "version": "1", "custom.salary": "1"})
    assert page.status_code == 422 and "There is no field “salary” here." in page.content.decode()
    assert Ticket.objects.get(pk=incident.pk).summary == incident.summary


@pytest.mark.parametrize(
    ("columns", "typed", "stored"),
    [
        ({"field_type": "number"}, "12", 12),
        ({"field_type": "date"}, "2026-11-28", "2026-11-28"),
        ({"field_type": "datetime"}, "2026-11-28T09:30", "2026-11-28T09:30:00+00:00"),
        ({"field_type": "choices"}, ["north", "south"], ["north", "south"]),
        ({"field_type": "checkbox"}, "false", False),
        ({"field_type": "paragraph"}, "two\nlines", "two\nlines"),
        ({"field_type": "url"}, "https://example.com", "https://example.com"),
    ],
)
def test_a_field_is_changed_in_its_dialog_and_shown(
    sign_in: SignIn, agent: User, incident: Incident, columns: dict[str, Any], typed: Any, stored: Any
) -> None:
    """FRM-04: inline edit, for each type; the dialog shows again what it stored."""
    region(**columns)
    client, url = sign_in(agent), f"/tickets/{incident.key}/custom/region/"
    assert client.post(url, {"custom.region": typed, "version": "1"}).status_code == 204
    assert Ticket.objects.get(pk=incident.pk).custom == {"region": stored}
    assert client.post(url, {"custom.region": typed, "version": "2"}).status_code == 204
    assert Ticket.objects.get(pk=incident.pk).version == 2
    assert client.get(url).status_code == 200 and "Region" in client.get(incident.get_absolute_url()).content.decode()


def test_a_person_field_is_chosen_by_name(sign_in: SignIn, agent: User, requester: User, incident: Incident) -> None:
    region(field_type="person")
    client = sign_in(agent)
    client.post(f"/tickets/{incident.key}/custom/region/", {"custom.region": str(requester.pk), "version": "1"})
    assert Ticket.objects.get(pk=incident.pk).custom == {"region": requester.pk}
    assert client.get("/queues/open/?columns=custom.region").content.decode().count(requester.name) >= 1


def test_a_field_that_both_changed_is_compared_and_another_one_merges(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    region(field_type="choices")
    editing.edit(incident, actor=resolver, summary="Meanwhile")
    client, url = sign_in(agent), f"/tickets/{incident.key}/custom/region/"
    assert client.post(url, {"custom.region": ["north"], "version": "1"}).status_code == 204
    editing.edit(incident, actor=resolver, custom={"region": ["south"]})
    page = client.post(url, {"custom.region": ["north", "south"], "version": "3"})
    text = page.content.decode()
    assert page.status_code == 409 and "Region" in text and "Daniel Resolver" in text and text.count("checked") == 2
    keep = {"custom.region": ["north", "south"], "version": "4", "compared": "custom.region"}
    assert client.post(url, {**keep, "keep_custom.region": "theirs"}).status_code == 204
    assert Ticket.objects.get(pk=incident.pk).custom == {"region": ["south"]}
    assert client.post(url, {**keep, "keep_custom.region": "yours"}).status_code == 204
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.custom, ticket.summary) == ({"region": ["north", "south"]}, "Meanwhile")


def test_a_retired_field_is_shown_while_it_has_a_value(sign_in: SignIn, agent: User, incident: Incident) -> None:
    row = region()
    editing.edit(incident, actor=agent, custom={"region": "north"})
    Definition.objects.filter(pk=row.pk).update(retired_at=clock.now())
    page = sign_in(agent).get(incident.get_absolute_url()).content.decode()
    assert "retired field" in page and "north" in page
    assert sign_in(agent).get(f"/tickets/{incident.key}/custom/region/").status_code == 404
    assert "custom.region" not in sign_in(agent).get(f"/tickets/{incident.key}/edit/").content.decode()


def test_a_custom_column_in_a_queue_and_in_the_exports(sign_in: SignIn, agent: User, incident: Incident) -> None:
    """FRM-04: in exports; several choices stand in one cell."""
    region(field_type="choices")
    editing.edit(incident, actor=agent, custom={"region": ["north", "south"]})
    client = sign_in(agent)
    assert '<span class="ek-tag">south</span>' in client.get("/queues/open/?columns=custom.region").content.decode()
    exported = b"".join(client.get("/queues/open/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "north; south" in exported


def test_the_screens_are_told_over_rest(api: Api, agent: User) -> None:
    region(is_required=True, default="north")
    put("category", "create", "required")
    told = {row["name"]: row for row in api(agent).get("/api/v1/incidents/screens/").json()["create"]}
    assert told["custom.region"]["options"] == ["north", "south"] and told["custom.region"]["default"] == "north"
    assert told["category"]["is_required"] and not told["summary"]["is_read_only"]


def test_a_required_field_of_the_create_screen_is_asked_of_the_desk_only(api: Api, agent: User, requester: User, category: Category) -> None:
    """FRM-02: the action enforces it, over REST too; what a requester may not set is not asked of him."""
    put("category", "create", "required")
    refused = api(agent).post("/api/v1/incidents/", {"summary": "x"}, format="json")
    assert refused.status_code == 400 and refused.json()["error"]["fields"].keys() == {"category"} and not Ticket.objects.exists()
    assert api(agent).post("/api/v1/incidents/", {"summary": "x", "category": category.pk}, format="json").status_code == 201
    assert api(requester).post("/api/v1/incidents/", {"summary": "y"}, format="json").status_code == 201


def test_a_read_only_field_of_the_create_screen_cannot_be_given(agent: User, house: None) -> None:
    put("impact", "create", "read_only")
    with pytest.raises(errors.Invalid) as refused:
        incidents.create(actor=agent, summary="x", urgency=3, impact=1)
    assert refused.value.field == "impact" and not Ticket.objects.exists()
    assert incidents.create(actor=agent, summary="x", urgency=3).impact is None


def test_read_only_for_a_role_holds_whatever_other_roles_say(
    sign_in: SignIn, api: Api, agent: User, resolver: User, incident: Incident, category: Category
) -> None:
    """FRM-02: read-only for a role: no pencil on the page, refused by the menu's POST, over REST and in bulk; others are not touched."""
    put("category", "edit", "shown", "resolver")
    resolver.roles.add(Role.objects.get(slug="agent"))
    page = sign_in(resolver).get(incident.get_absolute_url()).content.decode()
    assert 'id="edit-category"' not in page and 'id="edit-urgency"' in page
    assert api(resolver).patch(f"/api/v1/incidents/{incident.key}/", {"category": category.pk}, format="json").status_code == 400
    assert bulk.apply([incident], bulk.Change("category", category), actor=resolver)[1]
    assert Ticket.objects.get(pk=incident.pk).category is None
    assert editing.edit(incident, actor=agent, category=category).category == category


def test_a_required_field_of_the_edit_screen_is_not_emptied(agent: User, incident: Incident) -> None:
    put("description", "edit", "required")
    editing.edit(incident, actor=agent, summary="Older records may go on without it")
    editing.edit(incident, actor=agent, description="Known")
    with pytest.raises(errors.Invalid) as refused:
        editing.edit(incident, actor=agent, description="  ")
    assert refused.value.field == "description"
    assert Ticket.objects.get(pk=incident.pk).description == "Known"


def test_the_edit_dialog_has_the_fields_in_their_order(sign_in: SignIn, agent: User, incident: Incident, service: Service) -> None:
    region()
    put("service", position=1)
    put("is_restricted", mode="hidden")
    put("labels", mode="read_only")
    page = sign_in(agent).get(f"/tickets/{incident.key}/edit/").content.decode()
    names = ["service", "summary", "description", "labels", "custom.region"]
    places = [page.index(f'name="{name}"') for name in names]
    assert places == sorted(places) and 'name="is_restricted"' not in page
    sign_in(agent).post(
        f"/tickets/{incident.key}/edit/", {"summary": "Same", "version": "1", "service": "", "initial-service": str(service.pk), "labels": "forged"}
    )
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.summary, ticket.service, ticket.labels) == ("Same", None, [])


def test_the_view_screen_hides_and_orders(sign_in: SignIn, agent: User, incident: Incident) -> None:
    put("channel", "view", "hidden")
    put("service", "view", position=1)
    page = sign_in(agent).get(incident.get_absolute_url()).content.decode()
    assert "<dt>Channel</dt>" not in page and page.index("<dt>Service</dt>") < page.index("<dt>Impact</dt>")


def ask(verb: str, **columns: Any) -> None:
    Transition.objects.filter(workflow__is_default=True, verb=verb).update(**columns)


def test_a_move_asks_for_any_field(
    sign_in: SignIn, api: Api, agent: User, incident: Incident, fixed: ResolutionCode, category: Category, small_service: Service
) -> None:
    """FRM-02: the screen of a transition, required and optional, in a form and over REST; one mechanism with what workflows required before."""
    region()
    ask("resolve", required=["resolution", "category", "custom.region"], asked=["service"])
    client, url = sign_in(agent), "/tickets/transition/resolve/"
    form = client.get(f"{url}?key={incident.key}").content.decode()
    assert 'name="custom.region"' in form and 'name="service"' in form
    body = {"key": incident.key, "resolution": str(fixed.pk), "category": str(category.pk), "service": str(small_service.pk)}
    page = client.post(url, body)
    assert page.status_code == 422 and 'id="id_custom.region_error"' in page.content.decode()
    given = {"resolution": fixed.slug, "category": category.pk}
    refused = api(agent).post(f"/api/v1/incidents/{incident.key}/resolve/", given, format="json")
    assert refused.status_code == 400 and refused.json()["error"]["fields"].keys() == {"custom.region"}
    assert client.post(url, {**body, "custom.region": "north"}).status_code == 204
    ticket = Ticket.objects.get(pk=incident.pk)
    assert (ticket.is_open, ticket.custom, ticket.service, ticket.version) == (False, {"region": "north"}, small_service, 2)


def test_a_move_takes_only_what_it_asks_for(agent: User, incident: Incident, small_service: Service) -> None:
    with pytest.raises(errors.Invalid) as refused:
        lifecycle.transition(incident, "triage", actor=agent, service=small_service)
    assert refused.value.field == "service"
    assert Ticket.objects.get(pk=incident.pk).version == 1


def test_an_admin_sees_what_a_screen_cannot_do(sign_in: SignIn, admin: User) -> None:
    body = {"kind": "incident", "screen": "view", "field": "channel", "mode": "required", "position": ""}
    page = sign_in(admin).post("/admin/tickets/screenfield/add/", body)
    assert page.status_code == 200 and not ScreenField.objects.exists()
    sign_in(admin).post("/admin/tickets/screenfield/add/", {**body, "mode": "hidden"})
    assert ScreenField.objects.get().mode == "hidden"
