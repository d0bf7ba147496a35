"""ONC-08, ONC-12, ONC-14: how a person says by which ways he is paged; unverified ways are never used."""

import re
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from common import clock, errors
from journal.models import Entry
from notifications.actions import contacts, outbox, paging, providers
from notifications.channels import webpush
from notifications.models import ContactMethod, Message, Page, PersonalRule, QuietHours
from tests.notifications.sinks import Provider, provider

pytestmark = pytest.mark.django_db
REACH = "/notifications/reach/"


@pytest.fixture
def other(settings: Any) -> Iterator[Provider]:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        yield server


@pytest.fixture
def hanna(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found.group()


def verified(user: User, address: str = "pager@example.com") -> ContactMethod:
    return ContactMethod.objects.create(user=user, channel="email", name="Pager", address=address, verified_at=clock.now())


def test_a_code_goes_through_the_channel_and_comes_back(other: Provider, agent: User) -> None:
    made = contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/mine", name="Phone")
    assert not made.is_verified
    outbox.send_due()
    code = code_in(other.got[0].json["title"])
    assert contacts.verify(made, actor=agent, code=f" {code[:3]} {code[3:]} ").is_verified
    events = Entry.objects.filter(event__startswith="contact.").order_by("id")
    assert list(events.values_list("event", flat=True)) == ["contact.added", "contact.verified"]
    assert other.url not in str(list(events.values_list("data", flat=True)))


def test_the_code_is_nowhere_in_the_database_once_it_left(other: Provider, agent: User) -> None:
    made = contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/mine")
    outbox.send_due()
    code = code_in(other.got[0].json["title"])
    with connection.cursor() as cursor:
        for table in ("notifications_message", "notifications_contactmethod", "notifications_attempt", "journal_entry"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{code}%"])
            assert cursor.fetchone() == (0,), table
    assert made.code != code


def test_five_wrong_codes_end_it(other: Provider, agent: User) -> None:
    made = contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/mine")
    outbox.send_due()
    code = code_in(other.got[0].json["title"])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _try in range(5):
        with pytest.raises(errors.Invalid, match="not the code"):
            contacts.verify(made, actor=agent, code=wrong)
    with pytest.raises(errors.Invalid, match="Ask for a new one"):
        contacts.verify(made, actor=agent, code=code)
    assert not ContactMethod.objects.get().is_verified


def test_a_code_is_good_for_fifteen_minutes_and_one_a_minute_is_sent(other: Provider, agent: User) -> None:
    made = contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/mine")
    outbox.send_due()
    code = code_in(other.got[0].json["title"])
    with pytest.raises(errors.Conflict, match="Wait a minute"):
        contacts.send_code(made, actor=agent)
    with clock.shifted(clock.now() + timedelta(minutes=16)):
        with pytest.raises(errors.Invalid, match="no longer valid"):
            contacts.verify(made, actor=agent, code=code)
        contacts.send_code(made, actor=agent)
    assert Message.objects.count() == 2


def test_a_code_of_another_contact_does_not_fit(other: Provider, agent: User) -> None:
    first = contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/one")
    contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/two")
    outbox.send_due()
    codes = {got.json["topic"]: code_in(got.json["title"]) for got in other.got}
    if codes["one"] != codes["two"]:
        with pytest.raises(errors.Invalid):
            contacts.verify(first, actor=agent, code=codes["two"])


def test_eight_codes_an_hour_are_enough(other: Provider, agent: User) -> None:
    for number in range(8):
        contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/n{number}")
    with pytest.raises(errors.Conflict, match="Wait an hour"):
        contacts.add(actor=agent, channel="ntfy", address=f"{other.url}/n9")
    assert ContactMethod.objects.count() == 8


@pytest.mark.parametrize(
    ("channel", "address", "secret", "field"),
    [
        ("ntfy", "https://ntfy.sh/", "", "address"), ("ntfy", "javascript:alert(1)", "", "address"), ("email", "nobody", "", "address"),
        ("gotify", "https://g.example.com", "", "secret"), ("webhook", "https://u:p@example.com/", "x", "address"), ("sms", "+49170", "", "channel"),
        ("nonsense", "x", "", "channel"), ("webpush", "https://x", "", "channel"), ("teams", "", "", "address"), ("discord", "https://" + "x" * 600, "", "address"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_at_its_field(agent: User, channel: str, address: str, secret: str, field: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        contacts.add(actor=agent, channel=channel, address=address, secret=secret)
    assert refused.value.field == field
    assert not ContactMethod.objects.exists() and not Message.objects.exists()


def test_the_secret_of_a_contact_is_encrypted(agent: User) -> None:
    made = contacts.add(actor=agent, channel="gotify", address="https://g.example.com", secret="AppTokenSecret")
    assert "AppTokenSecret" not in made.secret and made.secret


def test_an_unverified_way_is_never_used(other: Provider, agent: User, mailoutbox: list[Any]) -> None:
    """ONC-14: not by a page, not by a rule, not by failover."""
    ContactMethod.objects.create(user=agent, channel="ntfy", name="x", address=f"{other.url}/x")
    with transaction.atomic():
        paging.page([agent], key="k", subject_type="alert", subject_id=1, title="Down")
    outbox.send_due()
    assert (other.got, [mail.to for mail in mailoutbox]) == ([], [[agent.email]])
    with pytest.raises(errors.Invalid) as refused:
        contacts.add_rule(actor=agent, event="page", urgency="important", delay=0, contact=ContactMethod.objects.get())
    assert refused.value.field == "contact"


def test_removing_a_way_lets_the_next_take_over(agent: User) -> None:
    first, second = verified(agent), verified(agent, "other@example.com")
    for delay, contact in ((0, first), (10, second)):
        contacts.add_rule(actor=agent, event="page", urgency="important", delay=delay, contact=contact)
    with transaction.atomic():
        paging.page([agent], key="k", subject_type="alert", subject_id=1, title="Down")
    contacts.remove(first, actor=agent)
    states = dict(Message.objects.values_list("address", "state"))
    assert states == {"pager@example.com": Message.WITHDRAWN, "other@example.com": Message.QUEUED}
    assert Message.objects.get(address="other@example.com").due_at <= clock.now()
    assert PersonalRule.objects.count() == 1


def test_nobody_changes_the_ways_of_another(agent: User, resolver: User) -> None:
    made = verified(resolver)
    for act in (contacts.remove, contacts.send_code):
        with pytest.raises(errors.Refused):
            act(made, actor=agent)
    with pytest.raises(errors.Invalid):
        contacts.add_rule(actor=agent, event="page", urgency="important", delay=0, contact=made)


def test_rules_are_added_once_and_removed(agent: User) -> None:
    contact = verified(agent)
    for _twice in range(2):
        rule = contacts.add_rule(actor=agent, event="page", urgency="default", delay=5, contact=contact)
    assert PersonalRule.objects.count() == Entry.objects.filter(event="personal_rules.changed").count() == 1
    contacts.remove_rule(rule, actor=agent)
    assert not PersonalRule.objects.exists()
    for field, given in (("event", {"event": "x"}), ("urgency", {"urgency": "x"}), ("delay", {"delay": 2000})):
        with pytest.raises(errors.Invalid) as refused:
            contacts.add_rule(actor=agent, **{"event": "page", "urgency": "default", "delay": 1, "contact": contact, **given})  # type: ignore[arg-type]
        assert refused.value.field == field


def test_quiet_hours_are_kept_and_checked(agent: User) -> None:
    contacts.set_quiet_hours(actor=agent, from_at=time(22), until_at=time(7), weekdays=[4, 0, 4])
    hours = QuietHours.objects.get()
    assert (hours.weekdays, hours.lets_important) == ([0, 4], True)
    with pytest.raises(errors.Invalid):
        contacts.set_quiet_hours(actor=agent, from_at=time(7), until_at=time(7))
    contacts.drop_quiet_hours(actor=agent)
    assert not QuietHours.objects.exists()


def test_an_important_page_waits_in_quiet_hours_only_when_the_person_wants_that(agent: User) -> None:
    """ONC-12."""
    verified(agent)
    User.objects.filter(pk=agent.pk).update(time_zone="UTC")
    agent.refresh_from_db()
    night = clock.now().replace(hour=3, minute=0, second=0, microsecond=0)
    for lets_important, waits in ((True, False), (False, True)):
        contacts.set_quiet_hours(actor=agent, from_at=time(22), until_at=time(7), lets_important=lets_important)
        with clock.shifted(night), transaction.atomic():
            paging.page([agent], key=f"k{lets_important}", subject_type="alert", subject_id=1, title="Down")
        message = Message.objects.order_by("-id")[0]
        assert (message.due_at == night.replace(hour=7), message.due_at == night) == (waits, not waits)


def test_a_test_page_shows_what_came_of_it(other: Provider, agent: User, hanna: Client) -> None:
    """ONC-14, ONC-10: visible to the person himself."""
    ContactMethod.objects.create(user=agent, channel="ntfy", name="Phone", address=f"{other.url}/ok", verified_at=clock.now())
    ContactMethod.objects.create(user=agent, channel="webhook", name="Hook", address="http://127.0.0.1:9/", verified_at=clock.now())
    assert hanna.post(f"{REACH}test/").status_code == 302
    assert b"on its way" in hanna.get(f"{REACH}?part=outcomes").content
    outbox.send_due()
    shown = hanna.get(f"{REACH}?part=outcomes").content
    assert b"accepted" in shown and b"goes out" in shown
    again = hanna.post(f"{REACH}test/")
    assert again.status_code == 409 and b"Wait half a minute" in again.content
    assert Page.objects.filter(event="test").count() == 1


def test_the_page_adds_verifies_and_removes(other: Provider, agent: User, hanna: Client) -> None:
    page = hanna.get(REACH)
    assert page.status_code == 200 and b"Pages reach you by e-mail only." in page.content
    refused = hanna.post(f"{REACH}add/", {"channel": "ntfy", "address": "no"})
    assert refused.status_code == 422 and b"begins with https:// or http://" in refused.content
    assert hanna.post(f"{REACH}add/", {"channel": "ntfy", "address": f"{other.url}/mine", "name": "Phone"}).status_code == 302
    outbox.send_due()
    contact = ContactMethod.objects.get()
    wrong = hanna.post(f"{REACH}contacts/{contact.pk}/verify/", {"code": "x"})
    assert wrong.status_code == 422 and b"That is not the code" in wrong.content
    contact.refresh_from_db()
    assert contact.code_tries == 1
    code = code_in(other.got[0].json["title"])
    assert hanna.post(f"{REACH}contacts/{contact.pk}/verify/", {"code": code}).status_code == 302
    given = {"event": "page", "urgency": "important", "delay": "5", "contact": str(contact.pk)}
    assert hanna.post(f"{REACH}rules/", given).status_code == 302
    assert b"5 min" in hanna.get(REACH).content
    assert hanna.post(f"{REACH}quiet/", {"from_at": "22:00", "until_at": "22:00"}).status_code == 422
    assert hanna.post(f"{REACH}quiet/", {"from_at": "22:00", "until_at": "07:00", "weekdays": ["0"]}).status_code == 302
    assert QuietHours.objects.get().lets_important is False
    assert hanna.post(f"{REACH}contacts/{contact.pk}/remove/").status_code == 302
    assert not ContactMethod.objects.exists()


def test_the_form_of_a_channel_asks_what_it_needs(hanna: Client) -> None:
    assert b"Token of the application" in hanna.get(f"{REACH}?channel=gotify").content
    assert b"Token of the application" not in hanna.get(f"{REACH}?channel=teams").content
    assert b'value="sms"' not in hanna.get(REACH).content  # no account, no choice


def test_a_browser_subscribes(agent: User, hanna: Client) -> None:
    providers.create_defaults(actor=None)
    keys = {"p256dh": webpush.new_pair().public, "auth": webpush.pack(b"0123456789abcdef")}
    url = f"{REACH}browser/"
    for _twice in range(2):
        assert hanna.post(url, {"endpoint": "https://push.example.com/x", "name": "Linux", **keys}).status_code == 302
    made = ContactMethod.objects.get()
    assert (made.channel, made.name, made.is_verified) == ("webpush", "Linux", True)
    assert keys["auth"] not in made.secret
    for given in ({**keys, "auth": "x"}, {**keys, "p256dh": "AAAA"}, {}):
        refused = hanna.post(url, {"endpoint": "https://push.example.com/y", **given})
        assert refused.status_code == 400 and "keys" in refused.json()["errors"]


def test_the_banner_shows_open_pages_and_answers(agent: User, hanna: Client) -> None:
    contacts.add_banner(actor=agent)
    with transaction.atomic():
        (page,) = paging.page([agent], key="k", subject_type="thing", subject_id=1, title="Gateway down", reason="First line")
    outbox.send_due()
    message = Message.objects.get(channel="app")
    assert (message.state, message.delivered_at) == (Message.SENT, None)
    shown = hanna.get("/notifications/pages/").content
    assert b"Gateway down" in shown and b"data-page-sound" in shown
    message.refresh_from_db()
    assert message.delivered_at is not None
    assert hanna.post(f"/notifications/pages/{page.pk}/acknowledge/").status_code == 302
    page.refresh_from_db()
    message.refresh_from_db()
    assert (page.state, page.acknowledged_via, message.acted_at is not None) == (Page.ACKNOWLEDGED, "app", True)
    assert b"Gateway down" not in hanna.get("/notifications/pages/").content


def test_a_page_about_something_that_is_gone_ends(agent: User, hanna: Client) -> None:
    with transaction.atomic():
        (page,) = paging.page([agent], key="k", subject_type="alert", subject_id=1, title="Gateway down")
    assert hanna.post(f"/notifications/pages/{page.pk}/acknowledge/").status_code == 302
    page.refresh_from_db()
    assert page.state == Page.ENDED


def test_the_banner_alone_does_not_replace_the_mail_and_reaches_nobody_without_it(agent: User, settings: Any) -> None:
    """RELIABILITY B7: whoever has only the banner may sleep while it shines."""
    contacts.add_banner(actor=agent)
    for key, has_mail in (("with", True), ("without", False)):
        settings.EMAIL_IS_CONFIGURED = has_mail
        with transaction.atomic():
            (page,) = paging.page([agent], key=key, subject_type="thing", subject_id=1, title="Gateway down")
        assert set(page.messages.values_list("channel", flat=True)) == ({"app", "email"} if has_mail else set())
        assert page.state == (Page.OPEN if has_mail else Page.UNREACHABLE)


def test_an_ordinary_page_makes_no_sound_in_quiet_hours(agent: User, hanna: Client) -> None:
    User.objects.filter(pk=agent.pk).update(time_zone="UTC")
    at = clock.now()
    contacts.set_quiet_hours(actor=agent, from_at=(at - timedelta(hours=1)).time(), until_at=(at + timedelta(hours=1)).time())
    with transaction.atomic():
        paging.page([agent], key="k", subject_type="alert", subject_id=1, title="Slow", urgency="default")
    shown = hanna.get("/notifications/pages/").content
    assert b"Slow" in shown and b"data-page-sound" not in shown


def test_evenkeel_can_be_installed(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert (manifest.json()["display"], manifest.json()["scope"]) == ("standalone", "/")
    worker = client.get("/worker.js")
    assert worker["Content-Type"].startswith("text/javascript") and b"showNotification" in b"".join(worker.streaming_content)  # type: ignore[attr-defined]
