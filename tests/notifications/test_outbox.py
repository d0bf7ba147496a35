"""The mail as a mail server gets it; attempts, refusals, withdrawal by an undo; nothing internal to who may not read it."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import Message as Mail
from typing import Any

import pytest

from accounts.models import User
from common import clock
from incidents.models import Incident
from notifications.actions import outbox
from notifications.models import Attempt, Message, Notice
from tests.notifications.conftest import deliver, told
from tests.sink import Sink
from tickets.actions import bulk, conversation, editing
from tickets.models import Ticket

SECRET = "the certificate of the bank expired"


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """The mail server of this test."""
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def send_later(seconds: float = 11) -> int:
    """What the worker does that many seconds from now."""
    with clock.shifted(clock.now() + timedelta(seconds=seconds)):
        return outbox.send_due()


def text_of(mail: Mail) -> str:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return bytes(parts[0].get_payload(decode=True)).decode()


def test_the_mail_says_why_and_belongs_to_the_conversation_of_its_ticket(sink: Sink, assigned: Incident, agent: User, resolver: User) -> None:
    conversation.comment(assigned, actor=agent, body=f"I found it: {SECRET} <b>&", is_internal=True)
    deliver()
    assert outbox.send_due() == 0  # it waits ten seconds for an undo
    assert send_later() == 1
    mail = sink.mails[0]
    assert (mail["To"], mail["Subject"]) == (resolver.email, f"[{assigned.key}] Gateway returns 502")
    assert mail["References"] == mail["In-Reply-To"] == f"<evenkeel-ticket-{assigned.pk}@testserver>"
    assert mail["Message-ID"].startswith("<evenkeel-") and mail["Auto-Submitted"] == "auto-generated"
    text = text_of(mail)
    assert SECRET in text and "Internal note, not for customers" in text
    assert "Why did I get this: You are the assignee." in text
    assert "http://testserver/notifications/preferences/" in text and f"http://testserver{assigned.get_absolute_url()}" in text
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
    markup = bytes(html.get_payload(decode=True)).decode()
    assert "&lt;b&gt;&amp;" in markup and "Why did I get this" in markup
    assert (Message.objects.get().state, Attempt.objects.get().is_accepted) == (Message.SENT, True)


def test_two_mails_of_a_ticket_are_one_conversation(sink: Sink, assigned: Incident, agent: User) -> None:
    for body in ("One", "Two"):
        conversation.comment(assigned, actor=agent, body=body, is_internal=True)
    deliver()
    send_later()
    first, second = sink.mails
    assert first["References"] == second["References"] and first["Message-ID"] != second["Message-ID"]
    assert first["Subject"] == second["Subject"]


def test_a_note_is_in_no_mail_or_notice_of_somebody_without_the_right(
    sink: Sink, assigned: Incident, agent: User, requester: User, other_requester: User, outsider: User
) -> None:
    conversation.watch(Ticket.objects.get(pk=assigned.pk), actor=requester)
    names = "@jonas.requester @matteo.requester @otto.outsider"
    conversation.comment(assigned, actor=agent, body=f"{SECRET} {names}", is_internal=True)
    conversation.comment(assigned, actor=agent, body=f"We are on it {names}", is_internal=False)
    deliver()
    send_later()
    strangers = [requester, other_requester, outsider]
    assert not Notice.objects.filter(user__in=strangers, quote__contains=SECRET).exists()
    assert not Message.objects.filter(recipient__in=strangers, body__contains=SECRET).exists()
    theirs = [mail for mail in sink.mails if mail["To"] in {user.email for user in strangers}]
    assert [mail["To"] for mail in theirs].count(requester.email) == 1  # the reply with his link, and no second mail for the mention
    assert all(SECRET not in mail.as_string() for mail in theirs)


def test_who_loses_sight_of_it_before_it_leaves_gets_nothing(sink: Sink, assigned: Incident, agent: User, resolver: User) -> None:
    conversation.comment(assigned, actor=agent, body=SECRET, is_internal=True)
    deliver()
    resolver.roles.clear()
    send_later()
    message = Message.objects.get(recipient=resolver)
    assert (sink.mails, message.state, message.outcome) == ([], Message.WITHDRAWN, "not visible any more")


def test_a_refusal_for_good_ends_it_and_a_passing_one_is_tried_again(sink: Sink, assigned: Incident, agent: User) -> None:
    sink.answers = ["451 greylisted, come again", "550 no such mailbox"]
    conversation.comment(assigned, actor=agent, body="Hello", is_internal=True)
    deliver()
    send_later()
    message = Message.objects.get()
    assert (message.state, message.attempts) == (Message.QUEUED, 1) and message.due_at > clock.now() + timedelta(seconds=30)
    send_later(120)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Message.FAILED, 2)
    assert "550" in message.outcome and "no such mailbox" in message.outcome
    assert [row.is_accepted for row in Attempt.objects.order_by("id")] == [False, False]
    assert (send_later(9999), sink.mails) == (0, [])


def test_an_undo_withdraws_the_mail_and_the_notice(sink: Sink, incident: Incident, agent: User, resolver: User) -> None:
    ticket = Ticket.objects.get(pk=incident.pk)
    made, refused = bulk.apply([ticket], bulk.Change("assignee", resolver), actor=agent)
    deliver()
    assert not refused and Message.objects.get(recipient=resolver).state == Message.QUEUED
    bulk.undo(made, actor=agent)
    deliver()
    message = Message.objects.get(recipient=resolver)
    assert (message.state, message.outcome) == (Message.WITHDRAWN, "undone")
    assert told(resolver) == []
    send_later()
    assert [mail["To"] for mail in sink.mails] == []
    assert User.objects.get(pk=resolver.pk).unread_count == 0


def test_an_undo_that_is_faster_than_the_reaction_leaves_nothing_to_tell(incident: Incident, agent: User, resolver: User) -> None:
    made, _refused = bulk.apply([Ticket.objects.get(pk=incident.pk)], bulk.Change("assignee", resolver), actor=agent)
    bulk.undo(made, actor=agent)
    deliver()
    assert not Message.objects.exists()
    assert not Notice.objects.filter(topic="assigned").exists()


def test_an_undo_leaves_earlier_mails_alone(incident: Incident, agent: User, resolver: User, lead: User) -> None:
    editing.assign(incident, actor=agent, assignee=lead)
    made, _refused = bulk.apply([Ticket.objects.get(pk=incident.pk)], bulk.Change("assignee", resolver), actor=agent)
    deliver()
    bulk.undo(made, actor=agent)
    assert Message.objects.get(recipient=lead).state == Message.QUEUED
    assert Message.objects.get(recipient=resolver).state == Message.WITHDRAWN
