"""ONC-09: what each provider gets at the socket, word for word as it documents it, and what its answers mean."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from common import egress
from notifications.channels import registry
from notifications.channels.base import Account, Parcel
from notifications.channels.chat import spoken_by
from notifications.channels.webhook import own_secret, sign
from tests.notifications.sinks import Got, Provider, provider

AT = datetime(2026, 11, 24, 3, 12, tzinfo=UTC)
PARCEL = Parcel(
    key="page:7:0", address="", subject="P1 Gateway returns 502 <b> & more", text="5xx above 5 %", url="https://desk.example/alerts/7/",
    answer_url="https://desk.example/notifications/a/x/", code="7", hook_url="https://desk.example/notifications/hooks/", at=AT,
)  # fmt: skip


@pytest.fixture
def other(settings: Any) -> Iterator[Provider]:
    """The other side, on this machine, which the admin allowed."""
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        yield server


def send(name: str, sender: str = "", **more: Any) -> Any:
    channel = registry.channel(name, sender)
    assert channel is not None
    return channel.send(replace(PARCEL, **more))


def one(other: Provider) -> Got:
    (got,) = other.got
    return got


def test_ntfy_publishes_json(other: Provider) -> None:
    other.reply(200, {"id": "sPs71M8A2T", "event": "message"})
    outcome = send("ntfy", address=f"{other.url}/my-pages", secret="tk_1")
    assert (outcome.accepted, outcome.provider_id) == (True, "sPs71M8A2T")
    got = one(other)
    assert (got.method, got.path, got.headers["authorization"], got.headers["content-type"]) == ("POST", "/", "Bearer tk_1", "application/json")
    assert got.json == {
        "topic": "my-pages", "title": PARCEL.subject, "message": "5xx above 5 %", "priority": 5, "tags": ["rotating_light"], "click": PARCEL.answer_url,
        "actions": [{"action": "view", "label": "Acknowledge", "url": PARCEL.answer_url, "clear": True}],
    }  # fmt: skip


def test_gotify_gets_a_message_of_an_application(other: Provider) -> None:
    other.reply(200, {"id": 25, "appid": 5})
    assert send("gotify", address=f"{other.url}/", secret="AppToken").provider_id == "25"
    got = one(other)
    assert (got.path, got.headers["x-gotify-key"], got.json["priority"], got.json["title"]) == ("/message", "AppToken", 10, PARCEL.subject)
    assert got.json["extras"] == {"client::notification": {"click": {"url": PARCEL.answer_url}}}


def test_unifiedpush_without_keys_gets_the_text(other: Provider) -> None:
    other.reply(201)
    assert send("unifiedpush", address=f"{other.url}/UP?id=1").accepted
    got = one(other)
    assert (got.path, got.headers["urgency"], got.headers["ttl"], got.json["answer_url"]) == ("/UP?id=1", "high", "21600", PARCEL.answer_url)


def test_twilio_sends_an_sms(other: Provider) -> None:
    other.reply(201, {"sid": "SM123", "status": "queued"})
    account = Account(1, other.url, "AC1", "+15005550006", "token")
    outcome = send("sms", "twilio_sms", address="+491701234567", account=account)
    assert (outcome.accepted, outcome.provider_id, outcome.answer) == (True, "SM123", "201 queued")
    got = one(other)
    assert got.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert got.headers["authorization"] == "Basic " + base64.b64encode(b"AC1:token").decode()
    assert got.form == {
        "To": "+491701234567", "From": "+15005550006", "StatusCallback": "https://desk.example/notifications/hooks/twilio/status/",
        "Body": f"{PARCEL.subject} Reply ACK 7 to acknowledge. {PARCEL.answer_url}",
    }  # fmt: skip


def test_twilio_calls_and_takes_a_key(other: Provider) -> None:
    other.reply(201, {"sid": "CA123", "status": "queued"})
    account = Account(1, other.url, "AC1", "+15005550006", "token")
    assert send("voice", "twilio_voice", address="+491701234567", account=account).provider_id == "CA123"
    got = one(other)
    said = "<Say>This is Evenkeel with a page. P1 Gateway returns 502 &lt;b&gt; &amp; more. Press 4 to acknowledge.</Say>"
    action = '"https://desk.example/notifications/hooks/twilio/keys/7/"'
    assert got.path == "/2010-04-01/Accounts/AC1/Calls.json"
    assert got.form["Twiml"] == f'<Response><Gather numDigits="1" timeout="8" action={action}>{said}{said}</Gather></Response>'


def test_vonage_sends_an_sms_and_its_refusals_come_with_200(other: Provider) -> None:
    account = Account(1, other.url, "key", "Evenkeel", "secret")
    other.reply(200, {"message-count": "1", "messages": [{"to": "491701234567", "message-id": "0A00", "status": "0"}]})
    outcome = send("sms", "vonage_sms", address="+491701234567", account=account)
    assert (outcome.accepted, outcome.provider_id) == (True, "0A00")
    got = one(other)
    assert (got.path, got.form["api_key"], got.form["api_secret"], got.form["from"], got.form["to"]) == (
        "/sms/json",
        "key",
        "secret",
        "Evenkeel",
        "491701234567",
    )
    for status, is_final, retry_after in (("1", False, 1.0), ("5", False, None), ("6", True, None)):
        other.reply(200, {"messages": [{"status": status, "error-text": "no"}]})
        refused = send("sms", "vonage_sms", address="+491701234567", account=account)
        assert (refused.accepted, refused.is_final, refused.retry_after, refused.answer) == (False, is_final, retry_after, f"{status} no")


def test_vonage_calls_with_a_signed_token(other: Provider) -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    other.reply(201, {"uuid": "63f61863", "status": "started"})
    outcome = send("voice", "vonage_voice", address="+491701234567", account=Account(1, other.url, "app-id", "+4930123", pem))
    assert outcome.provider_id == "63f61863"
    got = one(other)
    head, claims, signature = got.headers["authorization"].removeprefix("Bearer ").split(".")
    private.public_key().verify(base64.urlsafe_b64decode(signature + "=="), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert (got.path, got.json["to"], got.json["from"]) == (
        "/v1/calls",
        [{"type": "phone", "number": "491701234567"}],
        {"type": "phone", "number": "4930123"},
    )
    assert [step["action"] for step in got.json["ncco"]] == ["talk", "input"]
    assert got.json["ncco"][1]["eventUrl"] == ["https://desk.example/notifications/hooks/vonage/keys/7/"]
    broken = send("voice", "vonage_voice", address="+491701234567", account=Account(1, other.url, "app-id", "+4930123", "no key"))
    assert (broken.accepted, broken.is_final) == (False, False)


@pytest.mark.parametrize(("name", "sender", "kind"), [("sms", "gateway_sms", "sms"), ("voice", "gateway_voice", "voice")])
def test_a_gateway_gets_json(other: Provider, name: str, sender: str, kind: str) -> None:
    other.reply(202, {"id": "g-1"})
    outcome = send(name, sender, address="+491701234567", account=Account(1, f"{other.url}/send", "", "+4930", "tok"))
    got = one(other)
    assert (outcome.provider_id, got.path, got.headers["authorization"]) == ("g-1", "/send", "Bearer tok")
    assert (got.json["to"], got.json["from"], got.json["kind"]) == ("+491701234567", "+4930", kind)


def test_slack_gets_a_button_and_says_its_refusals_with_200(other: Provider) -> None:
    other.reply(200, {"ok": True, "ts": "1503435956.000247"})
    account = Account(3, other.url, secret="xoxb-1", signing_secret="s")
    assert send("slack", address="U02ABCDEF", account=account).provider_id == "1503435956.000247"
    got = one(other)
    assert (got.path, got.headers["authorization"], got.json["channel"]) == ("/chat.postMessage", "Bearer xoxb-1", "U02ABCDEF")
    section, actions = got.json["blocks"]
    assert section["text"]["text"] == "*<https://desk.example/alerts/7/|P1 Gateway returns 502 &lt;b&gt; &amp; more>*\n5xx above 5 %"
    assert actions["elements"][0] == {
        "type": "button", "text": {"type": "plain_text", "text": "Acknowledge"}, "style": "primary", "action_id": "acknowledge", "value": "7",
    }  # fmt: skip
    for error, is_final in (("channel_not_found", True), ("invalid_auth", False)):
        other.reply(200, {"ok": False, "error": error})
        refused = send("slack", address="U02ABCDEF", account=account)
        assert (refused.accepted, refused.is_final, refused.answer) == (False, is_final, error)
    other.reply(200, b"ok")
    assert send("slack", address=f"{other.url}/services/T/B/x").accepted
    assert other.got[-1].json["blocks"][1]["elements"][0]["url"] == PARCEL.answer_url


def test_teams_gets_an_adaptive_card(other: Provider) -> None:
    other.reply(202, b"")
    assert send("teams", address=f"{other.url}/workflows/1").accepted
    (attachment,) = one(other).json["attachments"]
    assert (one(other).json["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert [action["url"] for action in attachment["content"]["actions"]] == [PARCEL.answer_url, PARCEL.url]
    assert attachment["content"]["body"][0]["text"] == PARCEL.subject


@pytest.mark.parametrize("name", ["mattermost", "rocketchat"])
def test_mattermost_and_rocket_chat_get_an_attachment(other: Provider, name: str) -> None:
    other.reply(200, b"ok")
    assert send(name, address=f"{other.url}/hooks/x").accepted
    got = one(other)
    assert (got.path, got.json["text"], got.json["attachments"][0]["title_link"]) == ("/hooks/x", PARCEL.subject, PARCEL.url)
    assert f"[Acknowledge]({PARCEL.answer_url})" in got.json["attachments"][0]["text"]
    signed = PARCEL.answer_url.rstrip("/").rpartition("/")[2]
    buttons = [one["integration"]["url"] for one in got.json["attachments"][0].get("actions", [])]
    assert buttons == ([f"{PARCEL.hook_url}mattermost/{signed}/"] if name == "mattermost" else [])


def test_discord_answers_with_the_message_and_mentions_nobody(other: Provider) -> None:
    other.reply(200, {"id": "1180"})
    assert send("discord", address=f"{other.url}/api/webhooks/1/x", subject="@everyone down").provider_id == "1180"
    got = one(other)
    assert (got.path, got.json["allowed_mentions"], got.json["content"]) == ("/api/webhooks/1/x?wait=true", {"parse": []}, "@everyone down")


def test_telegram_gets_a_button_and_says_in_its_body_how_long_to_wait(other: Provider) -> None:
    other.reply(200, {"ok": True, "result": {"message_id": 99}})
    account = Account(4, other.url, secret="123:abc", signing_secret="hook")
    assert send("telegram", address="4711", account=account).provider_id == "99"
    got = one(other)
    assert (got.path, got.json["chat_id"]) == ("/bot123:abc/sendMessage", "4711")
    assert got.json["reply_markup"] == {"inline_keyboard": [[{"text": "Acknowledge", "callback_data": "ack 7"}]]}
    other.reply(429, {"ok": False, "parameters": {"retry_after": 17}})
    assert send("telegram", address="4711", account=account).retry_after == 17.0


def test_matrix_puts_by_transaction_so_that_a_second_try_is_the_same_message(other: Provider) -> None:
    other.reply(200, {"event_id": "$abc"})
    account = Account(5, other.url, secret="syt_1")
    assert send("matrix", address="!room:example.org", account=account).provider_id == "$abc"
    send("matrix", address="!room:example.org", account=account)
    first, second = other.got
    assert (first.method, first.headers["authorization"]) == ("PUT", "Bearer syt_1")
    assert first.path == second.path and first.path.startswith("/_matrix/client/v3/rooms/%21room%3Aexample.org/send/m.room.message/")
    assert first.json["msgtype"] == "m.text" and "&lt;b&gt;" in first.json["formatted_body"]
    other.reply(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500})
    assert send("matrix", address="!room:example.org", account=account).retry_after == 2.5


def test_a_webhook_is_signed_with_its_time(other: Provider) -> None:
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
    assert send("webhook", address=f"{other.url}/pages", secret=secret).accepted
    got = one(other)
    assert (got.headers["webhook-id"], got.headers["webhook-timestamp"]) == ("page:7:0", str(int(AT.timestamp())))
    expected = hmac.new(b"0123456789abcdef", f"page:7:0.{int(AT.timestamp())}.".encode() + got.body, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert got.json["data"]["title"] == PARCEL.subject and got.json["timestamp"] == AT.isoformat()
    assert sign("plain words", "a", "1", b"{}") != sign("plain words", "a", "2", b"{}")


def test_a_webhook_without_a_secret_is_signed_with_that_of_its_address(other: Provider) -> None:
    address = f"{other.url}/policy"
    assert send("webhook", address=address, secret="").accepted
    (got,) = other.got
    expected = sign(own_secret(address), got.headers["webhook-id"], got.headers["webhook-timestamp"], got.body)
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert own_secret(address) != own_secret(f"{address}?v=2") and len(base64.b64decode(own_secret(address).removeprefix("whsec_"))) == 32


def test_the_standard_webhooks_example() -> None:
    """The example of the specification."""
    signature = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://hooks.slack.com/services/T/B/x", "slack"), ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://acme.webhook.office.com/webhookb2/x", "teams"), ("https://prod-1.westeurope.logic.azure.com/workflows/x", "teams"),
        ("https://chat.example.com/hooks/x", "mattermost"), ("https://evil-hooks.slack.com.example.com/x", "mattermost"),
    ],
)  # fmt: skip
def test_the_address_of_a_chat_channel_says_whose_it_is(url: str, name: str) -> None:
    assert spoken_by(url).name == name


HTTP_CHANNELS = [
    ("ntfy", "", {"address": "{}/topic"}), ("gotify", "", {"address": "{}"}), ("unifiedpush", "", {"address": "{}/up"}),
    ("sms", "twilio_sms", {"account": "{}"}), ("voice", "twilio_voice", {"account": "{}"}), ("sms", "vonage_sms", {"account": "{}"}),
    ("sms", "gateway_sms", {"account": "{}"}), ("slack", "", {"account": "{}"}), ("teams", "", {"address": "{}"}), ("mattermost", "", {"address": "{}"}),
    ("rocketchat", "", {"address": "{}"}), ("telegram", "", {"account": "{}"}), ("discord", "", {"address": "{}"}), ("matrix", "", {"account": "{}"}),
    ("webhook", "", {"address": "{}"}), ("channel", "", {"address": "{}"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sender", "where"), HTTP_CHANNELS, ids=[f"{name}-{sender}" for name, sender, _where in HTTP_CHANNELS])
def test_every_channel_knows_what_passes_and_what_stays(other: Provider, name: str, sender: str, where: dict[str, str], monkeypatch: Any) -> None:
    """ONC-10: 429 with Retry-After waits, 500 and silence are tried again, 400 is final, 404 says that the address is gone."""
    given: dict[str, Any] = {"address": "x", "secret": "s"}
    given |= {"account": Account(1, other.url, "AC1", "+1", "s")} if "account" in where else {"address": where["address"].format(other.url)}
    given |= {"secret": ""} if name == "unifiedpush" else {}
    other.reply(429, {}, Retry_After="7")
    slow = send(name, sender, **given)
    assert (slow.accepted, slow.is_final, slow.retry_after, slow.is_fault) == (False, False, 7.0, False)
    other.reply(500, b"oh no")
    broken = send(name, sender, **given)
    assert (broken.accepted, broken.is_final, broken.is_fault) == (False, False, True) and "oh no" in broken.answer
    other.reply(400, b"bad number")
    refused = send(name, sender, **given)
    assert (refused.accepted, refused.is_final, refused.is_gone) == (False, True, False) and "bad number" in refused.answer
    other.reply(404)
    assert send(name, sender, **given).is_gone
    monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.2)
    may_go = threading.Event()
    other.reply(200, may_go=may_go)
    silent = send(name, sender, **given)
    may_go.set()
    assert (silent.accepted, silent.is_final, silent.is_fault) == (False, False, True)


def test_nobody_at_the_other_end(settings: Any) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    gone = send("webhook", address="http://127.0.0.1:9/x", secret="s")
    assert (gone.accepted, gone.is_final, gone.is_fault) == (False, False, True)
