"""From accepted bytes to alerts and incidents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from accounts.models import User
from alerts import adapters
from alerts.actions import intake, integrations, lifecycle, partitions
from alerts.models import Alert, InboxRow, Integration
from alerts.normal import Sent
from common import clock, errors
from incidents.models import Incident
from journal import actions as journal
from journal.models import Entry
from services.models import Service
from tickets.actions import lifecycle as tickets
from tickets.models import Category, ResolutionCode, Ticket

TODAY = datetime.now(UTC)


def began(minutes: int) -> str:
    """So many minutes ago, as a tool writes it."""
    return f"{TODAY - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


START = began(120)
Post = Callable[..., None]


@pytest.fixture
def integration(house: None) -> Integration:
    """A Prometheus whose critical alerts of tier 1 and 2 services open incidents."""
    return integrations.create(actor=None, name="Prometheus", adapter="alertmanager")


@pytest.fixture
def post(integration: Integration) -> Post:
    """Puts a body into the inbox, as the door does."""

    def put(body: Any, of: Integration = integration) -> None:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [of.pk, raw])

    return put


def firing(status: str = "firing", starts_at: str = START, fingerprint: str = "aa11", **labels: str) -> dict[str, Any]:
    """An Alertmanager webhook with one alert."""
    named = {"alertname": "High5xx", "severity": "critical", "service": "payments-gateway", **labels}
    alert = {
        "status": status, "labels": named, "annotations": {"summary": "5xx ratio above 5 %"}, "startsAt": starts_at, "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph", "fingerprint": fingerprint,
    }  # fmt: skip
    return {"version": "4", "status": status, "groupKey": "{}", "commonLabels": named, "externalURL": "http://am.example", "alerts": [alert]}


def test_a_critical_alert_of_a_tier_1_service_opens_an_incident(post: Post, service: Service) -> None:
    post(firing())
    assert intake.process_inbox() == 1
    alert = Alert.objects.get()
    assert (alert.message, alert.priority, alert.service, alert.status, alert.count) == ("5xx ratio above 5 %", 1, service, "open", 1)
    incident = Incident.objects.get()
    assert alert.incident == incident
    assert (incident.impact, incident.urgency, incident.priority, incident.team) == (1, 1, 1, service.owner_team)
    assert (incident.channel, incident.impact_started_at) == ("alert", alert.starts_at)
    assert incident.detected_at is not None
    assert incident.detected_at <= alert.first_occurred_at
    assert InboxRow.objects.get().state == "done"


@pytest.mark.parametrize(
    ("labels", "opens"),
    [({}, True), ({"severity": "warning"}, False), ({"service": "wiki"}, False), ({"service": "unheard-of"}, False), ({"service": "PAY-GW"}, True)],
)
def test_which_alerts_open_incidents(post: Post, service: Service, small_service: Service, labels: dict[str, str], opens: bool) -> None:
    post(firing(**labels))
    intake.process_inbox()
    assert Alert.objects.count() == 1
    assert Incident.objects.exists() is opens


def test_an_unknown_service_is_kept_and_unmatched(post: Post) -> None:
    post(firing(service="unheard-of"))
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.service_name, alert.is_matched) == ("unheard-of", False)


def test_fifty_firings_are_one_alert_with_count_fifty_and_one_journal_entry(post: Post, service: Service) -> None:
    for _number in range(50):
        post(firing())
    intake.process_inbox()
    assert Alert.objects.get().count == 50
    post(firing())
    intake.process_inbox()
    assert Alert.objects.get().count == 51
    assert Incident.objects.count() == 1
    assert Entry.objects.filter(event="alert.opened").count() == 1


def test_resolved_closes_the_alert_and_the_incident_records_it(post: Post, service: Service) -> None:
    post(firing())
    post(firing("resolved"))
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.status, alert.closed_by) == ("closed", "source")
    assert Entry.objects.filter(event="incident.alert_closed", subject_id=alert.incident.pk).count() == 1  # type: ignore[union-attr]
    assert Ticket.objects.get().is_open


def test_the_same_firing_sent_again_after_an_agent_closed_it_stays_closed(post: Post, service: Service, agent: User) -> None:
    post(firing())
    intake.process_inbox()
    lifecycle.close(Alert.objects.get(), actor=agent)
    post(firing())
    intake.process_inbox()
    assert Alert.objects.get().count == 2
    post(firing(starts_at=began(60)))
    intake.process_inbox()
    assert Alert.objects.count() == 2
    assert Alert.objects.exclude(status="closed").count() == 1


def test_a_new_firing_joins_the_incident_that_is_still_open(post: Post, service: Service) -> None:
    post(firing())
    post(firing("resolved"))
    post(firing(starts_at=began(30)))
    intake.process_inbox()
    assert Alert.objects.count() == 2
    assert Incident.objects.count() == 1
    assert {alert.incident_id for alert in Alert.objects.all()} == {Incident.objects.get().pk}


def test_a_late_recovery_of_an_earlier_firing_closes_nothing(post: Post, service: Service) -> None:
    post(firing(starts_at=began(30)))
    post(firing("resolved", starts_at=START))
    intake.process_inbox()
    assert Alert.objects.get().status == "open"


def test_equal_bodies_without_start_are_separate_events(post: Post, house: None) -> None:
    generic = integrations.create(actor=None, name="Anything", adapter="generic")
    body = {"message": "Disk full", "host": "db-1", "severity": "high"}
    post(body, generic)
    post(body, generic)
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.count, alert.priority, alert.entity) == (2, 2, "db-1")
    lifecycle.close(alert, actor=None)
    post(body, generic)
    intake.process_inbox()
    assert Alert.objects.count() == 2


@pytest.mark.parametrize("body", [b"{", b"[" * 5000, b'{"a": "\\u0000"}', b"", b"7", b"\xff\xfe"])
def test_what_cannot_be_read_goes_to_quarantine_and_stops_nothing(post: Post, service: Service, body: bytes) -> None:
    post(body)
    post(firing())
    intake.process_inbox()
    assert Alert.objects.count() == 1
    row = InboxRow.objects.get(state="quarantined")
    assert bytes(row.body) == body
    assert row.reason


WRONG = [
    {},
    [],
    {"alerts": "no"},
    {"alerts": [1, None, {}]},
    {"alerts": [{"labels": 7, "annotations": [], "startsAt": {}}]},
    [[[]]],
    {"message": {"a": 1}},
]


@pytest.mark.parametrize("adapter", ["alertmanager", "generic"])
@pytest.mark.parametrize("body", [*WRONG, {"alias": "x" * 9000, "message": "m" * 9000, "tags": ["t" * 900] * 90}], ids=lambda body: str(body)[:30])
def test_wrong_types_become_an_alert_with_what_can_be_read(post: Post, house: None, adapter: str, body: Any) -> None:
    source = integrations.create(actor=None, name="Odd", adapter=adapter)
    post(body, source)
    intake.process_inbox()
    assert InboxRow.objects.get().state == "done"
    for alert in Alert.objects.all():
        assert alert.message


def test_a_body_that_kills_its_worker_gives_itself_away(post: Post, service: Service) -> None:
    post(firing())
    for _attempt in range(intake.GIVE_UP_AT):
        (row,) = intake.claim()
    assert row.attempts == intake.GIVE_UP_AT
    intake.process_inbox()
    assert InboxRow.objects.get().state == "quarantined"
    post(firing(fingerprint="bb22"))
    intake.process_inbox()
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("error", [OperationalError("server closed the connection unexpectedly"), InterfaceError("connection already closed")])
def test_what_the_database_refuses_waits_and_loses_no_attempt(
    post: Post, service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    post(firing())
    real = intake._apply

    def refuse(rows: list[intake.Row]) -> None:
        raise error

    monkeypatch.setattr(intake, "_apply", refuse)
    for _time in range(intake.GIVE_UP_AT + 1):
        with pytest.raises(type(error)):
            intake.process_inbox()
    row = InboxRow.objects.get()
    assert (row.state, row.attempts) == ("pending", 0)
    monkeypatch.setattr(intake, "_apply", real)
    assert intake.process_inbox() == 1
    assert Alert.objects.count() == 1


def test_a_schema_of_yesterday_puts_nothing_into_quarantine(post: Post, service: Service) -> None:
    post(firing())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE alerts_alert RENAME COLUMN entity TO entity_of_yesterday")
    with pytest.raises(ProgrammingError):
        intake.process_inbox()
    assert InboxRow.objects.get().state == "pending"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE alerts_alert RENAME COLUMN entity_of_yesterday TO entity")
    assert intake.process_inbox() == 1
    assert Alert.objects.count() == 1


def test_what_was_put_aside_can_be_processed_again(post: Post, service: Service, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    post(firing())
    with monkeypatch.context() as fault:
        fault.setattr(adapters, "read", lambda *_given: 1 / 0)
        intake.process_inbox()
    row = InboxRow.objects.get(state="quarantined")
    with pytest.raises(errors.Refused):
        intake.replay([row.pk], actor=agent)
    assert intake.replay([row.pk], actor=None) == 1
    assert intake.replay([row.pk], actor=None) == 0
    assert intake.process_inbox() == 1
    assert Alert.objects.count() == 1


def test_one_body_that_cannot_be_processed_stops_no_other(post: Post, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    real = adapters.read

    def read(adapter: str, sent: Sent) -> Any:
        if "poison" in sent.payload:
            raise ZeroDivisionError("poison")
        return real(adapter, sent)

    monkeypatch.setattr(adapters, "read", read)
    post(firing(fingerprint="f1"))
    post({"poison": 1})
    post(firing(fingerprint="f2"))
    assert intake.process_inbox() == 3
    assert Alert.objects.count() == 2
    assert "poison" in InboxRow.objects.get(state="quarantined").reason


def test_a_claim_is_bounded_in_bytes_and_takes_at_least_one(post: Post, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.pace, "size", 600)
    for number in range(4):
        post(firing(fingerprint=f"f{number}"))
    assert len(intake.claim()) == 2
    monkeypatch.setattr(intake.pace, "size", 1)
    assert len(intake.claim()) == 1
    intake.process_inbox()
    assert Alert.objects.count() == 4


def test_resolving_the_incident_closes_its_alerts(post: Post, service: Service, agent: User, category: Category, fixed: ResolutionCode) -> None:
    post(firing())
    intake.process_inbox()
    tickets.resolve(Incident.objects.get(), actor=agent, resolution=fixed, category=category)
    journal.deliver_due()
    alert = Alert.objects.get()
    assert (alert.status, alert.closed_by) == ("closed", "incident")


def test_partitions_are_made_ahead_and_old_ones_without_work_are_dropped(post: Post, service: Service, settings: Any) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO alerts_inbox (integration_id, body, received_at, state) VALUES (1, '{}', %s, 'done')", [now - timedelta(days=40)])
    with clock.shifted(now - timedelta(days=40)):
        made, _dropped = partitions.keep_partitions()
    assert len(made) == partitions.AHEAD_DAYS + 1
    old = datetime.strptime(made[0][-8:], "%Y%m%d").date()
    assert InboxRow.objects.filter(received_at__date=old).count() == 1
    post(firing())
    _made, dropped = partitions.keep_partitions()
    assert made[0] in dropped
    intake.process_inbox()
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    ("word", "own", "priority"), [("Disaster", {}, 1), ("blub", {}, 3), ("blub", {"BLUB": "P5"}, 5), ("critical", {"critical": "P2"}, 2)]
)
def test_words_become_priorities(post: Post, word: str, own: dict[str, str], priority: int) -> None:
    source = integrations.create(actor=None, name="Words", adapter="generic", priority_map=own)
    post({"message": "x", "severity": word}, source)
    intake.process_inbox()
    assert Alert.objects.get().priority == priority


def test_an_admin_sees_which_integration_sent_something(post: Post, service: Service) -> None:
    post(firing())
    assert Integration.objects.get().key.last_used_at is None
    intake.process_inbox()
    assert Integration.objects.get().key.last_used_at is not None


def test_what_is_no_alert_is_done_with_its_reason(post: Post) -> None:
    github = integrations.create(actor=None, name="GitHub", adapter="github")
    post({"zen": "Keep it logically awesome.", "hook_id": 1}, github)
    assert intake.process_inbox() == 1
    row = InboxRow.objects.get()
    assert (row.state, row.outcome) == ("done", {"events": 0, "ignored": "GitHub tests the webhook, which is no alert."})
    assert not Alert.objects.exists()


def test_an_acknowledgement_in_the_tool_is_one_here(post: Post) -> None:
    librenms = integrations.create(actor=None, name="LibreNMS", adapter="librenms")
    port = {"title": "Port down", "hostname": "sw1", "rule_id": "13", "severity": "critical"}
    for state in ("2", "1", "2"):  # the first is of an alert that nobody knows
        post({**port, "state": state}, librenms)
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.status, alert.alias, alert.owner) == ("acknowledged", "librenms/sw1/13", None)


def test_a_word_means_what_the_tool_of_the_integration_means(post: Post) -> None:
    azure = integrations.create(actor=None, name="Azure", adapter="azure")
    post(
        {"data": {"essentials": {"alertId": "/subscriptions/s/alerts/1", "alertRule": "CPU", "severity": "Sev1", "monitorCondition": "Fired"}}}, azure
    )
    intake.process_inbox()
    assert Alert.objects.get().priority == 2


def test_a_storm_of_one_integration_does_not_hold_up_another(post: Post, integration: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    """ALR-22: integrations take turns, each in its own order."""
    most = intake.LEAST_BYTES // intake.BYTES_A_BODY
    monkeypatch.setattr(intake.pace, "size", intake.LEAST_BYTES)
    other = integrations.create(actor=None, name="Zabbix", adapter="generic")
    for number in range(most + 50):
        post(firing(fingerprint=f"storm-{number}"))
    post({"message": "quiet source"}, other)
    post({"message": "quiet source again"}, other)
    first, second = intake.claim(), InboxRow.objects.filter(attempts=0).count()
    assert ([row.integration_id for row in first].count(other.pk), len(first), second) == (2, most, 52)
    assert [row.id for row in first if row.integration_id == integration.pk] == list(
        InboxRow.objects.filter(integration=integration).order_by("id").values_list("pk", flat=True)[: most - 2]
    )


@pytest.mark.parametrize(
    ("claimed", "seconds", "size"),
    [(800_000, 0.7, 800_000), (800_000, 0.1, 1_600_000), (800_000, 1.0, 560_000), (700_000, 9.0, 400_000), (10_000, 0.01, 800_000)],
)
def test_what_is_claimed_at_once_takes_under_a_second(claimed: int, seconds: float, size: int) -> None:
    """After one that was not full it is as at first."""
    pace = intake.Pace()
    pace.note(claimed, seconds)
    assert round(pace.size) == size
    for _time in range(9):
        pace.note(10_000_000, 0.01)
    assert pace.size == intake.MOST_BYTES
    pace.note(1_000, 0.01)
    assert pace.size == intake.FIRST_BYTES
