"""Web Push at the socket: a push service of our own that checks who we are (RFC 8292) and decrypts what it got as a browser does (RFC 8291)."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from accounts.models import User
from notifications.actions import contacts, outbox, paging, providers
from notifications.channels import base, webpush
from notifications.models import ChannelAccount, ContactMethod, Message
from tests.notifications.sinks import Got, Provider, provider

EXAMPLE = {
    "plain": b"When I grow up, I want to be a watermelon", "auth": "BTBZMqHH6r4Tts7J_aSIgg", "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "private": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "body": (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
        "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    ),
}  # fmt: skip


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """The receiving side, written apart from the product's code: RFC 5869 by hand, RFC 8188 and RFC 8291 as they read."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"
        self.point = self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": packed(self.point), "auth": packed(self.auth)}

    def open(self, body: bytes) -> Any:
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = self._hkdf(self.auth, shared, b"WebPush: info\0" + self.point + sender, 32)
        key = self._hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = self._hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain[-1:] == b"\x02"  # the last record
        return json.loads(plain[:-1])

    @staticmethod
    def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
        def mac(key: bytes, data: bytes) -> bytes:
            made = hmac.HMAC(key, hashes.SHA256())
            made.update(data)
            return made.finalize()

        return mac(mac(salt, material), info + b"\x01")[:length]


def claims_of(got: Got, public: str) -> Any:
    """What our signed name says; raises when the signature is not that of the key."""
    token, key = got.headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == public
    head, claims, signature = token.split(".")
    raw = unpacked(signature)
    verifier = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(key))
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    verifier.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(unpacked(head)) == {"typ": "JWT", "alg": "ES256"}
    return json.loads(unpacked(claims))


@pytest.fixture
def service(settings: Any) -> Iterator[Provider]:
    settings.EGRESS_ALLOW = ["127.0.0.1/32"]
    with provider() as server:
        server.reply(201, b"", Location="/message/1")
        yield server


def test_the_example_of_the_rfc() -> None:
    """RFC 8291, section 5."""
    key = ec.derive_private_key(int.from_bytes(unpacked(str(EXAMPLE["private"])), "big"), ec.SECP256R1())
    body = webpush.encrypt(EXAMPLE["plain"], EXAMPLE["p256dh"], EXAMPLE["auth"], salt=unpacked(str(EXAMPLE["salt"])), key=key)  # type: ignore[arg-type]
    assert packed(body) == EXAMPLE["body"]


@pytest.mark.django_db
def test_a_page_reaches_the_browser_that_subscribed_and_nobody_else_can_read_it(service: Provider, agent: User) -> None:
    account = providers.create_defaults(actor=None)
    browser = Browser()
    contacts.add_browser(actor=agent, endpoint=f"{service.url}/push/abc", keys=browser.keys, name="Laptop")
    with transaction.atomic():
        paging.page([agent], key="k", subject_type="alert", subject_id=1, title="P1 Gateway down", text="5xx", url="/alerts/1/", topic="Gateway")
    outbox.send_due()
    (got,) = service.got
    assert (got.path, got.headers["content-encoding"], got.headers["urgency"], got.headers["ttl"]) == ("/push/abc", "aes128gcm", "high", "21600")
    claims = claims_of(got, account.user)
    assert (claims["aud"], claims["sub"].startswith("mailto:")) == (service.url, True)
    message = Message.objects.get()
    told = browser.open(got.body)
    assert (told["title"], told["text"], told["important"], told["tag"]) == ("P1 Gateway down", "5xx", True, message.idempotency_key)
    assert told["url"] == "http://testserver/alerts/1/" and "/notifications/a/" in told["answer_url"]
    assert b"Gateway" not in got.body
    assert message.state == Message.SENT and message.provider_id == "/message/1"
    with pytest.raises(Exception):  # noqa: B017  # another browser's keys do not open it
        Browser().open(got.body)
    with pytest.raises((InvalidSignature, AssertionError)):
        claims_of(got, webpush.new_pair().public)


@pytest.mark.django_db
def test_a_subscription_that_ended_is_marked_and_the_next_way_follows(service: Provider, agent: User) -> None:
    providers.create_defaults(actor=None)
    contacts.add_browser(actor=agent, endpoint=f"{service.url}/push/gone", keys=Browser().keys)
    service.reply(410)
    with transaction.atomic():
        paging.page([agent], key="k", subject_type="alert", subject_id=1, title="Down")
    outbox.send_due()
    assert ContactMethod.objects.get().broken_since is not None
    assert set(Message.objects.values_list("channel", "state")) >= {("webpush", Message.FAILED)}
    assert Message.objects.filter(channel="email").exists()


@pytest.mark.django_db
def test_unifiedpush_with_the_keys_of_the_app_is_encrypted_too(service: Provider) -> None:
    pair, browser = webpush.new_pair(), Browser()
    parcel = base.Parcel(
        key="k", address=f"{service.url}/UP", subject="Down", secret=json.dumps(browser.keys),
        account=base.Account(user=pair.public, secret=pair.private, sender="mailto:a@example.com"),
    )  # fmt: skip
    assert webpush.UnifiedPush().send(parcel).accepted
    assert browser.open(service.got[0].body)["title"] == "Down"


@pytest.mark.django_db
def test_our_keys_are_made_once_and_kept_encrypted(house: None) -> None:
    """The defaults of an installation make them."""
    first = ChannelAccount.objects.filter(channel="webpush").first() or providers.create_defaults(actor=None)
    again = providers.create_defaults(actor=None)
    assert again.pk == first.pk and len(unpacked(again.user)) == 65
    assert again.opened().secret not in again.secret_cipher
