"""Incidents over REST: wiring, one error shape, rights."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from incidents import actions
from incidents.models import Incident
from services.models import Service
from tickets.actions import conversation
from tickets.models import Category, Ticket

Api = Callable[..., APIClient]
URL = "/api/v1/incidents/"


def test_life_of_an_incident(api: Api, agent: User, service: Service, category: Category) -> None:
    client = api(agent)
    made = client.post(URL, {"summary": "Down", "service": service.slug, "urgency": 1})
    assert (made.status_code, made.data["priority"], made.data["channel"], made.data["reporter"]) == (201, 1, "api", agent.email)
    record = f"{URL}{made.data['key']}/"
    assert client.post(f"{record}assign/", {"assignee": agent.email}).data["assignee"] == agent.email
    assert client.post(f"{record}comment/", {"body": "hi", "is_internal": True}).status_code == 201
    assert client.post(f"{record}hold/", {"hold_reason": "vendor", "reason": "case 7"}).data["status"] == "pending"
    assert [move["verb"] for move in client.get(f"{record}transitions/").data] == ["start", "resolve", "cancel"]
    assert client.post(f"{record}resolve/", {"resolution": "fixed", "category": category.pk}).data["status"] == "resolved"
    assert client.post(f"{record}close/").data["status"] == "closed"
    assert client.post(f"{record}reopen/").data["status"] == "in-progress"


def test_errors_have_one_shape_and_name_the_field(api: Api, agent: User) -> None:
    response = api(agent).post(URL, {"summary": "", "urgency": 7, "service": "nope"})
    assert response.status_code == 400
    assert set(response.data["error"]) == {"code", "message", "fields"}
    assert set(response.data["error"]["fields"]) == {"summary", "urgency", "service"}
    assert not Ticket.objects.exists()


def test_a_read_only_token_does_not_write(api: Api, agent: User, incident: Incident) -> None:
    client = api(agent, scope="read")
    assert client.get(f"{URL}{incident.key}/").status_code == 200
    response = client.post(f"{URL}{incident.key}/assign/", {"assignee": agent.email})
    assert (response.status_code, response.data["error"]["code"]) == (403, "permission_denied")
    assert Ticket.objects.get(pk=incident.pk).assignee is None


def test_unknown_token_is_401_with_the_scheme(db: None) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer ekp_wrong")
    response = client.get(URL)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_the_outsider_gets_404_and_the_reporter_his_own(api: Api, outsider: User, requester: User, agent: User, incident: Incident) -> None:
    conversation.comment(incident, actor=agent, body="secret", is_internal=True)
    conversation.comment(incident, actor=agent, body="public", is_internal=False)
    assert api(outsider).get(f"{URL}{incident.key}/").status_code == 404
    assert api(outsider).get(URL).data["results"] == []
    own = api(requester)
    assert [row["body"] for row in own.get(f"{URL}{incident.key}/comments/").data] == ["public"]
    assert own.post(f"{URL}{incident.key}/assign/", {"assignee": None, "team": None}).status_code == 403


def test_restricted_incidents_are_hidden_from_other_teams(api: Api, person: Callable[..., User], agent: User, service: Service) -> None:
    secret = actions.create(actor=agent, summary="Layoffs leak", service=service, urgency=1, is_restricted=True)
    stranger = person("Stella Stranger", "resolver")
    assert api(stranger).get(f"{URL}{secret.key}/").status_code == 404
    assert api(stranger).get(URL).data["results"] == []
    assert api(agent).get(f"{URL}{secret.key}/").status_code == 200


def test_edit_with_an_old_version_is_409(api: Api, agent: User, incident: Incident) -> None:
    client = api(agent)
    assert client.patch(f"{URL}{incident.key}/", {"urgency": 4, "version": 1}).data["priority"] == 3
    response = client.patch(f"{URL}{incident.key}/", {"urgency": 1, "version": 1})
    assert (response.status_code, response.data["error"]["code"]) == (409, "conflict")
    assert Ticket.objects.get(pk=incident.pk).priority == 3


def test_pages_by_cursor_are_stable_and_complete(api: Api, agent: User, service: Service) -> None:
    keys = [actions.create(actor=agent, summary=f"No {number}", service=service, urgency=number % 4 + 1).key for number in range(7)]
    client, seen, url = api(agent), [], f"{URL}?limit=3&state=open"
    while url:
        page = client.get(url).data
        seen += [(row["priority"], row["key"]) for row in page["results"]]
        url = page["next"]
    assert sorted(key for _priority, key in seen) == sorted(keys)
    assert [priority for priority, _key in seen] == sorted(priority for priority, _key in seen)


def test_wrong_paging_is_400(api: Api, agent: User) -> None:
    client = api(agent)
    for query in ("cursor=%00", "cursor=W10", "limit=0", "limit=abc", "sort=password"):
        response = client.get(f"{URL}?{query}")
        assert (response.status_code, set(response.data["error"]["fields"])) == (400, {query.partition("=")[0]}), query


def test_attachments_are_downloads_and_internal_ones_stay_inside(api: Api, agent: User, requester: User, incident: Incident) -> None:
    upload = SimpleUploadedFile("../e\u202evil.html", b"<script>alert(1)</script>", content_type="text/html")
    made = api(agent).post(f"{URL}{incident.key}/attach/", {"file": upload, "is_internal": True}, format="multipart")
    assert (made.status_code, made.data["name"]) == (201, "evil.html")
    file_url = f"{URL}{incident.key}/attachments/{made.data['id']}/"
    response = api(agent).get(file_url)
    assert response.getvalue() == b"<script>alert(1)</script>"
    assert response["Content-Disposition"].startswith("attachment")
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert api(requester).get(file_url).status_code == 404


def test_a_typing_error_in_a_field_is_told(api: Api, agent: User) -> None:
    response = api(agent).post(URL, {"summary": "Down", "prioritty": 1})
    assert (response.status_code, set(response.data["error"]["fields"])) == (400, {"prioritty"})
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("field", ["reported_at", "detected_at", "impact_started_at"])
@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00Z"])
def test_instants_lie_between_the_year_2000_and_now(api: Api, agent: User, field: str, instant: str) -> None:
    response = api(agent).post(URL, {"summary": "Down", field: instant})
    assert (response.status_code, set(response.data["error"]["fields"])) == (400, {field})


def test_broken_and_deep_json_and_unknown_addresses_answer_in_the_one_shape(api: Api, agent: User) -> None:
    client = api(agent)
    for body in (b"[" * 20_000, b"{", b'{"summary": NaN}'):
        response = client.post(URL, body, content_type="application/json")
        assert (response.status_code, response.json()["error"]["code"]) == (400, "parse_error")
    response = client.get("/api/v1/nope/")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_an_edit_that_hides_the_record_from_its_editor_is_done(api: Api, person: Callable[..., User], agent: User, service: Service) -> None:
    stranger = person("Stella Stranger", "resolver")
    incident = actions.create(actor=agent, summary="Down", service=service, urgency=3)
    assert api(stranger).patch(f"{URL}{incident.key}/", {"is_restricted": True}).status_code == 204
    assert Ticket.objects.get().is_restricted


def test_a_closed_incident_does_not_change(api: Api, agent: User, incident: Incident, category: Category) -> None:
    client, record = api(agent), f"{URL}{incident.key}/"
    client.post(f"{record}resolve/", {"resolution": "fixed", "category": category.pk})
    client.post(f"{record}close/")
    assert client.patch(record, {"summary": "other"}).status_code == 409
    assert client.post(f"{record}transition/", {"verb": "nonsense"}).data["error"]["fields"].keys() == {"verb"}
    assert Ticket.objects.get().summary == incident.summary
