"""Other products' own clients against a running product: opsgenie-sdk, pagerduty, amtool, a real Prometheus and a real Alertmanager."""

import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e import monitoring
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.django_db]
MAKE = """
from alerts.actions import integrations
print('KEY=' + integrations.create(actor=None, name={name!r}, adapter='generic', incident_from_priority=None).key.reveal())
"""


@pytest.fixture(scope="module")
def key(product: Product) -> str:
    """The key of an integration for clients."""
    made = product.tell(MAKE.format(name="Other products' clients"))
    return made.partition("KEY=")[2].split()[0]


def until(ask: Callable[[], Any], seconds: float = 120) -> Any:
    """The first true answer. Fails after so many seconds."""
    started = time.monotonic()
    while not (answer := ask()):
        assert time.monotonic() - started < seconds, f"waited {seconds} s in vain"
        time.sleep(0.1)
    return answer


# ---------------------------------------------------------------- opsgenie-sdk


@pytest.fixture
def sdk(product: Product, key: str) -> Any:
    """The SDK's module and its alert API."""
    opsgenie_sdk = pytest.importorskip("opsgenie_sdk", reason="opsgenie-sdk is not installed")
    configuration = opsgenie_sdk.configuration.Configuration()
    configuration.host, configuration.api_key["Authorization"] = product.url, key
    return opsgenie_sdk, opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(configuration=configuration))


def test_every_alert_operation_of_the_opsgenie_sdk(product: Product, sdk: Any, tmp_path: Path) -> None:
    og, api = sdk
    mine = {"identifier_type": "alias"}

    def done(answer: Any) -> Any:
        """What came of it, as soon as it is known."""

        def ask() -> Any:
            try:
                return api.get_request_status(answer.request_id).data
            except og.ApiException as error:
                assert error.status == 404
                return None

        found = until(ask)
        assert found.is_success, found.status
        return found

    made = og.CreateAlertPayload(
        message="DB replica lag", alias="sdk-1", description="lag 300s", actions=["Restart"], tags=["OverwriteQuietHours"], details={"region": "eu"}, entity="db1",
        priority="P2", source="sdk", user="me@example.com", note="first note", responders=[{"name": "Payments platform", "type": "team"}],
    )  # fmt: skip
    ident = done(api.create_alert(create_alert_payload=made)).alert_id
    tiny = api.get_alert(identifier=ident, identifier_type="id").data.tiny_id
    assert api.get_alert(identifier="sdk-1", **mine).data.id == api.get_alert(identifier=tiny, identifier_type="tiny").data.id == ident
    person = "hanna.lindqvist@meridian.example"
    done(
        api.acknowledge_alert(identifier="sdk-1", **mine, acknowledge_alert_payload=og.AcknowledgeAlertPayload(user=person, note="ack", source="sdk"))
    )
    assert api.get_alert(identifier="sdk-1", **mine).data.acknowledged
    done(api.un_acknowledge_alert(identifier="sdk-1", **mine))
    done(api.add_note(identifier="sdk-1", add_note_to_alert_payload=og.AddNoteToAlertPayload(user="u", note="hello"), **mine))
    notes = [one.note for one in api.list_notes(identifier="sdk-1", direction="next", limit=10, order="asc", **mine).data]
    assert notes == ["first note", "ack", "hello"]
    assert api.list_logs(identifier="sdk-1", limit=10, **mine).data
    assert api.list_recipients(identifier="sdk-1", **mine) is not None
    done(api.add_tags(identifier="sdk-1", add_tags_to_alert_payload=og.AddTagsToAlertPayload(tags=["t1", "t2"]), **mine))
    done(api.remove_tags(identifier="sdk-1", tags=["t1"], **mine))
    done(api.add_details(identifier="sdk-1", add_details_to_alert_payload=og.AddDetailsToAlertPayload(details={"k": "v"}), **mine))
    done(api.remove_details(identifier="sdk-1", keys=["k"], **mine))
    done(api.assign_alert(identifier="sdk-1", assign_alert_payload=og.AssignAlertPayload(owner=og.UserRecipient(username=person)), **mine))
    done(api.add_team(identifier="sdk-1", add_team_to_alert_payload=og.AddTeamToAlertPayload(team={"name": "Payments platform"}), **mine))
    who = {"type": "user", "username": person}
    done(api.add_responder(identifier="sdk-1", add_responder_to_alert_payload=og.AddResponderToAlertPayload(responder=who), **mine))
    policy = str(product.query("SELECT name FROM oncall_escalationpolicy ORDER BY id LIMIT 1")[0][0])
    done(api.escalate_alert(identifier="sdk-1", escalate_alert_to_next_payload=og.EscalateAlertToNextPayload(escalation={"name": policy}), **mine))
    ends = datetime.now(UTC) + timedelta(hours=1)
    done(api.snooze_alert(identifier="sdk-1", snooze_alert_payload=og.SnoozeAlertPayload(end_time=ends), **mine))
    done(api.update_alert_message(identifier="sdk-1", update_alert_message_payload=og.UpdateAlertMessagePayload(message="new"), **mine))
    done(
        api.update_alert_description(
            identifier="sdk-1", update_alert_description_payload=og.UpdateAlertDescriptionPayload(description="newer"), **mine
        )
    )
    done(api.update_alert_priority(identifier="sdk-1", update_alert_priority_payload=og.UpdateAlertPriorityPayload(priority="P1"), **mine))
    done(api.execute_custom_alert_action(identifier="sdk-1", action_name="Restart", **mine))
    found = api.get_alert(identifier="sdk-1", **mine).data
    assert (found.message, found.description, found.priority, found.owner, found.snoozed) == ("new", "newer", "P1", person, True)
    assert (sorted(found.tags), found.details) == (["OverwriteQuietHours", "t2"], {"region": "eu"})
    listed = api.list_alerts(query="status: open AND alias: sdk-1", offset=0, limit=5, sort="createdAt", order="desc")
    assert [one.id for one in listed.data] == [ident]
    assert api.count_alerts(query="alias: sdk-1").data.count == 1
    _saved_searches(og, api, person)
    _attachments(api, tmp_path)
    done(api.close_alert(identifier="sdk-1", close_alert_payload=og.CloseAlertPayload(note="done"), **mine))
    done(api.delete_alert(identifier=ident, identifier_type="id"))
    with pytest.raises(og.ApiException) as caught:
        api.get_alert(identifier=ident)
    assert caught.value.status == 404


