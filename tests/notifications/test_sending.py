"""ONC-10 and “Throttles of pages”: receipts, retries, failover, breaker, throttles, bundling, fairness; one slow provider holds up nobody."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from common import clock, crypto
from journal.models import Entry
from notifications import throttles
from notifications.actions import claiming, outbox, outcomes, paging
from notifications.channels import base
from notifications.models import Attempt, ChannelAccount, ContactMethod, Destination, Message, Page, PersonalRule
from tests.notifications.sinks import Provider, provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(settings: Any) -> Iterator[Provider]:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        yield server


@pytest.fixture
def twilio(other: Provider) -> ChannelAccount:
    """SMS go through the sink."""
    other.reply(201, {"sid": "SM1", "status": "queued"})
    return ChannelAccount.objects.create(
        channel="sms", provider="twilio_sms", url=other.url, user="AC1", sender="+15005550006", secret_cipher=crypto.encrypt("token")
    )


def contact(user: User, channel: str, address: str, *, delay: int | None = None, verified: bool = True) -> ContactMethod:
    made = ContactMethod.objects.create(user=user, channel=channel, name=channel, address=address, verified_at=clock.now() if verified else None)
    if delay is not None:
        PersonalRule.objects.create(user=user, event="page", urgency="important", delay_minutes=delay, contact=made)
    return made


def page(user: User, subject: int = 7, *, topic: str = "", urgency: str = "important", at: datetime | None = None) -> Page:
    with transaction.atomic():
        (made,) = paging.page(
            [user], key=f"run:{subject}", subject_type="alert", subject_id=subject, title=f"P1 number {subject}", text="Down", url="/alerts/7/",
            urgency=urgency, topic=topic, at=at,
        )  # fmt: skip
    return made


@contextmanager
def later(seconds: float) -> Iterator[None]:
    with clock.shifted(clock.now() + timedelta(seconds=seconds)):
        yield


def test_a_page_leaves_with_receipts(other: Provider, agent: User) -> None:
    contact(agent, "ntfy", f"{other.url}/t")
    other.reply(200, {"id": "abc"})
    page(agent)
    assert outbox.send_due() == 1
    message, attempt = Message.objects.get(), Attempt.objects.get()
    assert (message.state, message.provider_id, message.attempts, message.destination) == (Message.SENT, "abc", 1, f"ntfy:{other.url[7:]}")
    assert message.sent_at is not None and message.accepted_at is not None and message.lease_until is None
    assert (attempt.is_accepted, attempt.answer) == (True, "200")
    assert "/notifications/a/" in other.got[0].json["click"]
    assert outbox.send_due() == 0


def test_a_failing_provider_is_tried_again_with_jitter_and_the_next_channel_takes_over(other: Provider, agent: User) -> None:
    """ONC-10: after two tries the person's next step comes at once."""
    contact(agent, "webhook", f"{other.url}/hook", delay=0)
    second = contact(agent, "email", "pager@example.com", delay=10)
    other.reply(500, b"broken")
    start = clock.now()
    page(agent, at=start)
    outbox.send_due()
    first = Message.objects.get(channel="webhook")
    assert (first.state, first.attempts) == (Message.QUEUED, 1)
    assert timedelta(seconds=5) <= first.due_at - start < timedelta(seconds=8)
    assert Message.objects.get(contact=second).due_at == start + timedelta(minutes=10)
    with later(8):
        outbox.send_due()
        outbox.send_due()
    assert Message.objects.get(contact=second).state == Message.SENT
    assert Message.objects.get(channel="webhook").state == Message.QUEUED  # it goes on trying


