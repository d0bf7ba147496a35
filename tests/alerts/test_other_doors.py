"""PagerDuty's Events API, Alertmanager's API and Splunk On-Call's endpoint: what their clients write, and what comes of it (API_COMPAT sections 5, 6 and 8)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from alerts.actions import intake, integrations, lifecycle
from alerts.dialects import alertmanager
from alerts.models import Alert, InboxRow, Integration
from common import clock
from tests.alerts.conftest import outcomes

pytestmark = pytest.mark.django_db(transaction=True)
Post = Callable[..., httpx.Response]

# ---------------------------------------------------------------- PagerDuty


@pytest.fixture
def duty(base: str, clients: Integration) -> Post:
    """Posts an event with the integration's key."""

    def post(path: str, body: Any, key: str = "routing_key") -> httpx.Response:
        if isinstance(body, bytes):
            return httpx.post(base + path, content=body)
        return httpx.post(base + path, json={key: clients.key.reveal(), **body})

    return post


# As pagerduty 7.2.0 sends it.
TRIGGER = {
    "event_action": "trigger", "payload": {"summary": "Disk full on web1", "source": "web1", "severity": "critical", "custom_details": {"free": "0%", "n": {"a": [1]}}},
    "images": [{"src": "https://example.com/a.png"}], "links": [{"href": "https://example.com", "text": "runbook"}], "dedup_key": "disk",
}  # fmt: skip


def test_trigger_acknowledge_and_resolve(duty: Post, clients: Integration) -> None:
    answer = duty("/v2/enqueue", TRIGGER)
    assert (answer.status_code, answer.json()) == (202, {"status": "success", "message": "Event processed", "dedup_key": "disk"})
    duty("/v2/enqueue", TRIGGER)
    duty("/v2/enqueue", {"event_action": "acknowledge", "dedup_key": "disk"})
    assert [one["status"] for one in outcomes()] == ["Created alert", "Created alert", "Acknowledged alert"]
    alert = Alert.objects.get()
    assert (alert.alias, alert.message, alert.priority, alert.entity, alert.count) == (f"pd-{clients.pk}-disk", "Disk full on web1", 1, "web1", 2)
    assert (alert.status, alert.details["free"], alert.details["dedup_key"]) == ("acknowledged", "0%", "disk")
    assert [link["label"] for link in alert.links] == ["runbook", "Image"]
    duty("/v2/enqueue", {"event_action": "resolve", "dedup_key": "disk", "payload": TRIGGER["payload"]})
    assert outcomes()[-1]["status"] == "Closed alert"
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by) == ("closed", "source")


def test_without_a_dedup_key_one_is_made_and_can_be_used(duty: Post) -> None:
    key = duty("/v2/enqueue", {**TRIGGER, "dedup_key": ""}).json()["dedup_key"]
    assert len(key) == 32
    duty("/v2/enqueue", {"event_action": "resolve", "dedup_key": key})
    intake.process_inbox()
    assert Alert.objects.get().status == "closed"


def test_unknown_keys_of_acks_and_resolves_are_accepted_and_told_later(duty: Post) -> None:
    for action in ("acknowledge", "resolve"):
        assert duty("/v2/enqueue", {"event_action": action, "dedup_key": "never-seen-key"}).status_code == 202
    assert [one["status"] for one in outcomes()] == ["Alert does not exist", "Alert does not exist"]


def test_the_same_dedup_key_of_another_integration_is_another_alert(duty: Post, base: str) -> None:
    other = integrations.create(actor=None, name="Other", adapter="generic", incident_from_priority=None)
    duty("/v2/enqueue", TRIGGER)
    httpx.post(f"{base}/v2/enqueue", json={**TRIGGER, "routing_key": other.key.reveal()})
    intake.process_inbox()
    assert Alert.objects.count() == 2


PAYLOAD = TRIGGER["payload"]
INVALID: list[tuple[Any, str]] = [
    ({"event_action": "boom", "payload": PAYLOAD}, "event_action"), ({"payload": PAYLOAD}, "event_action"), ({"event_action": "trigger"}, "payload"),
    ({"event_action": "trigger", "payload": {"source": "x", "severity": "info"}}, "payload.summary"),
    ({"event_action": "trigger", "payload": {"summary": "s", "source": "x", "severity": "high"}}, "payload.severity"),
    ({"event_action": "acknowledge"}, "dedup_key"), ({"event_action": "resolve", "dedup_key": "d" * 256}, "dedup_key"), ({"event_action": []}, "event_action"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "named"), INVALID, ids=[str(row[0])[:50] for row in INVALID])
def test_an_invalid_event_is_400_with_what_is_wrong_and_kept_aside(duty: Post, body: Any, named: str) -> None:
    answer = duty("/v2/enqueue", body)
    told = answer.json()
    assert (answer.status_code, told["status"], told["message"]) == (400, "invalid event", "Event object is invalid")
    assert f"'{named}'" in told["errors"][0]
    assert InboxRow.objects.get().state == "quarantined"


