"""The desk's screens through HTTP: queues, menus that change many tickets, notes with files, the requester's page."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from incidents import actions
from incidents.models import Incident
from services.models import Service
from tickets.actions import conversation, lifecycle
from tickets.models import Attachment, Category, Comment, HoldReason, Link, ResolutionCode, Ticket, Watch

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]
Count = Callable[..., AbstractContextManager[Any]]


def told(response: Any) -> str:
    """The toast of an answer."""
    return str(json.loads(response["HX-Trigger"])["ek:toast"]["message"])


def undo_of(response: Any) -> str:
    return str(json.loads(response["HX-Trigger"])["ek:toast"]["undo"])


@pytest.fixture
def three(agent: User, service: Service) -> list[Incident]:
    """Three incidents of one service."""
    return [actions.create(actor=agent, summary=f"No {number}", service=service, urgency=3) for number in range(3)]


def test_home_leads_everybody_to_the_own_start(sign_in: SignIn, agent: User, requester: User) -> None:
    assert sign_in(agent).get("/home/")["Location"] == "/queues/open/"
    assert sign_in(requester).get("/home/")["Location"] == "/my-requests/"


def test_a_queue_says_how_many_are_shown_of_all(sign_in: SignIn, agent: User, three: list[Incident], incident: Incident) -> None:
    response = sign_in(agent).get("/queues/open/?q=Gateway")
    assert [ticket.key for ticket in response.context["tickets"]] == [incident.key]
    assert (response.context["shown"], response.context["total"]) == (1, 4)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("priority=1", 1),
        ("priority=2", 3),
        ("priority=1&priority=2", 4),
        ("assignee=none", 4),
        ("assignee=me", 0),
        ("status=new", 4),
        ("service=wiki", 0),
    ],
)
def test_chips_narrow_a_queue(
    sign_in: SignIn, agent: User, three: list[Incident], incident: Incident, small_service: Service, query: str, found: int
) -> None:
    assert sign_in(agent).get(f"/queues/open/?{query}").context["shown"] == found


def test_pages_follow_each_other_without_gaps(sign_in: SignIn, agent: User, service: Service) -> None:
    keys = {actions.create(actor=agent, summary=f"No {number}", service=service, urgency=3).key for number in range(53)}
    client = sign_in(agent)
    first = client.get("/queues/open/?sort=-key")
    second = client.get("/queues/open/", {"sort": "-key", "after": first.context["next_mark"]})
    seen = [ticket.key for page in (first, second) for ticket in page.context["tickets"]]
    assert (len(seen), set(seen), second.context["next_mark"]) == (53, keys, None)


def test_bad_addresses_are_told_and_never_a_500(sign_in: SignIn, agent: User, three: list[Incident]) -> None:
    client = sign_in(agent)
    assert client.get("/queues/nonsense/").status_code == 404
    assert client.get("/queues/open/?after=nonsense").status_code == 422
    assert client.get("/queues/open/?sort=nonsense").status_code == 200
    assert client.get("/queues/open/?priority=nonsense&q=%00").status_code == 200
    assert client.get("/INC-999999").status_code == 404
    assert client.get(f"/{three[0].key.lower()}")["Location"] == three[0].get_absolute_url()


@pytest.mark.parametrize("path", ["/queues/open/", "/my-work/", "/home/", "/my-requests/", "/INC-1"])
def test_lists_are_read_only(sign_in: SignIn, agent: User, path: str) -> None:
    assert sign_in(agent).post(path).status_code == 405


@pytest.mark.parametrize("field", ["assignee", "team", "service", "category", "priority", "urgency", "impact", "status"])
def test_each_menu_opens_for_one_and_for_many(sign_in: SignIn, agent: User, three: list[Incident], field: str) -> None:
    client = sign_in(agent)
    for chosen in (three[:1], three):
        response = client.get(f"/tickets/change/{field}/", {"key": [ticket.key for ticket in chosen]}, headers=HTMX)
        assert (response.status_code, b'role="menuitem' in response.content) == (200, True)


def test_a_menu_of_no_field_or_of_foreign_tickets_is_not_there(sign_in: SignIn, agent: User, outsider: User, incident: Incident) -> None:
    assert sign_in(agent).get("/tickets/change/summary/", {"key": incident.key}).status_code == 404
    assert sign_in(agent).get("/tickets/change/assignee/", {"key": "INC-999999"}).status_code == 404
    assert sign_in(outsider).post("/tickets/change/assignee/", {"key": incident.key, "assignee": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("field", "values", "column", "after"),
    [
        ("priority", {"urgency": "1"}, "priority", 1),
        ("impact", {"impact": "4"}, "impact", 4),
        ("impact", {"impact": "none"}, "impact", 1),
        ("service", {"service": "none"}, "service", None),
        ("team", {"team": "none"}, "team", None),
    ],
)
def test_a_choice_changes_every_chosen_ticket(
    sign_in: SignIn, agent: User, three: list[Incident], field: str, values: dict[str, str], column: str, after: int | None
) -> None:
    keys = [ticket.key for ticket in three]
    assert sign_in(agent).post(f"/tickets/change/{field}/", {"key": keys, **values}, headers=HTMX).status_code == 204
    assert set(Ticket.objects.values_list(column, flat=True)) == {after}


def test_a_value_that_does_not_exist_changes_nothing(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client = sign_in(agent)
    for field, values, status in (
        ("assignee", {"assignee": "nobody@example.com"}, 404),
        ("category", {"category": "x"}, 404),
        ("urgency", {"urgency": "9"}, 422),
        ("team", {}, 404),
    ):
        assert client.post(f"/tickets/change/{field}/", {"key": incident.key, **values}, headers=HTMX).status_code == status
    assert Ticket.objects.get().version == 1


def test_bulk_tells_what_could_not_be_changed(sign_in: SignIn, agent: User, three: list[Incident]) -> None:
    lifecycle.cancel(three[0], actor=agent, reason="a test")
    response = sign_in(agent).post("/tickets/change/status/", {"key": [ticket.key for ticket in three], "status": "triage"}, headers=HTMX)
    assert told(response).startswith(f"2 incidents moved, 1 could not be changed. {three[0].key}: ")
    assert sorted(Ticket.objects.values_list("status__key", flat=True)) == ["canceled", "triage", "triage"]


def test_assigning_can_be_undone_until_somebody_else_changes_it(sign_in: SignIn, agent: User, resolver: User, three: list[Incident]) -> None:
    client = sign_in(agent)
    done = client.post("/tickets/change/assignee/", {"key": [ticket.key for ticket in three[:2]], "assignee": resolver.email}, headers=HTMX)
    assert told(done) == "2 incidents assigned to Daniel Resolver"
    client.post("/tickets/change/urgency/", {"key": three[0].key, "urgency": "1"}, headers=HTMX)
    undone = client.post(undo_of(done), headers=HTMX)
    assert told(undone).startswith(f"{three[1].key} given back, 1 could not be changed. {three[0].key} was changed since")
    assert list(Ticket.objects.order_by("id").values_list("assignee", flat=True)) == [resolver.pk, None, None]


def test_undo_says_what_it_did_and_nothing_more(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    client = sign_in(agent)
    done = client.post("/tickets/change/assignee/", {"key": incident.key, "assignee": resolver.email}, headers=HTMX)
    assert told(client.post(undo_of(done), headers=HTMX)) == f"{incident.key} given back"
    assert client.get(undo_of(done)).status_code == 405
    assert told(client.post(undo_of(done), headers=HTMX)) == "It is too late to undo that."
    assert client.post("/tickets/undo/999999/", headers=HTMX).status_code == 404


def test_holding_needs_what_it_waits_for(sign_in: SignIn, agent: User, incident: Incident, vendor: HoldReason) -> None:
    lifecycle.transition(incident, "triage", actor=agent)
    lifecycle.transition(incident, "start", actor=agent)
    client, url = sign_in(agent), "/tickets/transition/hold/"
    assert b"It waits for" in client.get(url, {"key": incident.key}, headers=HTMX).content
    wrong = client.post(url, {"key": incident.key, "reason": ""}, headers=HTMX)
    assert (wrong.status_code, b'aria-invalid="true"' in wrong.content, Ticket.objects.get().status.key) == (422, True, "in-progress")
    assert client.post(url, {"key": incident.key, "hold_reason": vendor.pk, "reason": "a part"}, headers=HTMX).status_code == 204
    assert Ticket.objects.get().pending_reason == "a part"


def test_many_are_resolved_with_one_form(sign_in: SignIn, agent: User, three: list[Incident], fixed: ResolutionCode, category: Category) -> None:
    values = {"key": [ticket.key for ticket in three], "resolution": fixed.pk, "category": category.pk}
    assert sign_in(agent).post("/tickets/transition/resolve/", values, headers=HTMX).status_code == 204
    assert set(Ticket.objects.values_list("status__key", "resolution")) == {("resolved", fixed.pk)}


def test_a_resolver_may_not_close(
    sign_in: SignIn, resolver: User, agent: User, incident: Incident, fixed: ResolutionCode, category: Category
) -> None:
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    response = sign_in(resolver).post("/tickets/transition/close/", {"key": incident.key}, headers=HTMX)
    assert (response.status_code, "incident.close" in response["X-Reason"], Ticket.objects.get().status.key) == (403, True, "resolved")


def test_a_note_goes_with_its_files_or_not_at_all(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/comment/"
    good, empty = SimpleUploadedFile("log.txt", b"a line"), SimpleUploadedFile("none.txt", b"")
    wrong = client.post(url, {"audience": "internal", "body": "look", "files": [good, empty]}, headers=HTMX)
    assert (wrong.status_code, b"look" in wrong.content, b"none.txt is empty" in wrong.content) == (422, True, True)
    assert (Comment.objects.count(), Attachment.objects.count()) == (0, 0)
    good.seek(0)
    assert client.post(url, {"audience": "internal", "body": "look", "files": [good]}, headers=HTMX).status_code == 200
    file = Attachment.objects.get()
    assert (Comment.objects.get().body, file.name, file.is_internal) == ("look", "log.txt", True)
    sent = client.get(f"/tickets/{incident.key}/files/{file.pk}/")
    assert (b"".join(sent.streaming_content), sent["Content-Disposition"]) == (b"a line", 'attachment; filename="log.txt"')  # type: ignore[attr-defined]
    assert client.get(f"/tickets/{incident.key}/files/{file.pk + 1}/").status_code == 404


def test_watching_is_switched(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/watch/"
    assert b"Stop watching" in client.post(url, headers=HTMX).content
    assert Watch.objects.filter(user=agent).exists()
    assert b"Stop watching" not in client.post(url, headers=HTMX).content
    assert not Watch.objects.filter(user=agent).exists()


def test_linking_tells_a_wrong_key_at_the_field(sign_in: SignIn, agent: User, three: list[Incident]) -> None:
    client, url = sign_in(agent), f"/tickets/{three[0].key}/link/"
    for target in ("INC-999999", three[0].key):
        assert client.post(url, {"relation": "relates", "target": target}, headers=HTMX).status_code == 422
    assert not Link.objects.exists()
    assert client.post(url, {"relation": "blocks", "target": three[1].key.lower()}, headers=HTMX).status_code == 204
    assert Link.objects.values_list("source__key", "target__key", "relation").get() == (three[0].key, three[1].key, "blocks")
    assert three[1].key in client.get(three[0].get_absolute_url()).content.decode()


def test_the_auditor_changes_nothing_by_any_menu(sign_in: SignIn, auditor: User, incident: Incident) -> None:
    client = sign_in(auditor)
    for field, value in (("urgency", "4"), ("impact", "4"), ("service", "none"), ("team", "none"), ("status", "triage")):
        response = client.post(f"/tickets/change/{field}/", {"key": incident.key, field: value}, headers=HTMX)
        assert json.loads(response["HX-Trigger"])["ek:toast"]["tone"] == "error", field
    assert client.post(f"/tickets/{incident.key}/link/", {"relation": "relates", "target": incident.key}, headers=HTMX).status_code == 403
    assert Ticket.objects.get().version == 1


def test_the_sidebar_reads_itself_again(sign_in: SignIn, agent: User, requester: User, incident: Incident) -> None:
    page = sign_in(agent).get("/sidebar/?at=/alerts/", headers=HTMX).content.decode()
    assert ('href="/alerts/" aria-current="page"' in page, "Unassigned" in page) == (True, True)
    assert sign_in(requester).get("/sidebar/").status_code == 404


def test_only_who_may_create_is_offered_it(sign_in: SignIn, agent: User, auditor: User) -> None:
    assert b"data-create" in sign_in(agent).get("/queues/open/").content
    client = sign_in(auditor)
    assert b"data-create" not in client.get("/queues/open/").content
    assert client.get("/incidents/new/").status_code == 403
    assert client.post("/incidents/new/", {"summary": "x", "urgency": "3", "channel": "phone"}).status_code == 403
    assert not Ticket.objects.exists()


def test_the_requesters_page_costs_the_same_for_many(
    sign_in: SignIn, agent: User, requester: User, service: Service, django_assert_num_queries: Count
) -> None:
    client = sign_in(requester)

    def report() -> None:
        made = actions.create(actor=agent, summary="Printer", service=service, urgency=3, reporter=requester)
        conversation.comment(made, actor=agent, body="We look at it", is_internal=False)

    report()
    client.get("/my-requests/")
    for amount in (1, 6):
        with django_assert_num_queries(12):
            assert client.get("/my-requests/").content.count(b"We look at it") == amount
        for _number in range(5):
            report()


def test_the_palette_finds_what_the_person_can_open(sign_in: SignIn, agent: User, requester: User, incident: Incident) -> None:
    assert incident.key in sign_in(agent).get(f"/palette/?q={incident.key}", headers=HTMX).content.decode()
    assert incident.key not in sign_in(requester).get(f"/palette/?q={incident.key}", headers=HTMX).content.decode()


def test_whoever_changes_nothing_gets_no_bulk_bar(sign_in: SignIn, agent: User, auditor: User, incident: Incident) -> None:
    for path in ("/queues/open/", "/alerts/"):
        assert b"data-bulk-n" in sign_in(agent).get(path).content
        assert b"data-bulk-n" not in sign_in(auditor).get(path).content