def test_a_final_refusal_goes_on_at_once_and_marks_the_contact(other: Provider, agent: User, mailoutbox: list[Any]) -> None:
    """Without a further rule: a verified contact that was not used, then the account's e-mail; never an unverified one."""
    hook = contact(agent, "webhook", f"{other.url}/gone", delay=0)
    contact(agent, "ntfy", f"{other.url}/unverified", verified=False)
    other.reply(410)
    page(agent)
    outbox.send_due()
    outbox.send_due()
    assert Message.objects.get(channel="webhook").state == Message.FAILED
    hook.refresh_from_db()
    assert hook.broken_since is not None
    assert [mail.to for mail in mailoutbox] == [[agent.email]]
    assert "Acknowledge: http" in mailoutbox[0].body
    assert Entry.objects.filter(event="message.failed").count() == 1
    assert [got.path for got in other.got] == ["/gone"]


def test_after_an_acknowledgement_no_next_channel_follows(other: Provider, agent: User) -> None:
    contact(agent, "webhook", f"{other.url}/x", delay=0)
    contact(agent, "email", "pager@example.com", delay=10)
    other.reply(400)
    made = page(agent)
    load = claiming.claim(20)[0]
    paging.acknowledge("alert", made.subject_id, actor=agent)
    outcomes.note(load, base.Outcome(False, is_final=True, answer="400"))
    with later(3600):
        outbox.send_due()
    assert set(Message.objects.values_list("channel", "state")) == {("webhook", Message.FAILED), ("email", Message.WITHDRAWN)}


def test_retry_after_is_respected_by_the_whole_destination(other: Provider, agent: User, resolver: User) -> None:
    contact(agent, "ntfy", f"{other.url}/a")
    contact(resolver, "ntfy", f"{other.url}/b")
    other.reply(429, {}, Retry_After="40")
    start = clock.now()
    page(agent)
    outbox.send_due()
    assert Message.objects.get().due_at == start + timedelta(seconds=40)
    page(resolver, 8)
    outbox.send_due()
    assert (len(other.got), Message.objects.get(page__user=resolver, channel="ntfy").due_at) == (1, start + timedelta(seconds=40))
    other.reply(200)
    with later(41):
        outbox.send_due()
        outbox.send_due()
    assert set(Message.objects.filter(channel="ntfy").values_list("state", flat=True)) == {Message.SENT}


def test_the_breaker_opens_probes_and_closes(other: Provider, everybody: list[User], settings: Any) -> None:
    """RELIABILITY B9: five failures in a row, then nothing for 30 s, then one message probes; the others wait for what comes of it."""
    settings.EMAIL_IS_CONFIGURED, settings.PAGE_THROTTLES = False, False
    for number in range(6):
        made = User.objects.create(email=f"p{number}@example.com", name=f"P {number}")
        contact(made, "ntfy", f"{other.url}/p{number}")
        page(made, number)
    other.reply(503, b"down")
    outbox.send_due()
    destination = Destination.objects.get()
    assert destination.failures >= throttles.FAILURES and destination.closed_until is not None and "down" in destination.last_error
    before = len(other.got)
    with later(20):
        outbox.send_due()
    assert len(other.got) == before
    assert Message.objects.filter(due_at=destination.closed_until).exists()
    reopened = destination.closed_until
    other.reply(200)
    with clock.shifted(reopened + timedelta(seconds=1)):  # one probes, and lets the others go
        outbox.send_due()
    assert Destination.objects.filter(failures=0, closed_until__isnull=True).exists()
    assert Message.objects.filter(state=Message.SENT).count() == 6


def test_half_open_lets_one_message_through(other: Provider, settings: Any, everybody: list[User]) -> None:
    settings.EMAIL_IS_CONFIGURED = False
    for number, user in enumerate(everybody):
        contact(user, "ntfy", f"{other.url}/{number}")
        page(user, number)
    at = clock.now()
    Destination.objects.create(name=f"ntfy:{other.url[7:]}", failures=5, closed_until=at - timedelta(seconds=1))
    other.reply(503)
    assert (outbox.send_due(), len(other.got)) == (1, 1)
    paused = Destination.objects.get().closed_until
    assert paused is not None and paused >= at + timedelta(seconds=59)