def test_what_is_no_json_or_has_no_known_key_is_400_and_kept_nowhere(duty: Post) -> None:
    told = duty("/v2/enqueue", b"{bad").json()
    assert (told["status"], told["message"], told["errors"][0]) == ("Unrecognized object", "Event object format is unrecognized", "JSON parse error")
    for body in (b"[]", b'{"routing_key": "short", "event_action": "trigger"}', b'{"routing_key": 7}', b"{}"):
        answer = duty("/v2/enqueue", body)
        assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")
    assert not InboxRow.objects.exists()


def test_version_one(duty: Post) -> None:
    body = {
        "event_type": "trigger",
        "incident_key": "k1",
        "description": "Down",
        "details": {"a": 1},
        "client": "Nagios",
        "client_url": "https://n.example",
    }
    answer = duty("/generic/2010-04-15/create_event.json", body, key="service_key")
    assert (answer.status_code, answer.json()) == (200, {"status": "success", "message": "Event processed", "incident_key": "k1"})
    duty("/generic/2010-04-15/create_event.json", {"event_type": "acknowledge", "incident_key": "k1"}, key="service_key")
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.message, alert.source, alert.status, alert.links[0]["url"]) == ("Down", "Nagios", "acknowledged", "https://n.example")
    duty("/generic/2010-04-15/create_event.json", {"event_type": "resolve", "incident_key": "k1"}, key="service_key")
    intake.process_inbox()
    alert.refresh_from_db()
    assert alert.status == "closed"
    assert duty("/generic/2010-04-15/create_event.json", {"event_type": "trigger"}, key="service_key").status_code == 400


# ---------------------------------------------------------------- Alertmanager


@pytest.fixture
def prom(base: str, clients: Integration) -> Post:
    """Posts alerts as Prometheus does."""

    def post(body: Any, path: str = "/api/v2/alerts", **more: Any) -> httpx.Response:
        given = {"content": body, "headers": {"Content-Type": more.pop("kind", "application/json")}} if isinstance(body, bytes) else {"json": body}
        return httpx.post(base + path, auth=("prometheus", clients.key.reveal()), **given, **more)

    return post


LABELS = {
    "alertname": "InstanceDown", "cluster": "lab-eu1", "env": "prod", "instance": "127.0.0.1:28113", "job": "node", "replica": "a", "severity": "critical",
}  # fmt: skip


BEGAN = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%S.124Z}"


def at(minutes: float) -> str:
    return (clock.now() + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def sent(ends: float | None = 4, **more: Any) -> dict[str, Any]:
    times = {"startsAt": BEGAN, **({"endsAt": at(ends)} if ends is not None else {})}
    return {"labels": LABELS, "annotations": {"summary": "Instance 127.0.0.1:28113 down"}, "generatorURL": "http://p.example/graph", **times, **more}


def test_prometheus_sends_again_and_resolves(prom: Post) -> None:
    for _time in range(3):
        answer = prom([sent()])
        assert (answer.status_code, answer.content, answer.headers.get("content-type")) == (200, b"", None)
        intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.alias, alert.count, alert.priority, alert.message) == ("bf99a4e74682b747", 3, 1, "Instance 127.0.0.1:28113 down")
    assert alert.expires_at is not None
    prom([sent(ends=-0.1)])
    intake.process_inbox()
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by) == ("closed", "source")
    assert not alert.expires_at


def test_what_is_not_sent_again_ends_at_its_end(prom: Post) -> None:
    prom([sent(ends=4), {"labels": {"alertname": "NoEnd"}}])
    intake.process_inbox()
    assert lifecycle.close_expired() == 0
    with clock.shifted(clock.now() + timedelta(minutes=4.5)):
        assert lifecycle.close_expired() == 1
    assert Alert.objects.get(status="closed").alias == "bf99a4e74682b747"
    with clock.shifted(clock.now() + timedelta(minutes=5.5)):
        assert lifecycle.close_expired() == 1
    Alert.objects.update(recovered_at=clock.now() - timedelta(minutes=1))  # it ended in the shifted time
    prom([sent(ends=4)])
    intake.process_inbox()
    assert Alert.objects.filter(alias="bf99a4e74682b747").count() == 2


def test_the_fingerprint_is_alertmanagers(prom: Post) -> None:
    disk = {"alertname": "DiskFull", "instance": "db1:9100", "job": "node", "mountpoint": "/var", "severity": "page"}
    assert (alertmanager.fingerprint(LABELS), alertmanager.fingerprint(disk)) == ("bf99a4e74682b747", "e682ad5b1cab1ff4")


