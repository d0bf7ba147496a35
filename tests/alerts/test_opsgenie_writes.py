"""Opsgenie's Alert API v2: what its clients write, and what comes of it (API_COMPAT section 1)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.db import OperationalError

from accounts.models import User
from alerts.actions import intake, integrations, lifecycle
from alerts.models import Alert, InboxRow, Integration
from common import clock
from journal.models import Entry
from notifications.models import Page
from tests.alerts.conftest import Knock, outcomes

pytestmark = pytest.mark.django_db(transaction=True)

# As opsgenie-sdk 2.1.5 sends it.
CREATE = {
    "user": "me@example.com", "note": "first note", "source": "sdk", "message": "DB replica lag", "alias": "sample-5f0c21", "description": "lag 300s",
    "responders": [{"name": "ops", "type": "team"}], "visibleTo": [{"name": "ops", "type": "team"}], "actions": ["Restart"],
    "tags": ["OverwriteQuietHours", "Critical"], "details": {"region": "eu", "host": "db1"}, "entity": "db1", "priority": "P2",
}  # fmt: skip
ONE = "/v2/alerts/sample-5f0c21"
ALIAS = "?identifierType=alias"


def test_every_answer_has_the_envelope_and_the_headers(genie: Knock) -> None:
    for answer in (genie("POST", "/v2/alerts", CREATE), genie("POST", "/v2/alerts", {}), genie("POST", "/v2/alerts", b"{")):
        told = answer.json()
        assert UUID(told["requestId"]) and told["requestId"] == answer.headers["X-Request-ID"]
        assert isinstance(told["took"], float) and answer.headers["X-Response-Time"]
        assert (answer.headers["X-RateLimit-State"], answer.headers["X-RateLimit-Period-In-Sec"]) == ("OK", "60")


def test_create_is_kept_before_the_answer_and_becomes_an_alert(genie: Knock, clients: Integration) -> None:
    answer = genie("POST", "/v2/alerts", CREATE)
    assert (answer.status_code, answer.json()["result"]) == (202, "Request will be processed")
    row = InboxRow.objects.get()
    assert (str(row.request_id), row.operation, bytes(row.body)) == (answer.json()["requestId"], "opsgenie.create", answer.request.content)
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.alias, alert.message, alert.description, alert.entity, alert.source) == (
        "sample-5f0c21",
        "DB replica lag",
        "lag 300s",
        "db1",
        "sdk",
    )
    assert (alert.priority, alert.tags, alert.details) == (2, ["OverwriteQuietHours", "Critical"], {"region": "eu", "host": "db1"})
    assert (alert.responders, alert.visible_to, alert.actions) == ([{"type": "team", "name": "ops"}], [{"type": "team", "name": "ops"}], ["Restart"])
    assert Entry.objects.get(event="alert.noted").sentence == "me@example.com (Clients) noted: first note"
    assert outcomes()[0] == {"events": 1, "status": "Created alert", "isSuccess": True, "alertId": str(alert.uid), "alias": "sample-5f0c21"}


def test_a_second_create_counts_and_keeps_the_first_words(genie: Knock) -> None:
    genie("POST", "/v2/alerts", {"message": "one", "alias": "a"})
    genie("POST", "/v2/alerts", {"message": "two", "alias": "a"})
    intake.process_inbox()
    genie("POST", "/v2/alerts", {"message": "three", "alias": "a"})
    assert outcomes()[2]["status"] == "Increased alert count"
    alert = Alert.objects.get()
    assert (alert.message, alert.count) == ("one", 3)
    genie("POST", "/v2/alerts/a/close" + ALIAS)
    genie("POST", "/v2/alerts", {"message": "four", "alias": "a"})
    intake.process_inbox()
    assert Alert.objects.count() == 2


def test_without_an_alias_the_id_is_the_alias(genie: Knock) -> None:
    request_id = genie("POST", "/v2/alerts", {"message": "x"}).json()["requestId"]
    intake.process_inbox()
    alert = Alert.objects.get()
    assert str(alert.uid) == alert.alias == request_id


def test_what_is_too_long_is_cut(genie: Knock) -> None:
    body = {
        "message": "m" * 500, "alias": "a" * 900, "description": "d" * 20_000, "entity": "e" * 900, "source": "s" * 300,
        "tags": ["t" * 90] * 3 + [f"t{n}" for n in range(40)],
        "actions": [f"a{n}" * 60 for n in range(20)], "details": {"k": "v" * 9_000, "l": "w"}, "user": "u" * 300, "note": "n" * 30_000,
        "responders": [{"type": "user", "username": f"u{n}@example.com"} for n in range(70)],
    }  # fmt: skip
    assert genie("POST", "/v2/alerts", body).status_code == 202
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (len(alert.message), len(alert.alias), len(alert.description), len(alert.entity), len(alert.source)) == (130, 512, 15_000, 512, 100)
    assert (len(alert.tags), len(alert.actions), len(alert.responders)) == (20, 10, 50)
    assert sum(len(name) + len(text) for name, text in alert.details.items()) <= 8_000
    assert len(Entry.objects.get(event="alert.noted").data["note"]) == 25_000


def test_all_actions_in_one_batch_keep_their_order(genie: Knock, agent: User, clients: Integration) -> None:
    until = (clock.now() + timedelta(hours=1)).isoformat()
    calls: list[tuple[str, str, Any, str]] = [
        ("POST", "/v2/alerts", CREATE, "Created alert"),
        ("POST", f"{ONE}/acknowledge{ALIAS}", {"user": agent.email, "note": "ack", "source": "sdk"}, "Acknowledged alert"),
        ("POST", f"{ONE}/unacknowledge{ALIAS}", None, "Unacknowledged alert"),
        ("POST", f"{ONE}/notes{ALIAS}", {"user": "u", "note": "hello"}, "Added note"),
        ("POST", f"{ONE}/tags{ALIAS}", {"tags": ["t1", "t2"]}, "Added tags"),
        ("DELETE", f"{ONE}/tags{ALIAS}&tags=t1,Critical", None, "Removed tags"),
        ("POST", f"{ONE}/details{ALIAS}", {"details": {"k": "v", "l": 1}}, "Added details"),
        ("DELETE", f"{ONE}/details{ALIAS}&keys=k,host", None, "Removed details"),
        ("POST", f"{ONE}/assign{ALIAS}", {"owner": {"username": agent.email}}, "Assigned alert"),
        ("PUT", f"{ONE}/message{ALIAS}", {"message": "new"}, "Updated message"),
        ("PUT", f"{ONE}/description{ALIAS}", {"description": "newer"}, "Updated description"),
        ("PUT", f"{ONE}/priority{ALIAS}", {"priority": "P1"}, "Updated priority"),
        ("POST", f"{ONE}/actions/Restart{ALIAS}", None, "Executed custom action"),
        ("POST", f"{ONE}/snooze{ALIAS}", {"endTime": until}, "Snoozed alert"),
    ]
    for method, path, body, _status in calls:
        assert genie(method, path, body).status_code == 202, path
    assert [(one["status"], one["isSuccess"]) for one in outcomes()] == [(status, True) for *_call, status in calls]
    alert = Alert.objects.get()
    assert (alert.message, alert.description, alert.priority, alert.status, alert.owner) == ("new", "newer", 1, "snoozed", agent)
    assert (alert.tags, alert.details) == (["OverwriteQuietHours", "t2"], {"region": "eu", "l": "1"})
    assert genie("POST", f"{ONE}/close{ALIAS}", {"note": "done"}).status_code == 202
    assert outcomes()[-1]["status"] == "Closed alert"
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by_name) == ("closed", "Clients")
    assert genie("DELETE", f"/v2/alerts/{alert.uid}").status_code == 202
    assert outcomes()[-1]["status"] == "Deleted alert"
    assert not Alert.objects.exists()
    told = list(Entry.objects.filter(subject_type="alert", event="alert.acknowledged"))
    assert told[0].sentence == f"{agent.email} (Clients) acknowledged the alert {alert.key}"


def test_an_update_that_comes_before_its_create_finds_nothing_and_the_next_one_does(genie: Knock) -> None:
    genie("PUT", f"{ONE}/message{ALIAS}", {"message": "early"})
    genie("POST", "/v2/alerts", CREATE)
    genie("PUT", f"{ONE}/message{ALIAS}", {"message": "late"})
    assert [one["status"] for one in outcomes()] == ["Alert does not exist", "Created alert", "Updated message"]
    assert Alert.objects.get().message == "late"


def test_ids_and_tiny_ids_name_the_same_alert_in_order(genie: Knock) -> None:
    genie("POST", "/v2/alerts", CREATE)
    intake.process_inbox()
    alert = Alert.objects.get()
    genie("POST", f"/v2/alerts/{alert.uid}/acknowledge")
    genie("POST", f"/v2/alerts/{alert.number}/unacknowledge?identifierType=tiny")
    genie("POST", f"{ONE}/acknowledge{ALIAS}")
    genie("POST", f"/v2/alerts/{alert.number}/close?identifierType=tiny")
    genie("POST", f"/v2/alerts/{alert.uid}/acknowledge")
    genie("POST", f"{ONE}/acknowledge{ALIAS}")
    told = outcomes()[1:]
    assert [one["isSuccess"] for one in told] == [True, True, True, True, False, False]
    assert told[4]["status"] == f"{alert.key} is closed already. A new firing opens a new alert."
    assert told[5]["status"] == "Alert does not exist"


@pytest.mark.parametrize("ident", ["no-such", "99999", "7b68cd17-759a-4041-ba15-6ebaa9c2bb79", "%2Fa%20b%C3%B8", "%00", "x" * 600])
@pytest.mark.parametrize("kind", ["alias", "id", "tiny"])
def test_acting_on_an_alert_that_is_not_there_is_accepted_and_told_later(genie: Knock, ident: str, kind: str) -> None:
    assert genie("POST", f"/v2/alerts/{ident}/close?identifierType={kind}").status_code == 202
    (told,) = outcomes()
    assert (told["status"], told["isSuccess"], told["alertId"]) == ("Alert does not exist", False, "")


WRONG = [
    ("POST", "/v2/alerts", {"alias": "x"}, 422, {"message"}), ("POST", "/v2/alerts", {"message": "  "}, 422, {"message"}),
    ("POST", "/v2/alerts", {"message": ["x"]}, 422, {"message"}), ("POST", "/v2/alerts", [1], 400, set()), ("POST", "/v2/alerts", b"{bad", 400, set()),
    ("POST", "/v2/alerts", b"", 400, set()), ("POST", "/v2/alerts", b"[" * 200_000, 400, set()), ("POST", "/v2/alerts", b'{"message": "\\u0000"}', 400, set()),
    ("POST", "/v2/alerts", b'{"message": "\\ud800"}', 400, set()), ("POST", "/v2/alerts", b"\xff\xfe{\0}\0", 400, set()),
    ("POST", f"{ONE}/snooze", {}, 422, {"endTime"}), ("POST", f"{ONE}/snooze", {"endTime": "soon"}, 422, {"endTime"}),
    ("POST", f"{ONE}/escalate", {}, 422, {"escalation"}), ("POST", f"{ONE}/assign", {"owner": "me"}, 422, {"owner"}),
    ("POST", f"{ONE}/teams", {"team": {}}, 422, {"team"}), ("POST", f"{ONE}/responders", {"responder": None}, 422, {"responder"}),
    ("POST", f"{ONE}/notes", {"note": ""}, 422, {"note"}), ("POST", f"{ONE}/tags", {"tags": "a"}, 422, {"tags"}), ("DELETE", f"{ONE}/tags", None, 422, {"tags"}),
    ("POST", f"{ONE}/details", {"details": []}, 422, {"details"}), ("DELETE", f"{ONE}/details?keys=,", None, 422, {"keys"}),
    ("PUT", f"{ONE}/message", {}, 422, {"message"}), ("PUT", f"{ONE}/description", {}, 422, {"description"}),
    ("PUT", f"{ONE}/priority", {"priority": "P9"}, 422, {"priority"}),
    ("POST", f"{ONE}/close?identifierType=name", {}, 422, {"identifierType"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "fields"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_named_and_kept_aside(genie: Knock, method: str, path: str, body: Any, status: int, fields: set[str]) -> None:
    answer = genie(method, path, body)
    assert (answer.status_code, set(answer.json().get("errors", {}))) == (status, fields)
    assert answer.json()["message"]
    row = InboxRow.objects.get()
    assert (row.state, bytes(row.body)) == ("quarantined", answer.request.content)
    assert row.reason
    assert not outcomes()[0].get("events")


def test_wrong_keys_are_401_and_keep_nothing(base: str) -> None:
    given: list[dict[str, Any]] = [
        {}, {"headers": {"Authorization": "GenieKey wrong"}}, {"headers": {"Authorization": "Basic !!"}}, {"headers": {"Authorization": "GenieKey"}},
        {"params": {"apiKey": "wrong"}},
    ]  # fmt: skip
    for one in given:
        answer = httpx.post(f"{base}/v2/alerts", json=CREATE, **one)
        assert (answer.status_code, set(answer.json())) == (401, {"message", "took", "requestId"})
    assert not InboxRow.objects.exists()


def test_the_key_may_stand_where_clients_put_it(base: str, clients: Integration) -> None:
    key = clients.key.reveal()
    for one in ({"headers": {"Authorization": f"Bearer {key}"}}, {"params": {"apiKey": key}}, {"auth": ("any", key)}, {"auth": (key, "")}):
        assert httpx.post(f"{base}/v2/alerts", json=CREATE, **one).status_code == 202
    assert key not in str(list(InboxRow.objects.values_list("context", flat=True)))


def test_a_trailing_slash_and_the_address_of_the_successor_are_the_same(genie: Knock) -> None:
    assert genie("POST", "/jsm/ops/integration/v2/alerts/", CREATE).status_code == 202
    assert genie("POST", f"/jsm/ops/integration/v2/alerts/sample-5f0c21/acknowledge/{ALIAS}").status_code == 202
    assert [one["status"] for one in outcomes()] == ["Created alert", "Acknowledged alert"]


def test_oversized_bodies_are_413_as_json(genie: Knock) -> None:
    answer = genie("POST", "/v2/alerts", {"message": "x" * 1_200_000})
    assert (answer.status_code, set(answer.json())) == (413, {"message", "took", "requestId"})


def test_a_key_reaches_its_own_alerts_unless_it_is_given_all(genie: Knock, clients: Integration, base: str) -> None:
    other = integrations.create(actor=None, name="Other", adapter="generic", incident_from_priority=None)
    httpx.post(f"{base}/v2/alerts", json=CREATE, headers={"Authorization": f"GenieKey {other.key.reveal()}"})
    genie("POST", f"{ONE}/acknowledge{ALIAS}")
    assert outcomes()[-1]["status"] == "Alert does not exist"
    clients.reach = Integration.ALL
    integrations.change(clients, actor=None, fields=["reach"])
    genie("POST", f"{ONE}/acknowledge{ALIAS}")
    assert outcomes()[-1]["status"] == "Acknowledged alert"


def test_a_responder_is_paged(genie: Knock, agent: User) -> None:
    genie("POST", "/v2/alerts", {"message": "x", "alias": "a", "responders": [{"type": "user", "username": agent.email}]})
    intake.process_inbox()
    assert Page.objects.get().user == agent
    genie("POST", f"/v2/alerts/a/acknowledge{ALIAS}")
    intake.process_inbox()
    assert Page.objects.get().state == Page.ACKNOWLEDGED


def test_processing_again_after_a_crash_does_nothing_twice(genie: Knock, monkeypatch: pytest.MonkeyPatch) -> None:
    genie("POST", "/v2/alerts", CREATE)
    genie("POST", f"{ONE}/notes{ALIAS}", {"note": "once"})
    genie("POST", f"{ONE}/tags{ALIAS}", {"tags": ["t"]})
    real, calls = intake._finish, []

    def crash(rows: Any) -> None:
        real(rows)
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(intake, "_finish", crash)
    with pytest.raises(OperationalError):
        intake.process_inbox()
    assert not Alert.objects.exists()
    assert [one["status"] for one in outcomes()] == ["Created alert", "Added note", "Added tags"]
    assert Alert.objects.get().count == 1
    assert Entry.objects.filter(event="alert.noted").count() == 2


def test_a_hundred_acks_and_closes_of_one_alert_end_the_same(genie: Knock, agent: User) -> None:
    genie("POST", "/v2/alerts", CREATE)
    for _time in range(3):
        genie("POST", f"{ONE}/acknowledge{ALIAS}", {"user": agent.email})
    intake.process_inbox()
    lifecycle.close(Alert.objects.get(), actor=agent)
    assert Entry.objects.filter(event="alert.acknowledged").count() == 1
