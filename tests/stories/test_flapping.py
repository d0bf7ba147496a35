"""An alert that comes and goes every five seconds, and alerts of services whose dependency is down (RELIABILITY A16, ALR-17, ALR-18)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import orjson
import pytest
from django.db import connection
from django.test import Client

from accounts.models import Team, User
from alerts import tasks
from alerts.actions import intake, integrations
from alerts.models import Alert, Integration
from common import clock, errors
from incidents.models import Incident
from journal.models import Entry
from notifications.models import ContactMethod, Page
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep
from services import actions as services
from services.models import Dependency, Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def integration(house: None) -> Integration:
    """A source whose P1 alerts open incidents."""
    return integrations.create(actor=None, name="Anything", adapter="generic", incident_from_tier=None)


@pytest.fixture
def policy(team: Team, agent: User) -> EscalationPolicy:
    """The agent, once."""
    made = EscalationPolicy.objects.create(slug="first", name="First line", team=team)
    ContactMethod.objects.create(user=agent, channel="email", name="Mail", address="pager@example.com", verified_at=clock.now())
    EscalationStep.objects.create(policy=made, delay_minutes=0, target=EscalationStep.USER, user=agent)
    return made


@pytest.fixture
def needed(service: Service, small_service: Service, policy: EscalationPolicy) -> Service:
    """The wiki, which the payments gateway needs; both call the agent."""
    Service.objects.update(escalation_policy=policy, holds_dependents=True)
    services.add_dependency(service, small_service, actor=None)
    return small_service


def put(integration: Integration, alias: str, at: datetime, *, service: str, status: str = "firing", priority: str = "P1") -> None:
    body = {"message": f"{alias} is bad", "alias": alias, "status": status, "priority": priority, "service": service}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO alerts_inbox (integration_id, body, received_at) VALUES (%s, %s, %s)", [integration.pk, orjson.dumps(body), at])


@contextmanager
def work(at: datetime) -> Iterator[None]:
    """What the workers do at an instant, after what is put there."""
    with clock.shifted(at):
        yield
        intake.process_inbox()
        tasks.wake_snoozed()
        escalations.sweep()


def test_an_alert_that_comes_and_goes_for_an_hour_is_one_incident_and_few_pages(
    integration: Integration, service: Service, policy: EscalationPolicy
) -> None:
    Service.objects.update(escalation_policy=policy)
    start = clock.now()
    for second in range(0, 3600, 5):
        if second % 300 == 0 or second < 60:
            with work(start + timedelta(seconds=second)):
                pass
        status = "firing" if second % 10 == 0 else "resolved"
        put(integration, "gateway", start + timedelta(seconds=second), service=service.slug, status=status)
    with work(start + timedelta(hours=1)):
        pass
    assert (Incident.objects.count(), Alert.objects.count(), Page.objects.count()) == (1, 4, 3)
    last = Alert.objects.latest("pk")
    assert (last.status, last.incident_id, last.flapping_until is not None) == ("open", Incident.objects.get().pk, True)
    assert "flapping" in {one["stage"] for one in last.decisions}
    with work(start + timedelta(hours=1, minutes=11)):
        pass
    last.refresh_from_db()
    assert (last.status, last.closed_by, last.flapping_until, Page.objects.count()) == ("closed", "source", None, 3)


def test_what_flapped_and_stays_bad_pages_when_it_has_settled(integration: Integration, service: Service, policy: EscalationPolicy) -> None:
    Service.objects.update(escalation_policy=policy)
    start = clock.now()
    for number in range(7):
        with work(start + timedelta(seconds=number * 5)):
            put(integration, "gateway", start + timedelta(seconds=number * 5), service=service.slug, status="resolved" if number % 2 else "firing")
    assert (Alert.objects.count(), Page.objects.count()) == (4, 3)
    with work(start + timedelta(minutes=9)):
        pass
    assert Page.objects.count() == 3
    with work(start + timedelta(minutes=12)):
        pass
    last = Alert.objects.latest("pk")
    assert (last.status, last.silenced_until, Page.objects.count(), Incident.objects.count()) == ("open", None, 4, 1)


def test_flapping_can_be_switched_off(integration: Integration, service: Service) -> None:
    Integration.objects.update(flapping_changes=0)
    start = clock.now()
    for number in range(9):
        with work(start + timedelta(seconds=number * 5)):
            put(integration, "gateway", start + timedelta(seconds=number * 5), service=service.slug, status="resolved" if number % 2 else "firing")
    assert Alert.objects.count() == 5


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_alerts_wait_for_what_their_service_needs_and_page_when_it_is_back_and_they_are_not(
    integration: Integration, service: Service, needed: Service, is_one_batch: bool
) -> None:
    start = clock.now()
    with work(start):
        put(integration, "database", start, service=needed.slug)
        if is_one_batch:
            put(integration, "gateway", start, service=service.slug)
    with work(start + timedelta(seconds=5)):
        if not is_one_batch:
            put(integration, "gateway", start, service=service.slug)
    child, parent = Alert.objects.get(alias="gateway"), Alert.objects.get(alias="database")
    assert (child.held_by_id, child.incident_id, child.silenced_until) == (parent.pk, None, Alert.FOREVER)
    assert child.decisions[-1]["what"] == f"held: Wiki is down ({parent.key})"
    assert list(Escalation.objects.values_list("subject_id", flat=True)) == [parent.pk]
    with work(start + timedelta(minutes=5)):
        put(integration, "database", start + timedelta(minutes=5), service=needed.slug, status="resolved")
    child.refresh_from_db()
    assert child.held_by_id == parent.pk
    with work(start + timedelta(minutes=8)):
        pass
    freed = Alert.objects.get(alias="gateway")
    assert (freed.held_by_id, freed.silenced_until, freed.incident_id) == (None, None, Incident.objects.latest("pk").pk)
    assert Escalation.objects.filter(subject_id=child.pk).exists()


def test_a_child_that_recovers_with_its_parent_never_pages(integration: Integration, service: Service, needed: Service) -> None:
    start = clock.now()
    with work(start):
        put(integration, "database", start, service=needed.slug)
        put(integration, "gateway", start, service=service.slug)
    for minute, alias, slug in ((5, "database", needed.slug), (6, "gateway", service.slug), (9, "", "")):
        with work(start + timedelta(minutes=minute)):
            if alias:
                put(integration, alias, start + timedelta(minutes=minute), service=slug, status="resolved")
    assert Escalation.objects.count() == 1
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(("priority", "holds"), [("P3", True), ("P1", False)])
def test_what_does_not_say_that_it_is_down_holds_nothing(
    integration: Integration, service: Service, needed: Service, priority: str, holds: bool
) -> None:
    Service.objects.filter(pk=needed.pk).update(holds_dependents=holds)
    Dependency.objects.create(service=needed, needs=service)  # a circle, which no action would make
    start = clock.now()
    with work(start):
        put(integration, "database", start, service=needed.slug, priority=priority)
    with work(start + timedelta(seconds=5)):
        put(integration, "gateway", start, service=service.slug)
    assert Alert.objects.get(alias="gateway").held_by is None


def test_what_is_more_urgent_than_what_it_needs_does_not_wait(integration: Integration, service: Service, needed: Service) -> None:
    start = clock.now()
    with work(start):
        put(integration, "database", start, service=needed.slug, priority="P2")
        put(integration, "gateway", start, service=service.slug, priority="P1")
    assert set(Alert.objects.values_list("held_by", flat=True)) == {None}
    assert Escalation.objects.count() == 2


def test_what_somebody_declared_down_holds_what_needs_it_until_it_is_up_or_its_time_is_over(
    integration: Integration, service: Service, needed: Service, agent: User
) -> None:
    Service.objects.update(holds_dependents=False)
    start = clock.now()
    services.declare_down(needed, actor=agent, hours=2, note="Disk is being changed")
    with work(start + timedelta(minutes=1)):
        put(integration, "gateway", start + timedelta(minutes=1), service=service.slug)
        put(integration, "wiki", start + timedelta(minutes=1), service=needed.slug)
    held, own = Alert.objects.get(alias="gateway"), Alert.objects.get(alias="wiki")
    assert (held.held_for, held.silenced_until, own.held_for, own.silenced_until) == (needed, Alert.FOREVER, None, None)
    assert held.decisions[-1]["what"] == "held: Wiki was declared down"
    assert set(Page.objects.values_list("subject_id", flat=True)) == {own.pk}
    with work(start + timedelta(minutes=119)):
        pass
    assert Alert.objects.get(alias="gateway").held_for == needed
    with work(start + timedelta(hours=2, minutes=3)):
        pass
    held.refresh_from_db()
    assert (held.held_for, held.silenced_until, Page.objects.filter(subject_id=held.pk).count()) == (None, None, 1)
    assert list(Entry.objects.filter(event__startswith="service.declared").values_list("event", "actor")) == [("service.declared_down", agent.pk)]


def test_a_person_declares_a_service_down_and_up_on_its_page(
    client: Client, integration: Integration, service: Service, needed: Service, agent: User, requester: User
) -> None:
    root, told = f"/services/{needed.slug}", {"HX-Request": "true"}
    with pytest.raises(errors.Refused):
        services.declare_down(needed, actor=requester, hours=1)
    with pytest.raises(errors.Invalid):
        services.declare_down(needed, actor=agent, hours=0)
    client.force_login(agent)
    assert "Declare down" in client.get(f"{root}/").content.decode()
    assert client.post(f"{root}/declare-down/", {"hours": "3"}, headers=told).status_code == 422
    assert client.post(f"{root}/declare-down/", {"hours": "4", "note": "Power <b>"}, headers=told).status_code == 204
    page = client.get(f"{root}/").content.decode()
    assert "Declared down until" in page and "Power &lt;b&gt;" in page
    put(integration, "gateway", clock.now(), service=service.slug)
    intake.process_inbox()
    assert "was declared down" in client.get(Alert.objects.get().get_absolute_url()).content.decode()
    for _time in range(2):
        assert client.post(f"{root}/declare-up/", headers=told).status_code == 204
    assert "Declared down until" not in client.get(f"{root}/").content.decode()
    with work(clock.now() + timedelta(minutes=3)):
        pass
    assert (Alert.objects.get().silenced_until, Page.objects.count()) == (None, 1)
    assert Entry.objects.filter(event="service.declared_up").count() == 1
