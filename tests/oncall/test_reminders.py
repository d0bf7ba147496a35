"""ONC-11: acknowledged and forgotten. Who has it is asked; an answer keeps it quiet, silence begins the paging anew."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Team, User
from alerts.actions import lifecycle
from alerts.models import Alert
from common import clock
from journal import actions as journal
from journal.models import Delivery, Entry
from notifications import links
from notifications.models import Message, Page
from oncall.actions import escalations, reminders
from oncall.models import Escalation, EscalationPolicy, EscalationStep

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-11-24T12:00:00+00:00")


@pytest.fixture
def policy(team: Team, agent: User) -> EscalationPolicy:
    """Asks ten minutes after an acknowledgement, and pages anew five minutes later."""
    made = EscalationPolicy.objects.create(slug="p", name="First line", team=team, remind_after=10, unack_after=5)
    EscalationStep.objects.create(policy=made, target=EscalationStep.USER, user=agent)
    return made


@pytest.fixture
def alert(house: None) -> Alert:
    return Alert.objects.create(number=7, alias="a", message="Gateway down", priority=1, first_occurred_at=START, last_occurred_at=START)


def begin(policy: EscalationPolicy, alert: Alert, actor: User) -> None:
    """Paged at 0, acknowledged at 1 minute."""
    with clock.shifted(START):
        escalations.start("alert", alert.pk, policy, actor=None, facts={"title": "Gateway down", "url": "/alerts/7/", "urgency": "important"})
        escalations.sweep()
    with clock.shifted(START + timedelta(minutes=1)):
        lifecycle.acknowledge(alert, actor=actor)


def at(minutes: float) -> list[str]:
    """What the sweeps do then; the titles of all pages."""
    with clock.shifted(START + timedelta(minutes=minutes)):
        reminders.sweep()
        for delivery in Delivery.objects.filter(entry__event="escalation.unanswered", state=Delivery.PENDING):
            journal.deliver(delivery)
        escalations.sweep()
    return list(Page.objects.order_by("id").values_list("title", flat=True))


def test_silence_takes_the_acknowledgement_back(policy: EscalationPolicy, alert: Alert, agent: User) -> None:
    begin(policy, alert, agent)
    assert at(10.9) == ["Gateway down"]
    assert at(11) == ["Gateway down", "Do you still have it? Gateway down"]
    assert at(15.9) == ["Gateway down", "Do you still have it? Gateway down"]
    alert.refresh_from_db()
    assert alert.status == Alert.ACKNOWLEDGED
    assert at(16)[2:] == ["Gateway down"]
    alert.refresh_from_db()
    run = Escalation.objects.get()
    assert (alert.status, run.state, run.remind_at, run.unack_at) == (Alert.OPEN, Escalation.RUNNING, None, None)
    told = set(Entry.objects.filter(subject_type="alert").values_list("event", flat=True))
    assert {"escalation.reminded", "escalation.unanswered", "alert.unacknowledged"} <= told


def test_an_answer_by_the_link_keeps_it_quiet_and_the_time_begins_again(policy: EscalationPolicy, alert: Alert, agent: User) -> None:
    begin(policy, alert, agent)
    at(11)
    message = Message.objects.latest("id")
    assert message.page_id is not None
    with clock.shifted(START + timedelta(minutes=13)):
        Client().post(links.answer_url(message.page_id, message.pk).removeprefix("http://testserver"))
    assert len(at(16)) == 2
    alert.refresh_from_db()
    run = Escalation.objects.get()
    assert (alert.status, run.state, run.remind_at, run.unack_at) == (
        Alert.ACKNOWLEDGED,
        Escalation.ACKNOWLEDGED,
        START + timedelta(minutes=23),
        None,
    )
    assert at(23)[2:] == ["Do you still have it? Gateway down"]


def test_without_taking_back_it_only_asks_again_and_again(policy: EscalationPolicy, alert: Alert, agent: User) -> None:
    EscalationPolicy.objects.update(unack_after=0)
    policy.refresh_from_db()
    begin(policy, alert, agent)
    for minutes, pages in ((11, 2), (20, 2), (21, 3), (31, 4)):
        assert len(at(minutes)) == pages
    assert Escalation.objects.get().state == Escalation.ACKNOWLEDGED


def test_without_asking_the_acknowledgement_ends_by_itself(policy: EscalationPolicy, alert: Alert, agent: User) -> None:
    EscalationPolicy.objects.update(remind_after=0)
    policy.refresh_from_db()
    begin(policy, alert, agent)
    assert at(5.9) == ["Gateway down"]
    assert at(6) == ["Gateway down", "Gateway down"]


def test_a_closed_alert_asks_nobody(policy: EscalationPolicy, alert: Alert, agent: User) -> None:
    begin(policy, alert, agent)
    with clock.shifted(START + timedelta(minutes=2)):
        lifecycle.close(alert, actor=agent)
    assert at(60) == ["Gateway down"]


def test_by_default_nobody_is_asked(policy: EscalationPolicy, alert: Alert, agent: User) -> None:
    EscalationPolicy.objects.update(remind_after=0, unack_after=0)
    policy.refresh_from_db()
    begin(policy, alert, agent)
    assert at(600) == ["Gateway down"]