def test_every_heartbeat_operation_of_the_opsgenie_sdk(product: Product, sdk: Any) -> None:
    og, alerts = sdk
    api = og.HeartbeatApi(alerts.api_client)
    team = {"name": str(product.query("SELECT name FROM accounts_team ORDER BY id LIMIT 1")[0][0])}
    made = og.CreateHeartbeatPayload(
        name="sdk-beat", description="d", interval=5, interval_unit="minutes", enabled=True, owner_team=team, alert_message="late", alert_tags=["t"], alert_priority="P2"
    )  # fmt: skip
    assert api.create_heartbeat(create_heartbeat_payload=made).data.name == "sdk-beat"
    assert "PONG" in api.ping(name="sdk-beat").result
    found = api.get_heartbeat(name="sdk-beat").data
    assert (found.interval, found.interval_unit, found.enabled, found.expired) == (5, "minutes", True, False)
    assert found.last_ping_time is not None
    assert "sdk-beat" in [one.name for one in api.list_heart_beats().data.heartbeats]
    changed = og.UpdateHeartbeatPayload(interval=1, interval_unit="hours")
    assert api.update_heartbeat(name="sdk-beat", update_heartbeat_payload=changed).data.name == "sdk-beat"
    assert api.disable_heartbeat(name="sdk-beat").data.enabled is False
    assert api.enable_heartbeat(name="sdk-beat").data.enabled is True
    api.delete_heartbeat(name="sdk-beat")
    with pytest.raises(og.ApiException) as caught:
        api.get_heartbeat(name="sdk-beat")
    assert caught.value.status == 404


