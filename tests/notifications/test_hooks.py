"""ONC-11, ONC-10: replies, keys, buttons and receipts count only with the provider's own signature; late and double ones change nothing."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from common import clock, crypto
from notifications import links, signatures
from notifications.actions import paging
from notifications.models import ChannelAccount, ContactMethod, Message, Page

pytestmark = pytest.mark.django_db
HOOKS = "/notifications/hooks/"
NUMBER = "+491701234567"
FORM = "application/x-www-form-urlencoded"


def account(channel: str, provider: str) -> ChannelAccount:
    return ChannelAccount.objects.create(
        channel=channel,
        provider=provider,
        user="AC1",
        sender="+15005550006",
        secret_cipher=crypto.encrypt("token"),
        signing_cipher=crypto.encrypt("signing"),
    )


def sent(user: User, channel: str, address: str, number: int = 1, *, verified: bool = True) -> Page:
    """A page that left by this channel."""
    contact = ContactMethod.objects.get_or_create(
        user=user, channel=channel, address=address, defaults={"name": channel, "verified_at": clock.now() if verified else None}
    )[0]
    with transaction.atomic():
        (page,) = paging.page([user], key=f"k{number}", subject_type="thing", subject_id=number, title=f"Down {number}")
    Message.objects.filter(page=page).update(
        state=Message.SENT, sent_at=clock.now(), provider_id=f"id-{number}", contact=contact, channel=channel, address=address
    )
    return page


def twilio(path: str, fields: dict[str, str], token: str = "token") -> Any:
    text = f"http://testserver{HOOKS}{path}" + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
    return Client(enforce_csrf_checks=True).post(f"{HOOKS}{path}", urlencode(fields), content_type=FORM, headers={"X-Twilio-Signature": signature})


def state_of(page: Page) -> tuple[str, str]:
    page.refresh_from_db()
    return page.state, page.acknowledged_via


def test_the_example_of_twilio() -> None:
    """The worked example of twilio.com/docs/usage/security."""
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030", "To": "+18005551212"}
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signatures.twilio(address, fields, "12345", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")
    assert not signatures.twilio(address, {**fields, "Digits": "1235"}, "12345", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def test_a_reply_by_sms_acknowledges(agent: User) -> None:
    account("sms", "twilio_sms")
    page = sent(agent, "sms", NUMBER)
    answer = twilio("twilio/sms/", {"From": NUMBER, "Body": f"Ack {page.pk}", "To": "+15005550006"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert answer.content == b"<Response><Message>Acknowledged: Down 1</Message></Response>"
    assert state_of(page) == (Page.ACKNOWLEDGED, "sms")
    message = Message.objects.get()
    assert message.acted_at is not None and message.delivered_at is not None
    again = twilio("twilio/sms/", {"From": NUMBER, "Body": "ack all"})
    assert b"Nothing is open." in again.content


@pytest.mark.parametrize(
    ("text", "words", "acknowledged"),
    [
        ("ack", "2 pages are open", 0), ("ack all", "Acknowledged", 2), ("ok ALL", "Acknowledged", 2), ("1", "2 pages are open", 0),
        ("what is this", "Reply ACK and the number", 0), ("ack 999999", "was not sent to this number", 0), ("", "Reply ACK", 0),
    ],
)  # fmt: skip
def test_what_a_reply_means(agent: User, text: str, words: str, acknowledged: int) -> None:
    account("sms", "twilio_sms")
    sent(agent, "sms", NUMBER, 1)
    sent(agent, "sms", NUMBER, 2)
    answer = twilio("twilio/sms/", {"From": NUMBER, "Body": text})
    assert words in answer.content.decode()
    assert Page.objects.filter(state=Page.ACKNOWLEDGED).count() == acknowledged


def test_a_reply_of_a_stranger_or_an_unverified_number_does_nothing(agent: User) -> None:
    account("sms", "twilio_sms")
    page = sent(agent, "sms", NUMBER)
    assert b"No page was sent" in twilio("twilio/sms/", {"From": "+491709999999", "Body": f"ack {page.pk}"}).content
    ContactMethod.objects.update(verified_at=None)
    assert b"No page was sent" in twilio("twilio/sms/", {"From": NUMBER, "Body": f"ack {page.pk}"}).content
    assert state_of(page) == (Page.OPEN, "")


@pytest.mark.parametrize(
    "path", ["twilio/sms/", "twilio/keys/1/", "twilio/status/", "vonage/sms/", "vonage/keys/1/", "slack/", "telegram/"]
)  # fmt: skip
def test_without_the_providers_signature_nothing_happens(agent: User, path: str) -> None:
    page = sent(agent, "sms", NUMBER)
    body = {"From": NUMBER, "Body": f"ack {page.pk}", "MessageSid": "id-1", "MessageStatus": "delivered"}
    assert Client().post(f"{HOOKS}{path}", body).status_code == 403  # no account
    for channel, provider in (("sms", "twilio_sms"), ("voice", "twilio_voice"), ("slack", "slack"), ("telegram", "telegram")):
        account(channel, provider)
    assert Client().post(f"{HOOKS}{path}", body).status_code == 403
    assert twilio("twilio/sms/", body, token="guessed").status_code == 403
    assert Client().get(f"{HOOKS}{path}").status_code == 405
    assert (state_of(page), Message.objects.get().delivered_at) == ((Page.OPEN, ""), None)


def test_a_key_in_a_call_acknowledges(agent: User) -> None:
    account("voice", "twilio_voice")
    page = sent(agent, "voice", NUMBER)
    assert b"Not acknowledged" in twilio(f"twilio/keys/{page.pk}/", {"To": NUMBER, "Digits": "9", "CallSid": "CA1"}).content
    assert state_of(page) == (Page.OPEN, "")
    assert b"<Say>Acknowledged: Down 1</Say>" in twilio(f"twilio/keys/{page.pk}/", {"To": NUMBER, "Digits": "4", "CallSid": "CA1"}).content
    assert state_of(page) == (Page.ACKNOWLEDGED, "voice")


def test_receipts_in_any_order(agent: User) -> None:
    """RELIABILITY B10: delivered, then a late “sent”, an “undelivered” and a second “delivered”."""
    account("sms", "twilio_sms")
    sent(agent, "sms", NUMBER)
    for status in ("delivered", "sent", "undelivered", "delivered"):
        assert twilio("twilio/status/", {"MessageSid": "id-1", "MessageStatus": status}).status_code == 204
        message = Message.objects.get()
        assert message.state == Message.SENT and message.delivered_at is not None


def test_what_was_not_delivered_goes_on_by_the_next_way(agent: User) -> None:
    account("sms", "twilio_sms")
    page = sent(agent, "sms", NUMBER)
    twilio("twilio/status/", {"MessageSid": "id-1", "MessageStatus": "undelivered", "ErrorCode": "30003"})
    failed, following = Message.objects.filter(page=page).order_by("id")
    assert (failed.state, failed.outcome, following.channel, following.state) == (Message.FAILED, "undelivered 30003", "email", Message.QUEUED)
    twilio("twilio/status/", {"MessageSid": "id-1", "MessageStatus": "undelivered"})
    assert Message.objects.count() == 2


def test_a_call_that_nobody_takes_goes_on(agent: User) -> None:
    account("voice", "twilio_voice")
    page = sent(agent, "voice", NUMBER)
    twilio("twilio/status/", {"CallSid": "id-1", "CallStatus": "no-answer"})
    assert set(Message.objects.filter(page=page).values_list("channel", "state")) == {("voice", Message.FAILED), ("email", Message.QUEUED)}


def vonage(fields: dict[str, str], secret: str = "signing", at: float | None = None) -> Any:
    signed = {**fields, "timestamp": str(int(at or time.time())), "nonce": "n"}
    text = "".join(f"&{name}={signed[name].replace('&', '_').replace('=', '_')}" for name in sorted(signed))
    signed["sig"] = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
    return Client().post(f"{HOOKS}vonage/sms/", json.dumps(signed), content_type="application/json")


def test_vonage_replies_and_receipts(agent: User) -> None:
    account("sms", "vonage_sms")
    page = sent(agent, "sms", NUMBER)
    assert vonage({"messageId": "id-1", "status": "delivered", "err-code": "0"}).status_code == 204
    assert Message.objects.get().delivered_at is not None
    for refused in (
        vonage({"msisdn": "491701234567", "text": "ack"}, "guessed"),
        vonage({"msisdn": "491701234567", "text": "ack"}, at=time.time() - 900),
    ):
        assert refused.status_code == 403
    assert state_of(page) == (Page.OPEN, "")
    assert vonage({"msisdn": "491701234567", "text": "ack", "messageId": "x"}).status_code == 204
    assert state_of(page) == (Page.ACKNOWLEDGED, "sms")


def test_vonage_keys_are_signed_with_the_body(agent: User) -> None:
    account("voice", "vonage_voice")
    page = sent(agent, "voice", NUMBER)
    body = json.dumps({"to": "491701234567", "dtmf": {"digits": "4", "timed_out": False}}).encode()

    def call(claims: dict[str, Any], sent_body: bytes) -> Any:
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        mac = base64.urlsafe_b64encode(hmac.digest(b"signing", ".".join(parts).encode(), "sha256")).rstrip(b"=").decode()
        headers = {"Authorization": f"Bearer {'.'.join(parts)}.{mac}"}
        return Client().post(f"{HOOKS}vonage/keys/{page.pk}/", sent_body, content_type="application/json", headers=headers)

    good = {"iat": int(time.time()), "payload_hash": hashlib.sha256(body).hexdigest()}
    assert call(good, body.replace(b"49170", b"49171")).status_code == 403
    assert call({**good, "iat": 5}, body).status_code == 403
    assert state_of(page) == (Page.OPEN, "")
    assert call(good, body).json() == [{"action": "talk", "text": "Acknowledged: Down 1"}]
    assert state_of(page) == (Page.ACKNOWLEDGED, "voice")


def slack(payload: Any, secret: str = "signing", at: float | None = None) -> Any:
    body, stamp = urlencode({"payload": json.dumps(payload)}).encode(), str(int(at or time.time()))
    mac = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return Client().post(f"{HOOKS}slack/", body, content_type=FORM, headers={"X-Slack-Signature": mac, "X-Slack-Request-Timestamp": stamp})


def test_the_button_in_slack(agent: User) -> None:
    account("slack", "slack")
    page = sent(agent, "slack", "U02ABCDEF")
    pressed = {
        "type": "block_actions",
        "user": {"id": "U02ABCDEF"},
        "channel": {"id": "D1"},
        "actions": [{"action_id": "acknowledge", "value": str(page.pk)}],
    }
    assert slack(pressed, "guessed").status_code == 403
    assert slack(pressed, at=time.time() - 900).status_code == 403
    other = slack({**pressed, "user": {"id": "U09STRANGE"}})
    assert other.json()["text"] == "This page was not sent to you."
    for nonsense in ([], {"actions": [None]}, {"user": None, "actions": [{"action_id": "acknowledge", "value": "x"}]}):
        assert slack(nonsense).status_code == 200
    assert state_of(page) == (Page.OPEN, "")
    assert slack(pressed).json()["text"] == "Acknowledged: Down 1"
    assert state_of(page) == (Page.ACKNOWLEDGED, "slack")


def telegram(update: Any, secret: str = "signing") -> Any:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    return Client().post(f"{HOOKS}telegram/", json.dumps(update), content_type="application/json", headers=headers)


def test_the_button_in_telegram(agent: User) -> None:
    account("telegram", "telegram")
    page = sent(agent, "telegram", "4711")
    pressed = {"callback_query": {"id": "c1", "data": f"ack {page.pk}", "message": {"chat": {"id": 4711}}}}
    assert telegram(pressed, "guessed").status_code == 403
    strange = telegram({"callback_query": {"id": "c1", "data": f"ack {page.pk}", "message": {"chat": {"id": 4712}}}})
    assert "No page was sent" in strange.json()["text"]
    assert telegram({"message": {"chat": {"id": 4712}, "text": "/start"}}).json() == {"method": "sendMessage", "chat_id": "4712", "text": "Chat 4712"}
    for nonsense in ([], {"callback_query": 5}, {"message": {"chat": None}}):
        assert telegram(nonsense).status_code == 204
    assert state_of(page) == (Page.OPEN, "")
    assert telegram(pressed).json()["text"] == "Acknowledged: Down 1"
    assert state_of(page) == (Page.ACKNOWLEDGED, "telegram")


def test_who_comes_second_hears_who_was_first(agent: User, resolver: User) -> None:
    account("telegram", "telegram")
    page = sent(agent, "telegram", "4711")
    paging.acknowledge("thing", 1, actor=resolver)
    assert telegram({"message": {"chat": {"id": 4711}, "text": f"ack {page.pk}"}}).json()["text"] == "Daniel Resolver has it already."


def test_a_button_in_mattermost_carries_its_signed_address(agent: User) -> None:
    page = sent(agent, "mattermost", "https://chat.example.com/hooks/x")
    message = Message.objects.get(page=page)
    signed = links.answer_url(page.pk, message.pk).rstrip("/").rpartition("/")[2]
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(f"{HOOKS}mattermost/{signed}x/", {}, content_type="application/json").status_code == 403
    assert state_of(page) == (Page.OPEN, "")
    pressed = browser.post(f"{HOOKS}mattermost/{signed}/", {}, content_type="application/json")
    assert pressed.json() == {"ephemeral_text": "Acknowledged: Down 1"}
    assert state_of(page) == (Page.ACKNOWLEDGED, "mattermost")
    again = browser.post(f"{HOOKS}mattermost/{signed}/", {}, content_type="application/json")
    assert again.json() == {"ephemeral_text": f"{agent.name} has it already."}