@pytest.mark.parametrize(
    ("sent", "channel", "wait"),
    [
        ([], "sms", 0), ([10], "sms", 50), ([61], "sms", 0), ([61, 200, 300, 400, 500], "sms", 400), ([100 + 300 * n for n in range(11)], "sms", 500),
        ([70, 200, 300], "voice", 600), ([10], "email", 50), ([10, 20, 30], "ntfy", 0), ([61 + 500 * n for n in range(21)], "sms", 739),
    ],
)  # fmt: skip
def test_throttles_of_a_contact(sent: list[int], channel: str, wait: int) -> None:
    """GoAlert's figures: 1 a minute; SMS 5 in 15 min, 11 an hour, 21 in 3 h; voice 3, 7, 15."""
    at = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    history = [at - timedelta(seconds=seconds) for seconds in sent]
    assert throttles.free_at(history, throttles.limits_of(channel, is_page=True), at) == at + timedelta(seconds=wait)


def test_news_of_a_page_is_rarer() -> None:
    assert throttles.limits_of("sms", is_page=False) == ((180, 1), (1200, 3), (7200, 8))


def test_a_second_sms_waits_a_minute(twilio: ChannelAccount, other: Provider, agent: User) -> None:
    contact(agent, "sms", "+491701234567")
    page(agent, 1)
    outbox.send_due()
    page(agent, 2)
    assert outbox.send_due() == 0
    waiting = Message.objects.get(state=Message.QUEUED)
    assert (waiting.outcome, waiting.due_at) == (claiming.THROTTLED, clock.now() + timedelta(minutes=1))
    with later(60):
        assert outbox.send_due() == 1
    assert len(other.got) == 2


def test_five_in_five_seconds_of_one_channel(other: Provider, person: Callable[..., User]) -> None:
    for number in range(7):
        user = person(f"Person {'abcdefg'[number]}", "agent")
        contact(user, "ntfy", f"{other.url}/{number}")
        page(user, number)
    assert (outbox.send_due(), len(other.got)) == (5, 5)
    with later(5):
        assert outbox.send_due() == 2


def test_many_alerts_of_one_service_are_one_message(twilio: ChannelAccount, other: Provider, agent: User) -> None:
    """“+ 14 more of this service”."""
    contact(agent, "sms", "+491701234567")
    for number in range(15):
        page(agent, number, topic="Payments gateway")
    page(agent, 99, topic="Wiki")
    assert outbox.send_due() == 15
    assert [got.form["Body"].split(" Reply")[0] for got in other.got] == ["P1 number 0 (+ 14 more of this service)"]
    lead = Message.objects.get(page__subject_id=0)
    assert Message.objects.filter(bundle=lead, state=Message.SENT).count() == 14
    assert Message.objects.get(page__subject_id=99).outcome == claiming.THROTTLED


def test_the_others_go_on_alone_when_their_message_fails(twilio: ChannelAccount, other: Provider, agent: User) -> None:
    contact(agent, "sms", "+491701234567")
    for number in range(3):
        page(agent, number, topic="Payments gateway")
    other.reply(500)
    outbox.send_due()
    assert not Message.objects.exclude(state=Message.QUEUED, lease_until__isnull=True).exists()
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    paging.acknowledge("alert", 0, actor=agent)
    other.reply(201, {"sid": "SM2"})
    with later(120):
        outbox.send_due()
    assert other.got[-1].form["Body"].startswith("P1 number 1 (+ 1 more of this service)")


def test_three_hundred_alerts_of_one_service_do_not_delay_the_first_of_another(other: Provider, agent: User, resolver: User) -> None:
    """Fairness: by person and service, the first of each before the second of any; who heard nothing lately before who heard much."""
    contact(agent, "ntfy", f"{other.url}/agent")
    contact(resolver, "ntfy", f"{other.url}/resolver")
    for number in range(300):
        page(agent, number, topic=f"Storm {number % 50}")
    page(resolver, 999, topic="Wiki")
    with later(0):
        order = claiming.fair(list(claiming.waiting(clock.now()).select_related("page")), Counter())
        assert [row.page.subject_id for row in order if row.page].index(999) <= 50
        lately: Counter[tuple[int | None, str]] = Counter({(agent.pk, f"Storm {number}"): 1 for number in range(50)})
        again = claiming.fair(list(claiming.waiting(clock.now()).select_related("page")), lately)
        assert again[0].recipient_id == resolver.pk