def _saved_searches(og: Any, api: Any, person: str) -> None:
    owner = og.UserRecipient(username=person)
    made = og.CreateSavedSearchPayload(name="By the SDK", query="priority: P1", owner=owner, description="d")
    ident = api.create_saved_searches(create_saved_search_payload=made).data.id
    assert api.get_saved_search(identifier="By the SDK", identifier_type="name").data.id == ident
    assert "By the SDK" in [one.name for one in api.list_saved_searches().data]
    assert api.count_alerts(search_identifier=ident, search_identifier_type="id").data.count >= 1
    changed = og.UpdateSavedSearchPayload(name="By the SDK", query="priority: P2", owner=owner)
    api.update_saved_search(identifier=ident, update_saved_search_payload=changed)
    api.delete_saved_search(identifier=ident)


def _attachments(api: Any, folder: Path) -> None:
    (folder / "trace.txt").write_text("hello")
    alias = {"alert_identifier_type": "alias"}
    api.add_attachment(identifier="sdk-1", file=str(folder / "trace.txt"), **alias)
    (listed,) = api.list_attachments(identifier="sdk-1", **alias).data
    found = api.get_attachment(identifier="sdk-1", attachment_id=listed.id, **alias).data
    assert (found.name, httpx.get(found.url).text) == ("trace.txt", "hello")
    api.remove_attachment(identifier="sdk-1", attachment_id=listed.id, **alias)
    assert not api.list_attachments(identifier="sdk-1", **alias).data


# ---------------------------------------------------------------- pagerduty, over https


