"""ONC-11: an answer by the signed link is the same as a click; opening it changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Team, User
from alerts.models import Alert
from common import clock, errors
from journal.models import Entry
from notifications import links
from notifications.actions import answering, outbox, paging
from notifications.models import ContactMethod, Message, Page
from oncall.actions import escalations
from oncall.models import Escalation, EscalationPolicy, EscalationStep
from tests.notifications.sinks import Provider, provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(settings: Any) -> Any:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        yield server


@pytest.fixture
def alert(house: None) -> Alert:
    now = clock.now()
    return Alert.objects.create(number=7, alias="a", message="Gateway returns 502", priority=1, first_occurred_at=now, last_occurred_at=now)


@pytest.fixture
def paged(alert: Alert, agent: User, resolver: User, team: Team, other: Provider) -> Message:
    """The agent and the resolver are paged by ntfy for an alert; the agent's message left."""
    policy = EscalationPolicy.objects.create(slug="p", name="P", team=team)
    for user in (agent, resolver):
        ContactMethod.objects.create(user=user, channel="ntfy", name="ntfy", address=f"{other.url}/{user.pk}", verified_at=clock.now())
        EscalationStep.objects.create(policy=policy, target=EscalationStep.USER, user=user)
    escalations.start(
        "alert", alert.pk, policy, actor=None, facts={"title": "P1 Gateway returns 502", "url": alert.get_absolute_url(), "urgency": "important"}
    )
    with clock.shifted(clock.now() + timedelta(seconds=1)):
        escalations.sweep()
        outbox.send_due()
    return Message.objects.get(page__user=agent)


def path_of(message: Message) -> str:
    assert message.page_id is not None
    return links.answer_url(message.page_id, message.pk).removeprefix("http://testserver")


def test_the_link_shows_and_only_the_button_acknowledges(paged: Message, alert: Alert, agent: User, other: Provider) -> None:
    stranger = Client()
    path = path_of(paged)
    tokens = [got.json["click"].rstrip("/").rpartition("/")[2] for got in other.got]
    assert links.Ticket(paged.page_id or 0, paged.pk) in [links.read(token) for token in tokens]
    shown = stranger.get(path)
    assert shown.status_code == 200 and b"P1 Gateway returns 502" in shown.content and b"Acknowledge" in shown.content
    assert shown["Cache-Control"].startswith("max-age=0") and b"noindex" in shown.content
    alert.refresh_from_db()
    assert (alert.status, Page.objects.filter(state=Page.OPEN).count()) == (Alert.OPEN, 2)
    answered = stranger.post(path)
    assert (answered.status_code, answered["Location"]) == (302, path)
    alert.refresh_from_db()
    assert (alert.status, alert.owner) == (Alert.ACKNOWLEDGED, agent)
    assert set(Page.objects.values_list("state", "acknowledged_by", "acknowledged_via")) == {(Page.ACKNOWLEDGED, agent.pk, "ntfy")}
    assert Escalation.objects.get().state == Escalation.ACKNOWLEDGED
    paged.refresh_from_db()
    assert paged.acted_at is not None and paged.delivered_at is not None
    assert b"You acknowledged it" in stranger.get(path).content


def test_a_second_answer_changes_nothing(paged: Message, alert: Alert) -> None:
    Client().post(path_of(paged))
    before = Entry.objects.count()
    Client().post(path_of(paged))
    assert Entry.objects.count() == before


def test_a_link_of_somebody_who_left_shows_and_does_nothing(paged: Message, alert: Alert, agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    for answer in (Client().get(path_of(paged)), Client().post(path_of(paged))):
        assert answer.status_code == 410 and b"Gateway" not in answer.content
    agent.refresh_from_db()
    with pytest.raises(errors.Refused, match="deactivated"):
        answering.acknowledge(Page.objects.get(user=agent), actor=agent, via="sms")
    alert.refresh_from_db()
    assert alert.status == Alert.OPEN


def test_a_link_without_the_form_token_is_refused(paged: Message) -> None:
    assert Client(enforce_csrf_checks=True).post(path_of(paged)).status_code == 403
    assert Page.objects.filter(state=Page.OPEN).count() == 2


def test_an_old_link_and_a_forged_one_say_so(paged: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = Client().get(f"{path_of(paged)[:-5]}xxxx/")
    assert forged.status_code == 404 and b"This link does not work" in forged.content
    monkeypatch.setattr(links, "VALID", timedelta(seconds=-1))
    old = Client().post(path_of(paged))
    assert old.status_code == 410 and b"no longer valid" in old.content
    assert Page.objects.filter(state=Page.OPEN).count() == 2


def test_somebody_who_lost_his_rights_is_told_so(paged: Message, agent: User, alert: Alert) -> None:
    agent.roles.clear()
    refused = Client().post(path_of(paged))
    assert refused.status_code == 409 and b'role="alert"' in refused.content
    alert.refresh_from_db()
    assert (alert.status, Page.objects.get(user=agent).state) == (Alert.OPEN, Page.OPEN)


def test_one_link_answers_all_of_which_its_message_told(agent: User, other: Provider, alert: Alert) -> None:
    ContactMethod.objects.create(user=agent, channel="ntfy", name="ntfy", address=f"{other.url}/a", verified_at=clock.now())
    for number in (alert.pk, 801, 802):
        with transaction.atomic():
            paging.page(
                [agent],
                key=f"k{number}",
                subject_type="alert" if number == alert.pk else "thing",
                subject_id=number,
                title=f"N {number}",
                topic="Gateway",
            )
    outbox.send_due()
    lead = Message.objects.get(bundle__isnull=True)
    shown = Client().get(path_of(lead)).content
    assert b"Acknowledge this and 2 more" in shown and b"N 802" in shown
    Client().post(path_of(lead))
    assert set(Page.objects.values_list("state", flat=True)) == {Page.ACKNOWLEDGED}


def test_a_test_page_is_acknowledged_by_itself(agent: User, sign_in: Callable[[User], Client]) -> None:
    made = paging.test_page(agent, actor=agent)
    message = Message.objects.get(page=made)
    Client().post(path_of(message))
    made.refresh_from_db()
    assert (made.state, made.acknowledged_via) == (Page.ACKNOWLEDGED, "email")