def test_a_prefix_carries_the_key_too_and_version_one_is_understood(base: str, clients: Integration) -> None:
    key = clients.key.reveal()
    assert httpx.post(f"{base}/am/{key}/api/v2/alerts", json=[sent()]).status_code == 200
    assert httpx.post(f"{base}/api/v2/alerts", json=[sent()], headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert httpx.post(f"{base}/am/{key}/api/v1/alerts", json=[sent()]).json() == {"status": "success"}
    intake.process_inbox()
    assert Alert.objects.get().count == 3
    assert httpx.post(f"{base}/am/wrong/api/v2/alerts", json=[]).status_code == 401
    answer = httpx.post(f"{base}/api/v2/alerts", json=[])
    assert (answer.status_code, answer.headers["www-authenticate"][:5]) == (401, "Basic")


PARSING = 'parsing alerts body from "" failed, because '
REFUSED: list[tuple[Any, int, Any]] = [
    ([{"labels": {}}], 400, "at least one label pair required"),
    ([{"labels": {"alertname": "x", "bad-name": "1"}}], 400, 'invalid label set: invalid name "bad-name"'),
    ({"a": 1}, 400, {"code": 400, "message": PARSING + "json: cannot unmarshal object into Go value of type models.PostableAlerts"}),
    (
        [{"labels": {"alertname": "x", "n": 1}}], 400,
        {"code": 400, "message": PARSING + "json: cannot unmarshal number into Go struct field Alert.labels of type string"},
    ),
    ([{"annotations": {"a": "b"}}], 422, {"code": 602, "message": "0.labels in body is required"}),
    ([{"labels": {"alertname": "x"}, "startsAt": "2026-01-02T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z"}], 400, "start time must be before end time"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "told"), REFUSED, ids=[str(row[0])[:40] for row in REFUSED])
def test_errors_are_alertmanagers(prom: Post, body: Any, status: int, told: Any) -> None:
    answer = prom(body)
    assert (answer.status_code, answer.json()) == (status, told)


def test_bad_json_and_other_media_types(prom: Post) -> None:
    answer = prom(b"{bad")
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert answer.json()["message"].startswith(PARSING)
    answer = prom(b"x", kind="text/plain")
    assert (answer.status_code, answer.json()) == (
        415,
        {"code": 415, "message": 'unsupported media type "text/plain", only [application/json] are allowed'},
    )
    assert prom([]).status_code == 200


# ---------------------------------------------------------------- Splunk On-Call


def test_victorops(base: str, clients: Integration) -> None:
    url = f"{base}/integrations/generic/20131114/alert/{clients.key.reveal()}/database"
    body = {
        "message_type": "CRITICAL",
        "entity_id": "disk/db1",
        "entity_display_name": "Disk full",
        "state_message": "97 %",
        "monitoring_tool": "Nagios",
        "host_name": "db1",
    }
    answer = httpx.post(url, json=body)
    assert (answer.status_code, answer.json()) == (200, {"result": "success", "entity_id": "disk/db1"})
    httpx.post(url, json={"message_type": "ACKNOWLEDGEMENT", "entity_id": "disk/db1", "ack_author": "ada", "ack_msg": "on it"})
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.message, alert.description, alert.priority, alert.entity, alert.source) == ("Disk full", "97 %", 1, "db1", "Nagios")
    assert (alert.status, alert.acknowledged_by, alert.details["routing_key"]) == ("acknowledged", "ada (Clients)", "database")
    httpx.post(url.removesuffix("/database"), json={"message_type": "RECOVERY", "entity_id": "disk/db1"})
    intake.process_inbox()
    alert.refresh_from_db()
    assert alert.status == "closed"
    for wrong in ({"message_type": "BOOM"}, {}, []):
        answer = httpx.post(url, json=wrong)
        assert (answer.status_code, answer.json()["result"]) == (400, "failure")
    assert httpx.post(f"{base}/integrations/generic/20131114/alert/wrong/x", json=body).status_code == 401


# ---------------------------------------------------------------- Netdata, and the plain way in


def test_netdatas_address_answers_exactly_200(base: str, clients: Integration) -> None:
    answer = httpx.post(
        f"{base}/v1/json/integrations/webhooks/netdata?apiKey={clients.key.reveal()}",
        json={"alarm": "ram", "status": "CRITICAL", "message": "RAM full"},
    )
    assert (answer.status_code, answer.json()["result"]) == (200, "Request will be processed")
    intake.process_inbox()
    assert Alert.objects.get().message == "RAM full"


def test_headers_and_query_of_the_plain_way_are_kept_and_forms_are_read(base: str, clients: Integration) -> None:
    url = f"{base}/ingest/{clients.key.reveal()}"
    httpx.post(url, json={"message": "a"})
    httpx.post(f"{url}?env=prod", json={"message": "b"}, headers={"X-GitHub-Event": "push", "Cookie": "secret"})
    assert httpx.post(url, data={"message": "Disk full", "severity": "high"}).status_code == 202
    assert httpx.post(url, data={"payload": '{"message": "in a field"}'}).status_code == 202
    rows = list(InboxRow.objects.order_by("id").values_list("operation", "request_id", "context"))
    assert rows[:2] == [("ingest", None, None), ("ingest", None, {"headers": {"x-github-event": "push"}, "query": {"env": "prod"}})]
    intake.process_inbox()
    assert set(Alert.objects.values_list("message", flat=True)) == {"a", "b", "Disk full", "in a field"}
