"""Each person chooses the way of each topic; digests bundle and come when they are due."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from common import clock, errors
from incidents.models import Incident
from notifications import queries, topics
from notifications.actions import digest, notices, outbox, preferences
from notifications.models import Message, Notice, Preferences
from tests.notifications.conftest import deliver, told
from tickets.actions import conversation


@pytest.mark.parametrize(("way", "amount", "mails"), [("none", 0, 0), ("app", 1, 0), ("email", 1, 1), ("digest", 1, 0)])
def test_a_topic_takes_the_way_its_person_chose(assigned: Incident, agent: User, resolver: User, way: str, amount: int, mails: int) -> None:
    preferences.change(actor=resolver, ways={"commented": way}, digest="daily")
    conversation.comment(assigned, actor=agent, body="Hello", is_internal=True)
    deliver()
    assert (len(told(resolver)), Message.objects.filter(recipient=resolver).count()) == (amount, mails)


def test_only_what_differs_from_the_defaults_is_kept(resolver: User) -> None:
    ways = {name: topic.default for name, topic in topics.TOPICS.items()} | {"status": "email"}
    preferences.change(actor=resolver, ways=ways, digest="hourly")
    row = Preferences.objects.get(user=resolver)
    assert (row.ways, row.digest) == ({"status": "email"}, "hourly")
    assert (row.way("status"), row.way("assigned")) == ("email", "email")


@pytest.mark.parametrize(
    ("ways", "rhythm", "field"), [({"weather": "app"}, "daily", "ways"), ({"sla": "pigeon"}, "daily", "ways"), ({}, "yearly", "digest")]
)
def test_unknown_choices_are_refused(resolver: User, ways: dict[str, str], rhythm: str, field: str) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        preferences.change(actor=resolver, ways=ways, digest=rhythm)
    assert refusal.value.field == field
    assert not Preferences.objects.exists()


def test_a_daily_digest_bundles_what_was_not_read(assigned: Incident, agent: User, resolver: User) -> None:
    preferences.change(actor=resolver, ways={"commented": "digest"}, digest="daily")
    for body in ("First thing", "Second thing", "Third thing"):
        conversation.comment(assigned, actor=agent, body=body, is_internal=True)
    deliver()
    notices.read(Notice.objects.get(quote="Second thing"), actor=resolver)
    digest.send_digests()
    assert not Message.objects.exists()
    due = Notice.objects.order_by("id").first()
    assert due is not None and due.digest_at is not None and due.digest_at.hour == queries.MORNING
    with clock.shifted(due.digest_at + timedelta(minutes=1)):
        digest.send_digests()
        digest.send_digests()
        message = Message.objects.get()
        assert outbox.send_due() == 1
    assert message.subject == "Digest: 2 notifications"
    assert "First thing" in message.body and "Third thing" in message.body and "Second thing" not in message.body
    assert "Why did I get this: You are the assignee." in message.body and "/notifications/preferences/" in message.body
    assert message.body.count(assigned.key) >= 1 and assigned.key in message.html


def test_a_digest_leaves_out_what_may_not_be_seen_any_more(assigned: Incident, agent: User, resolver: User) -> None:
    preferences.change(actor=resolver, ways={"commented": "digest"}, digest="hourly")
    conversation.comment(assigned, actor=agent, body="Secret", is_internal=True)
    deliver()
    resolver.roles.clear()
    with clock.shifted(clock.now() + timedelta(hours=2)):
        digest.send_digests()
    assert not Message.objects.exists()
    assert not Notice.objects.filter(digest_at__isnull=False).exists()


def test_a_reporter_who_chose_the_digest_gets_no_mail_at_once(assigned: Incident, agent: User, requester: User) -> None:
    preferences.change(actor=requester, ways={"commented": "digest"}, digest="hourly")
    conversation.comment(assigned, actor=agent, body="We are on it", is_internal=False)
    deliver()
    assert not Message.objects.filter(recipient=requester).exists()
    with clock.shifted(clock.now() + timedelta(hours=2)):
        digest.send_digests()
    assert "We are on it" in Message.objects.get(recipient=requester).body


@pytest.mark.parametrize(
    ("rhythm", "zone", "at", "expected"),
    [
        ("hourly", "UTC", "2026-11-22T08:17:00", "2026-11-22T09:00:00"),
        ("daily", "UTC", "2026-11-22T07:59:00", "2026-11-22T08:00:00"),
        ("daily", "UTC", "2026-11-22T08:00:00", "2026-11-23T08:00:00"),
        ("daily", "Europe/Berlin", "2026-11-22T08:17:00", "2026-11-23T07:00:00"),
        ("daily", "Europe/Berlin", "2026-10-24T12:00:00", "2026-10-25T07:00:00"),  # the clocks go back that night
    ],
)
def test_when_the_next_digest_comes(rhythm: str, zone: str, at: str, expected: str) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert queries.next_digest(rhythm, zone, instant).astimezone(UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
