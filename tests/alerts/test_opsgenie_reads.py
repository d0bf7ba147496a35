"""Opsgenie's Alert API v2: what its clients read, and saved searches (API_COMPAT section 1)."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import actions as accounts
from accounts.models import ApiToken, User
from alerts.actions import intake, integrations, lifecycle
from alerts.models import Alert, InboxRow, Integration, SavedSearch
from common import clock
from journal.models import Entry
from tests.alerts.test_intake import Post, post  # noqa: F401

pytestmark = pytest.mark.django_db
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def integration(house: None) -> Integration:
    """Whose key asks."""
    return integrations.create(actor=None, name="Clients", adapter="generic", incident_from_priority=None)


def asking(key: str) -> Ask:
    """A client with a key; every answer has the envelope."""
    client = Client(headers={"Authorization": f"GenieKey {key}"}, enforce_csrf_checks=True)

    def ask(method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        response = client.generic(method, path, data=b"" if body is None else json.dumps(body), content_type="application/json")
        told = response.json()
        assert isinstance(told, dict) and told["requestId"] == response["X-Request-ID"] and isinstance(told["took"], float)
        assert response["X-RateLimit-State"] == "OK"
        told["headers"] = dict(response.headers)
        return response.status_code, told

    return ask


@pytest.fixture
def ask(integration: Integration) -> Ask:
    return asking(integration.key.reveal())


@pytest.fixture
def alert(post: Post, integration: Integration, agent: User) -> Alert:  # noqa: F811
    """An alert that was acknowledged."""
    post(
        {
            "message": "Disk full",
            "alias": "disk",
            "priority": "P2",
            "tags": ["db"],
            "details": {"region": "eu"},
            "entity": "db1",
            "description": "97 %",
        }
    )
    intake.process_inbox()
    lifecycle.acknowledge(Alert.objects.get(), actor=agent)
    return Alert.objects.get()


def test_one_alert_by_id_alias_and_tiny_id(ask: Ask, alert: Alert, agent: User) -> None:
    whole = ask("GET", f"/v2/alerts/{alert.uid}")[1]["data"]
    for path in ("disk?identifierType=alias", f"{alert.number}?identifierType=tiny", f"{alert.uid}/?identifierType=id"):
        assert ask("GET", f"/v2/alerts/{path}")[1]["data"] == whole
    assert {name: whole[name] for name in ("id", "tinyId", "alias", "message", "status", "acknowledged", "count", "priority", "owner")} == {
        "id": str(alert.uid), "tinyId": str(alert.number), "alias": "disk", "message": "Disk full", "status": "open", "acknowledged": True, "count": 1,
        "priority": "P2", "owner": agent.email,
    }  # fmt: skip
    assert (whole["entity"], whole["description"], whole["details"], whole["tags"], whole["actions"]) == ("db1", "97 %", {"region": "eu"}, ["db"], [])
    assert whole["integration"] == {"id": str(alert.integration_id), "name": "Clients", "type": "API"}
    assert (whole["isSeen"], whole["snoozed"], whole["report"]["acknowledgedBy"]) == (True, False, agent.email)
    assert whole["createdAt"].endswith("Z") and len(whole["createdAt"]) == 24


def test_what_is_not_there_is_404_in_json(ask: Ask, alert: Alert) -> None:
    for path in (
        "alerts/nope", f"alerts/{uuid4()}", "alerts/nope?identifierType=alias", "alerts/x?identifierType=tiny", "alerts/nope/notes", "alerts/nope/logs",
        f"alerts/requests/{uuid4()}", "alerts/requests/x", "alerts/saved-searches/x", "alerts/a/b/c", "nothing/at/all", "alerts/%00?identifierType=alias",
    ):  # fmt: skip
        assert ask("GET", f"/v2/{path}")[0] == 404, path
    assert ask("GET", "/v2/alerts/disk?identifierType=name")[0] == 422


def test_the_successors_address_and_wrong_methods(ask: Ask, alert: Alert) -> None:
    assert ask("GET", "/jsm/ops/integration/v2/alerts/disk?identifierType=alias")[1]["data"]["id"] == str(alert.uid)
    assert ask("PUT", "/v2/alerts")[0] == 405
    assert ask("DELETE", "/v2/alerts/count")[0] == 405


def test_keys_that_do_not_open(alert: Alert, requester: User, agent: User) -> None:
    for key in ("", "wrong", "ek_wrong"):
        assert asking(key)("GET", "/v2/alerts")[0] == 401
    for user, status in ((requester, 403), (agent, 200)):
        _token, secret = accounts.create_token(actor=user, name="bot", scope=ApiToken.READ)
        assert asking(secret)("GET", "/v2/alerts")[0] == status
    assert asking(secret)("POST", "/v2/alerts/saved-searches", {"name": "x", "query": ""})[0] == 403


def test_a_key_sees_the_alerts_of_its_integration_unless_it_is_given_all(ask: Ask, alert: Alert, integration: Integration) -> None:
    other = integrations.create(actor=None, name="Other", adapter="generic")
    theirs = asking(other.key.reveal())
    assert theirs("GET", f"/v2/alerts/{alert.uid}")[0] == 404
    assert theirs("GET", "/v2/alerts/count")[1]["data"] == {"count": 0}
    other.reach = Integration.ALL
    integrations.change(other, actor=None, fields=["reach"])
    assert theirs("GET", f"/v2/alerts/{alert.uid}")[0] == 200


@pytest.fixture
def many(post: Post, integration: Integration) -> None:  # noqa: F811
    """Twenty-five alerts."""
    for number in range(25):
        post({"message": f"Alert {number:02d}", "alias": f"a{number:02d}", "priority": "P1" if number % 5 == 0 else "P3"})
    intake.process_inbox()


def test_a_list_is_paged_and_sorted(ask: Ask, many: None) -> None:
    told = ask("GET", "/v2/alerts?query=status%3A+open&sort=alias&order=asc")[1]
    assert [one["alias"] for one in told["data"]] == [f"a{number:02d}" for number in range(20)]
    following = told["paging"]["next"]
    assert told["headers"]["X-Paging-Next"] == following
    assert [one["alias"] for one in ask("GET", following.removeprefix("http://testserver"))[1]["data"]] == [
        f"a{number:02d}" for number in range(20, 25)
    ]
    assert "next" not in ask("GET", told["paging"]["last"].removeprefix("http://testserver"))[1]["paging"]
    assert ask("GET", "/v2/alerts?limit=2&offset=23&order=asc&sort=tinyId")[1]["data"][-1]["alias"] == "a24"
    assert len(ask("GET", "/v2/alerts?query=priority:P1&limit=100")[1]["data"]) == 5
    assert ask("GET", "/v2/alerts/count?query=priority:P1")[1]["data"] == {"count": 5}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("query=foo:bar", "query"),
        ("query=(", "query"),
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("offset=-1", "offset"),
        ("offset=20000", "offset"),
        ("sort=nothing", "sort"),
        ("order=up", "order"),
    ],
)
def test_bad_questions_are_422_with_the_field(ask: Ask, alert: Alert, asked: str, field: str) -> None:
    status, told = ask("GET", f"/v2/alerts?{asked}")
    assert (status, set(told["errors"])) == (422, {field})


@pytest.mark.parametrize(
    "sort", ["createdAt", "updatedAt", "isSeen", "owner", "integration.name", "report.ackTime", "report.closedBy", "snoozedUntil", "count"]
)
def test_every_sort_works(ask: Ask, many: None, sort: str) -> None:
    assert len(ask("GET", f"/v2/alerts?sort={sort}&limit=3")[1]["data"]) == 3


def test_notes_and_logs_page_by_offset(ask: Ask, alert: Alert, agent: User) -> None:
    for number in range(5):
        lifecycle.add_note(alert, actor=agent, note=f"note {number}")
    first = ask("GET", "/v2/alerts/disk/notes?identifierType=alias&direction=next&limit=2&order=desc")[1]
    assert [(one["note"], one["owner"]) for one in first["data"]] == [("note 4", agent.email), ("note 3", agent.email)]
    following = ask("GET", first["paging"]["next"].removeprefix("http://testserver"))[1]
    assert [one["note"] for one in following["data"]] == ["note 2", "note 1"]
    before = ask("GET", f"/v2/alerts/disk/notes?identifierType=alias&direction=prev&limit=2&offset={following['data'][0]['offset']}")[1]
    assert [one["note"] for one in before["data"]] == ["note 4", "note 3"]
    logs = ask("GET", "/v2/alerts/disk/logs?identifierType=alias&limit=10&order=asc")[1]["data"]
    assert logs[0]["log"] == f"Clients raised the alert {alert.key}: Disk full"
    assert logs[1]["owner"] == agent.email
    assert ask("GET", "/v2/alerts/disk/notes?identifierType=alias&offset=zzz")[0] == 200
    assert ask("GET", "/v2/alerts/disk/recipients?identifierType=alias")[1]["data"] == []


def test_what_came_of_a_request(ask: Ask, integration: Integration) -> None:
    pending, done, foreign = uuid4(), uuid4(), uuid4()
    now = clock.now()
    common = {"body": b"{}", "received_at": now, "operation": "opsgenie.acknowledge"}
    InboxRow.objects.create(id=1, integration=integration, request_id=pending, **common)
    told = {"events": 1, "status": "Alert does not exist", "isSuccess": False, "alertId": "", "alias": "x"}
    InboxRow.objects.create(id=2, integration=integration, request_id=done, state="done", outcome=told, processed_at=now, **common)
    InboxRow.objects.create(id=3, integration_id=99, request_id=foreign, state="done", outcome=told, processed_at=now, **common)
    assert ask("GET", f"/v2/alerts/requests/{pending}")[0] == ask("GET", f"/v2/alerts/requests/{foreign}")[0] == 404
    data = ask("GET", f"/v2/alerts/requests/{done}")[1]["data"]
    assert (data["success"], data["isSuccess"], data["action"], data["status"], data["alertId"], data["integrationId"]) == (
        False, False, "Acknowledge", "Alert does not exist", "", str(integration.pk),
    )  # fmt: skip


def test_saved_searches_are_made_used_changed_and_removed(ask: Ask, many: None, agent: User) -> None:
    status, made = ask(
        "POST", "/v2/alerts/saved-searches", {"name": "Urgent", "query": "priority: P1", "owner": {"username": agent.email}, "description": "d"}
    )
    assert (status, made["result"], made["data"]["name"]) == (201, "Created", "Urgent")
    ident = made["data"]["id"]
    assert ask("GET", f"/v2/alerts/count?searchIdentifier={ident}")[1]["data"] == {"count": 5}
    assert len(ask("GET", "/v2/alerts?searchIdentifier=Urgent&searchIdentifierType=name")[1]["data"]) == 5
    whole = ask("GET", "/v2/alerts/saved-searches/Urgent?identifierType=name")[1]["data"]
    assert (whole["id"], whole["query"], whole["owner"]["username"], whole["teams"]) == (ident, "priority: P1", agent.email, [])
    assert ask("POST", "/v2/alerts/saved-searches", {"name": "urgent", "query": "x"})[0] == 409
    for wrong in ({"query": "x"}, {"name": "n", "query": "foo:"}, {"name": "n" * 101, "query": "x"}, {"name": "n"}, {"name": 7, "query": "x"}):
        assert ask("POST", "/v2/alerts/saved-searches", wrong)[0] == 422
    assert ask("PATCH", f"/v2/alerts/saved-searches/{ident}", {"query": "priority: P3"})[1]["result"] == "Updated"
    assert SavedSearch.objects.get().query == "priority: P3"
    assert ask("GET", "/v2/alerts/saved-searches")[1]["data"] == [{"id": ident, "name": "Urgent"}]
    assert ask("DELETE", f"/v2/alerts/saved-searches/{ident}")[1]["result"] == "Deleted"
    assert not SavedSearch.objects.exists()
    assert Entry.objects.filter(event="alert_search.saved").count() == 2


def test_files_are_added_read_by_a_signed_address_and_removed(
    integration: Integration, alert: Alert, ask: Ask, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = Client(headers={"Authorization": f"GenieKey {integration.key.reveal()}"}, enforce_csrf_checks=True)
    url = "/v2/alerts/disk/attachments"
    sent = {"file": SimpleUploadedFile("../trace <1>.txt", b"hello"), "user": "ada"}
    added = client.post(f"{url}?alertIdentifierType=alias", sent)
    assert (added.status_code, added.json()["result"]) == (201, "Attachment added")
    ident = added.json()["data"]["id"]
    assert ask("GET", f"{url}?alertIdentifierType=alias")[1]["data"] == [{"id": ident, "name": "trace 1.txt"}]
    data = ask("GET", f"{url}/{ident}?alertIdentifierType=alias")[1]["data"]
    got = Client().get(data["url"].removeprefix("http://testserver"))
    assert (b"".join(got.streaming_content), got["Content-Disposition"]) == (b"hello", 'attachment; filename="trace 1.txt"')  # type: ignore[attr-defined]
    assert Client().get("/files/alerts/wrong/").status_code == 404
    assert client.post(f"{url}?alertIdentifierType=alias", {"file": SimpleUploadedFile("empty", b"")}).status_code == 422
    assert client.post(f"{url}?alertIdentifierType=alias", {}).status_code == 422
    assert ask("GET", f"{url}/999?alertIdentifierType=alias")[0] == ask("GET", f"{url}/x?alertIdentifierType=alias")[0] == 404
    assert ask("DELETE", f"{url}/{ident}?alertIdentifierType=alias")[1]["result"] == "Attachment deleted"
    assert ask("GET", f"{url}?alertIdentifierType=alias")[1]["data"] == []
    assert Entry.objects.get(event="alert.file_added").sentence == f"ada (Clients) added the file trace 1.txt to the alert {alert.key}"


def test_a_closed_alert_is_found_by_its_alias_after_the_open_one(ask: Ask, alert: Alert) -> None:
    lifecycle.close(alert, actor=None)
    data = ask("GET", "/v2/alerts/disk?identifierType=alias")[1]["data"]
    assert (data["status"], data["report"]["closedBy"]) == ("closed", "Evenkeel")
    with clock.shifted(clock.now() + timedelta(hours=1)):
        assert ask("GET", "/v2/alerts?query=status:closed")[1]["data"][0]["id"] == str(alert.uid)
