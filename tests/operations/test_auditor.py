"""The auditor finds and mends what the pager missed, tells people once, and the outside only when all is well (HB-07, RELIABILITY 3.7, 3.11)."""

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Team, User
from alerts.models import Alert
from common import clock
from journal.models import Delivery
from notifications.actions import outbox, paging
from notifications.models import ContactMethod, Message, Page
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep
from operations import actions, findings
from operations.models import Audit, Probe
from services.models import Service
from tickets.models import Comment, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(team: Team, agent: User, service: Service) -> EscalationPolicy:
    """The agent, who has a verified contact, at once; the service points at it."""
    made = EscalationPolicy.objects.create(slug="first", name="First line", team=team)
    ContactMethod.objects.create(user=agent, channel="email", name="Mail", address="pager@example.com", verified_at=clock.now())
    EscalationStep.objects.create(policy=made, target=EscalationStep.USER, user=agent)
    Service.objects.filter(pk=service.pk).update(escalation_policy=made)
    return made


@pytest.fixture
def receiver(settings: Any) -> Iterator[list[str]]:
    """An outside dead-man's switch: the paths that were asked for."""
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.DEAD_MAN_URL = f"http://127.0.0.1:{server.server_address[1]}/ping/evenkeel"
        settings.EGRESS_ALLOW = ["127.0.0.0/8"]
        yield heard
        server.shutdown()


def alert_of(service: Service, *, minutes: float, **columns: Any) -> Alert:
    at = clock.now() - timedelta(minutes=minutes)
    given = {"number": 900, "alias": "a", "message": "Down", "priority": 1, "first_occurred_at": at, "last_occurred_at": at, **columns}
    return Alert.objects.create(service=service, **given)


def late_step(service: Service, policy: EscalationPolicy) -> None:
    with clock.shifted(clock.now() - timedelta(minutes=3)):
        escalations.start("alert", alert_of(service, minutes=3).pk, policy, actor=None, facts={"title": "Down"})


def run_of_an_acknowledged_alert(service: Service, policy: EscalationPolicy) -> None:
    escalations.start("alert", alert_of(service, minutes=3, status=Alert.ACKNOWLEDGED).pk, policy, actor=None, facts={"title": "Down"})
    Escalation.objects.update(next_step_at=clock.now() + timedelta(minutes=5))


def run_of_a_closed_ticket(service: Service, policy: EscalationPolicy) -> None:
    ticket = Ticket.objects.get()
    escalations.start("ticket", ticket.pk, policy, actor=None, facts={"title": "Down"})
    Escalation.objects.update(next_step_at=clock.now() + timedelta(minutes=5))
    Ticket.objects.update(status_category="done")


def alert_for_which_nobody_is_called(service: Service, policy: EscalationPolicy) -> None:
    alert_of(service, minutes=3)


def incident_for_which_nobody_is_called(service: Service, policy: EscalationPolicy) -> None:
    Ticket.objects.update(created_at=clock.now() - timedelta(minutes=3))


def stuck_message(service: Service, policy: EscalationPolicy) -> None:
    with clock.shifted(clock.now() - timedelta(minutes=3)):
        paging.page([User.objects.get(name="Hanna Agent")], key="k", subject_type="alert", subject_id=7, title="Down")


def waiting_inbox(service: Service, policy: EscalationPolicy) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO alerts_inbox (body, received_at) VALUES ('{}', now() - interval '1 minute')")


