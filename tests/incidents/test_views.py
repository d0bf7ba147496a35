"""The incident's screens through HTTP."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from incidents import actions
from incidents.models import Incident
from services.models import Service
from tickets.actions import conversation
from tickets.models import Category, Comment, ResolutionCode, Ticket

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def test_the_record_shows_what_it_is(sign_in: SignIn, agent: User, incident: Incident) -> None:
    response = sign_in(agent).get(incident.get_absolute_url())
    assert response.status_code == 200
    for text in (incident.key, "Gateway returns 502", "Payments gateway", "Jonas Requester", "First response", "Start triage"):
        assert text in response.content.decode()


@pytest.mark.parametrize("part", ["meta", "fields", "timeline", "description"])
def test_parts_are_fragments_that_caches_keep_apart(sign_in: SignIn, agent: User, incident: Incident, part: str) -> None:
    response = sign_in(agent).get(f"{incident.get_absolute_url()}?part={part}", headers=HTMX)
    assert b"<html" not in response.content
    assert "HX-Request" in response["Vary"]
    assert "private" in response["Cache-Control"] or "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("who", ["outsider", "requester"])
def test_whoever_is_not_of_the_desk_gets_404(request: pytest.FixtureRequest, sign_in: SignIn, incident: Incident, who: str) -> None:
    client = sign_in(request.getfixturevalue(who))
    for path in (incident.get_absolute_url(), "/queues/open/", "/alerts/", "/services/", f"/tickets/{incident.key}/edit/"):
        assert client.get(path).status_code == 404, path
    assert client.get("/").status_code == 302
    assert client.get("/my-requests/").status_code == 200


def test_a_requester_sees_public_replies_only(sign_in: SignIn, agent: User, requester: User, incident: Incident) -> None:
    conversation.comment(incident, actor=agent, body="secret cause", is_internal=True)
    conversation.comment(incident, actor=agent, body="we are on it", is_internal=False)
    page = sign_in(requester).get("/my-requests/").content.decode()
    assert "we are on it" in page
    assert "secret cause" not in page


def test_create_by_phone(sign_in: SignIn, agent: User, requester: User, service: Service) -> None:
    client = sign_in(agent)
    wrong = client.post("/incidents/new/", {"summary": "", "urgency": "3", "channel": "phone", "description": "kept"})
    assert (wrong.status_code, b"kept" in wrong.content) == (422, True)
    assert not Ticket.objects.exists()
    values = {"summary": "No dial tone", "urgency": "2", "channel": "phone", "reporter": requester.pk, "service": service.pk}
    made = client.post("/incidents/new/", values)
    ticket = Ticket.objects.get()
    assert (made.status_code, made["Location"]) == (302, ticket.get_absolute_url())
    assert (ticket.channel, ticket.reporter, ticket.priority) == ("phone", requester, 1)


def test_a_call_is_logged_with_its_own_time(sign_in: SignIn, agent: User, requester: User) -> None:
    client = sign_in(agent)
    values = {"summary": "No dial tone", "urgency": "2", "channel": "phone", "reporter": requester.pk}
    for wrong in ("2999-01-01T10:00", "1999-01-01T10:00", "yesterday"):
        refused = client.post("/incidents/new/", {**values, "reported_at": wrong})
        assert (refused.status_code, "reported_at" in refused.context["form"].errors) == (422, True)
    assert not Ticket.objects.exists()
    client.post("/incidents/new/", {**values, "reported_at": "2026-01-05T08:30"})
    ticket = Ticket.objects.get()
    assert (ticket.reported_at.year, ticket.reported_at.month, ticket.reported_at.minute) == (2026, 1, 30)
    assert ticket.created_at > ticket.reported_at


def test_notes_and_replies(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/comment/"
    assert client.post(url, {"audience": "internal", "body": "a note"}, headers=HTMX).status_code == 200
    assert client.post(url, {"audience": "public", "body": "a reply"}, headers=HTMX).status_code == 200
    assert client.post(url, {"audience": "public", "body": " "}, headers=HTMX).status_code == 422
    assert list(Comment.objects.order_by("id").values_list("body", "is_internal")) == [("a note", True), ("a reply", False)]


def test_an_auditor_is_refused_with_the_reason_and_changes_nothing(sign_in: SignIn, auditor: User, agent: User, incident: Incident) -> None:
    client = sign_in(auditor)
    for path, values in {
        f"/tickets/{incident.key}/comment/": {"audience": "internal", "body": "x"},
        f"/tickets/{incident.key}/edit/": {"summary": "x", "version": 1},
        f"/tickets/{incident.key}/take/": {},
    }.items():
        response = client.post(path, values, headers=HTMX)
        assert (response.status_code, "incident." in response["X-Reason"]) == (403, True), path
    assert client.post("/tickets/change/assignee/", {"key": incident.key, "assignee": agent.email}, headers=HTMX).status_code == 204
    ticket = Ticket.objects.get()
    assert (ticket.version, ticket.assignee, Comment.objects.count()) == (1, None, 0)


def test_resolving_asks_for_code_and_category(sign_in: SignIn, agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    client, url = sign_in(agent), "/tickets/transition/resolve/"
    assert b'name="resolution"' in client.get(f"{url}?key={incident.key}", headers=HTMX).content
    assert client.post(url, {"key": incident.key, "resolution": fixed.pk}, headers=HTMX).status_code == 422
    done = client.post(url, {"key": incident.key, "resolution": fixed.pk, "category": category.pk}, headers=HTMX)
    assert (done.status_code, Ticket.objects.get().status.key) == (204, "resolved")


def test_bulk_reports_what_was_refused_and_can_be_undone(sign_in: SignIn, agent: User, resolver: User, service: Service) -> None:
    keys = [actions.create(actor=agent, summary=f"No {number}", service=service, urgency=3).key for number in range(3)]
    client = sign_in(agent)
    done = client.post("/tickets/change/assignee/", {"key": keys, "assignee": resolver.email}, headers=HTMX)
    assert "3 incidents assigned to Daniel Resolver" in done["HX-Trigger"]
    undo = done["HX-Trigger"].split('"undo": "')[1].split('"')[0]
    assert client.post(undo, headers=HTMX).status_code == 204
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {None}


@pytest.mark.parametrize("path", ["take", "watch", "comment"])
def test_verbs_are_post_only(sign_in: SignIn, agent: User, incident: Incident, path: str) -> None:
    assert sign_in(agent).get(f"/tickets/{incident.key}/{path}/").status_code == 405


def test_verbs_need_the_csrf_token(agent: User, incident: Incident) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    assert client.post(f"/tickets/{incident.key}/take/").status_code == 403
    assert Ticket.objects.get().assignee is None


@pytest.mark.parametrize("attack", ["<script>window.__xss=1</script>", "[x](javascript:alert(1))", '"><img src=x onerror=alert(1)>'])
def test_texts_of_people_do_not_become_code(sign_in: SignIn, agent: User, service: Service, attack: str) -> None:
    incident = actions.create(actor=agent, summary=attack, description=attack, service=service, urgency=3, labels=["a"])
    conversation.comment(incident, actor=agent, body=attack, is_internal=True)
    page = sign_in(agent).get(incident.get_absolute_url()).content.decode()
    assert "<script>window" not in page
    assert 'href="javascript:' not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "path", ["/incidents/INC-%00/", "/incidents/%00/", "/services/?team=%00&q=%00", "/queues/open/?q=%00&status=%00&assignee=%00", "/INC-0"]
)
def test_odd_addresses_are_no_failure(sign_in: SignIn, agent: User, path: str) -> None:
    assert sign_in(agent).get(path).status_code in (200, 404)