@pytest.fixture
def https(product: Product, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The product's web server with a certificate that it signed itself: its address and the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    secret, certificate, port = tmp_path / "key.pem", tmp_path / "certificate.pem", free_port()
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run([*command, "-keyout", secret, "-out", certificate], check=True, capture_output=True)
    server = product.spawn(
        "-m", "uvicorn", "itsm.asgi:application", "--port", str(port), "--ssl-keyfile", str(secret), "--ssl-certfile", str(certificate), "--log-level", "warning",
        "--timeout-graceful-shutdown", "1",
    )  # fmt: skip
    url = f"https://localhost:{port}"

    trusted = ssl.create_default_context(cafile=certificate)

    def is_ready() -> bool:
        try:
            return httpx.get(f"{url}/-/ready", verify=trusted).status_code == 200
        except httpx.TransportError:
            return False

    until(is_ready)
    yield url, certificate
    server.terminate()
    server.wait(20)


def test_every_event_of_the_pagerduty_client(product: Product, key: str, https: tuple[str, Path]) -> None:
    pagerduty = pytest.importorskip("pagerduty", reason="pagerduty is not installed")
    url, certificate = https
    trusted = ssl.create_default_context(cafile=certificate)
    client = pagerduty.EventsApiV2Client(key, base_url=url, verify=trusted)
    dedup = client.trigger(
        "Disk full on web1", "web1", severity="critical", custom_details={"free": "0%"}, links=[{"href": "https://example.com", "text": "runbook"}]
    )
    client.trigger("Again", "web1", dedup_key=dedup)

    def state() -> Any:
        rows = product.query("SELECT status, count FROM alerts_alert WHERE alias LIKE %s", f"pd-%-{dedup}")
        return rows[0] if rows else None

    until(lambda: state() == ("open", 2))
    assert client.acknowledge(dedup) == dedup
    until(lambda: state() == ("acknowledged", 2))
    assert client.resolve(dedup) == dedup
    until(lambda: state() == ("closed", 2))
    client.resolve("never-seen-key")
    client.submit(
        "Deploy 1.2.3",
        source="ci",
        custom_details={"build": 7},
        timestamp=datetime.now(UTC).isoformat(),
        links=[{"href": "https://example.com/1", "text": "build"}],
    )
    until(lambda: product.query("SELECT summary FROM alerts_changeevent WHERE summary = 'Deploy 1.2.3'"))
    client.close()
    with pagerduty.EventsApiV2Client("wrong", base_url=url, verify=trusted) as stranger, pytest.raises(pagerduty.HttpError) as caught:
        stranger.trigger("x", "y")
    assert caught.value.response.status_code == 400


# ---------------------------------------------------------------- amtool


def test_amtool_adds_and_shows_alerts_and_sets_silences(product: Product, key: str) -> None:
    if shutil.which("amtool") is None:
        pytest.skip("amtool is not installed: apt-get install prometheus-alertmanager")

    def amtool(*words: str) -> str:
        done = subprocess.run(
            ["amtool", f"--alertmanager.url={product.url}/am/{key}", *words], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    amtool("alert", "add", "alertname=AmtoolTest", "severity=warning", "--annotation=summary=By amtool")
    until(lambda: "AmtoolTest" in amtool("alert", "query", "alertname=AmtoolTest"))
    assert "AmtoolTest" in amtool("alert", "query", "severity=~warn.*", "-o", "extended")
    assert "AmtoolTest" not in amtool("alert", "query", "severity=critical")
    ident = amtool("silence", "add", "alertname=AmtoolTest", "--comment=planned", "--duration=1h", "--author=me").strip()
    assert ident in amtool("silence", "query")
    assert "AmtoolTest" not in amtool("alert", "query", "alertname=AmtoolTest")
    assert "AmtoolTest" in amtool("alert", "query", "--silenced", "alertname=AmtoolTest")
    assert json.loads(amtool("silence", "query", "alertname=AmtoolTest", "-o", "json"))[0]["comment"] == "planned"
    amtool("silence", "update", "--duration=2h", "--comment=longer", ident)
    amtool("silence", "expire", ident)
    assert ident not in amtool("silence", "query")
    amtool("cluster", "show")
    amtool("config", "show")


# ---------------------------------------------------------------- Prometheus and Alertmanager


CONFIGURATION = """
route:
  receiver: all
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 5s
receivers:
  - name: all
    webhook_configs:
      - {{url: '{url}/ingest/{key}', send_resolved: true}}
    opsgenie_configs:
      - {{api_url: '{url}/', api_key: '{key}', message: 'By Alertmanager as Opsgenie', priority: P2, send_resolved: true, update_alerts: true}}
    pagerduty_configs:
      - {{url: '{url}/v2/enqueue', routing_key: '{key}', description: 'By Alertmanager as PagerDuty', send_resolved: true}}
"""


@pytest.fixture
def running(tmp_path: Path, product: Product, key: str) -> Iterator[monitoring.Monitoring]:
    """A Prometheus that sends to an Alertmanager and straight to the product; an Alertmanager that sends in three languages."""
    absent = monitoring.missing()
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")
    both = monitoring.Monitoring(tmp_path, f"{product.url}/ingest/{key}")
    (tmp_path / "alertmanager.yml").write_text(CONFIGURATION.format(url=product.url, key=key))
    host = product.url.removeprefix("http://")
    straight = f"{{static_configs: [{{targets: ['{host}']}}], basic_auth: {{username: prometheus, password: '{key}'}}}}"
    configuration = (tmp_path / "prometheus.yml").read_text()
    (tmp_path / "prometheus.yml").write_text(configuration.replace("alertmanagers: [", f"alertmanagers: [{straight}, "))
    try:
        both.start()
        yield both
    finally:
        both.stop()


def test_prometheus_straight_and_alertmanager_in_three_languages(product: Product, running: monitoring.Monitoring) -> None:
    def states() -> dict[str, str]:
        rows = product.query(
            "SELECT message, status, details ->> 'alertname', alias FROM alerts_alert a JOIN alerts_integration i ON i.id = a.integration_id WHERE i.name = %s",
            "Other products' clients",
        )
        found = {}
        for message, status, _name, alias in rows:
            if "By Alertmanager" in str(message) or "Checkout returns" in str(message):
                found["pagerduty" if str(alias).startswith("pd-") else "opsgenie" if "as Opsgenie" in str(message) else "prometheus"] = str(status)
        return found

    running.errors = 1
    until(lambda: states() == {"pagerduty": "open", "opsgenie": "open", "prometheus": "open"})
    kinds = {str(row[0]) for row in product.query("SELECT DISTINCT operation FROM alerts_inbox")}
    assert {"alertmanager.alerts", "opsgenie.create", "opsgenie.message", "opsgenie.description", "pagerduty.v2", "ingest"} <= kinds
    running.errors = 0
    until(lambda: set(states().values()) == {"closed"})
    assert product.query("SELECT count(*) FROM alerts_inbox WHERE state = 'quarantined' AND operation LIKE 'opsgenie.%%'")[0][0] == 0