FAULTS: dict[str, Callable[[Service, EscalationPolicy], None]] = {
    "steps_late": late_step, "runs_of_answered_alerts": run_of_an_acknowledged_alert, "runs_of_closed_tickets": run_of_a_closed_ticket,
    "alerts_unpaged": alert_for_which_nobody_is_called, "incidents_unpaged": incident_for_which_nobody_is_called, "messages_stuck": stuck_message,
    "inbox_waiting": waiting_inbox,
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_was_missed_is_mended_and_told_once(
    name: str, incident: Ticket, service: Service, policy: EscalationPolicy, receiver: list[str]
) -> None:
    Delivery.objects.all().delete()
    FAULTS[name](service, policy)
    first = actions.audit()
    assert first is not None and first.ticket is not None
    assert (first.findings, first.repaired, first.is_told) == ({name: 1}, 1, False)
    assert str(findings.LABELS[name]) in first.ticket.description
    Delivery.objects.all().delete()
    second = actions.audit()
    assert second is not None
    assert (second.findings, second.ticket, second.is_told) == ({}, None, True)
    assert receiver == ["/ping/evenkeel"]


def test_a_second_fault_is_a_note_of_the_same_incident(service: Service, policy: EscalationPolicy) -> None:
    stuck_message(service, policy)
    first = actions.audit()
    alert_for_which_nobody_is_called(service, policy)
    second = actions.audit()
    assert first is not None and second is not None and first.ticket == second.ticket
    assert Ticket.objects.count() == 1 and Comment.objects.get().is_internal


def test_without_faults_nothing_is_repaired_and_nobody_is_told(policy: EscalationPolicy, service: Service) -> None:
    escalations.start("alert", alert_of(service, minutes=0).pk, policy, actor=None, facts={"title": "Down"})
    escalations.sweep()
    outbox.send_due()
    made = actions.audit()
    assert made is not None and (made.findings, made.repaired, made.ticket) == ({}, 0, None)
    assert not Ticket.objects.exists()


def test_a_synthetic_page_goes_the_whole_way_and_leaves_only_its_time(agent: User) -> None:
    made = actions.probe()
    escalations.sweep()
    outbox.send_due()
    assert actions.note_probes() == 1
    made.refresh_from_db()
    assert made.seconds is not None and made.seconds < 30
    assert not Escalation.objects.exists() and not Message.objects.exists() and not Page.objects.exists()


def test_a_synthetic_page_that_does_not_arrive_is_a_fault(agent: User) -> None:
    Probe.objects.create(started_at=clock.now() - timedelta(minutes=2))
    made = actions.audit()
    assert made is not None and (made.findings, made.repaired) == ({"probe_lost": 1}, 0)


def test_every_screen_turns_red_when_pages_wait(sign_in: Callable[[User], Client], agent: User, policy: EscalationPolicy, service: Service) -> None:
    client = sign_in(agent)
    assert b"pager-banner" in client.get("/alerts/").content
    assert client.get("/operations/banner/").content.strip() == b""
    stuck_message(service, policy)
    assert "Pages are delayed: the oldest has been waiting for 3" in client.get("/operations/banner/").content.decode()
    Message.objects.all().delete()
    Audit.objects.create(at=clock.now() - timedelta(minutes=10))
    assert "Nobody watches the pager" in client.get("/operations/banner/").content.decode()


def test_the_operations_page(sign_in: Callable[[User], Client], agent: User, outsider: User) -> None:
    at = clock.now()
    for seconds in (1, 2, 3):
        Probe.objects.create(
            started_at=at - timedelta(minutes=seconds * 5), arrived_at=at - timedelta(minutes=seconds * 5) + timedelta(seconds=seconds)
        )
    Audit.objects.create(at=at, findings={"messages_stuck": 4}, repaired=4)
    page = sign_in(agent).get("/operations/").content.decode()
    assert "2.0 s" in page and "3.0 s" in page and f"{findings.LABELS['messages_stuck']}: <b>4</b>" in page
    assert sign_in(outsider).get("/operations/").status_code == 404


def test_each_check_reads_an_index() -> None:
    """RELIABILITY B19: with sequential scans priced out, no plan needs one on a table that grows."""
    grown = {"alerts_alert", "tickets_ticket", "notifications_message", "journal_delivery", "journal_entry", "tickets_slaclock", "oncall_escalation"}
    for check in findings.CHECKS:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {check.sql}", {"at": clock.now()})
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert not [table for table in grown if f"Seq Scan on {table}" in plan], plan