def test_important_ones_go_first(other: Provider, agent: User, resolver: User) -> None:
    contact(agent, "ntfy", f"{other.url}/agent")
    contact(resolver, "ntfy", f"{other.url}/resolver")
    page(agent, 1, urgency="default")
    page(resolver, 2)
    assert [load.message.recipient_id for load in claiming.claim(1)] == [resolver.pk]


def test_one_slow_provider_holds_up_nobody(other: Provider, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """RELIABILITY B9: eight messages to a server that takes its time, and one to another."""
    settings.PAGE_THROTTLES = False
    monkeypatch.setattr(outbox, "PATIENCE", 2.0)
    may_go = threading.Event()
    with provider() as slow:
        slow.reply(200, may_go=may_go)
        for number in range(8):
            user = person(f"Slow {'abcdefgh'[number]}", "agent")
            contact(user, "ntfy", f"{slow.url}/{number}")
            page(user, number)
        quick = person("Quick One", "agent")
        contact(quick, "ntfy", f"{other.url}/quick")
        page(quick, 50)
        assert outbox.send_due() == claiming.SHARE + 1
        assert len(other.got) == 1
        assert Message.objects.get(page__user=quick).state == Message.SENT
        assert Message.objects.filter(state=Message.SENT).count() == 1
        may_go.set()
        until = time.monotonic() + 60
        while Message.objects.filter(state=Message.SENT).count() < 9 and time.monotonic() < until:
            outbox.send_due()
            time.sleep(0.02)
    assert Message.objects.filter(state=Message.SENT).count() == 9


def test_what_another_worker_took_over_is_not_noted_twice(other: Provider, agent: User) -> None:
    """RELIABILITY 3.5: the number of the attempt is the fence."""
    contact(agent, "ntfy", f"{other.url}/a")
    page(agent)
    (load,) = claiming.claim(20)
    Message.objects.update(attempts=2)
    outcomes.note(load, base.Outcome(True))
    assert (Message.objects.get().state, Attempt.objects.count()) == (Message.QUEUED, 0)


def test_an_accepted_message_that_nobody_delivers_stays_accepted(twilio: ChannelAccount, other: Provider, agent: User) -> None:
    """Accept and drop: the receipt says accepted, never delivered; the escalation goes on by itself."""
    contact(agent, "sms", "+491701234567")
    page(agent)
    outbox.send_due()
    message = Message.objects.get()
    assert (message.state, message.accepted_at is not None, message.delivered_at, message.acted_at) == (Message.SENT, True, None, None)


def test_without_an_account_the_next_channel_takes_over(agent: User, mailoutbox: list[Any]) -> None:
    contact(agent, "sms", "+491701234567", delay=0)
    page(agent)
    outbox.send_due()
    outbox.send_due()
    failed = Message.objects.get(channel="sms")
    assert (failed.state, failed.outcome) == (Message.FAILED, "No account is configured for this channel.")
    assert len(mailoutbox) == 1


def test_a_secret_of_another_key_is_named(other: Provider, agent: User) -> None:
    made = contact(agent, "gotify", other.url)
    ContactMethod.objects.filter(pk=made.pk).update(secret="gAAAAA-nonsense")
    page(agent)
    outbox.send_due()
    assert "another encryption key" in Message.objects.get(channel="gotify").outcome


def test_the_steps_of_a_policy_that_name_a_webhook_or_a_chat_are_sent(other: Provider) -> None:
    for name in ("webhook", "channel"):
        Message.objects.create(
            channel=name, address=f"{other.url}/{name}", subject="Down", body="Now", due_at=clock.now(), idempotency_key=name, order=20
        )
    assert outbox.send_due() == 2
    assert {got.path: got.json.get("type") or got.json["text"] for got in other.got} == {"/webhook": "message", "/channel": "Down"}
