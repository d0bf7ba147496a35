"""Web Push to a browser or an installed Evenkeel: RFC 8030, encrypted as RFC 8291 says, our name signed as RFC 8292 says (VAPID)."""

import base64
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Outcome, Parcel

RECORD = 4096
TEXT = 1500  # what stays below a push service's 4096 bytes
DAY = 86_400
CURVE = ec.SECP256R1()


class WebPush(HttpChannel):
    """The address is the endpoint that the browser gave; the contact's secret holds its two keys. The account is our own pair of keys, made once."""

    name, label = "webpush", "Web Push"
    needs: ClassVar[Mapping[str, Need]] = {
        "user": Need(_("Public key")), "secret": Need(_("Private key")), "sender": Need(_("Contact, mailto: or https:")),
    }  # fmt: skip

    def request(self, parcel: Parcel) -> egress.Request:
        keys = orjson.loads(parcel.secret)
        content = encrypt(body_of(parcel), keys["p256dh"], keys["auth"])
        headers = {
            "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "TTL": str(DAY // 4),
            "Urgency": "high" if parcel.is_important else "normal",
            "Authorization": vapid(parcel.address, parcel.account.user, parcel.account.secret, parcel.account.sender),
        }  # fmt: skip
        return egress.Request("POST", parcel.address, content, headers)

    def read(self, answer: egress.Answer) -> Outcome:
        return Outcome(True, provider_id=answer.headers.get("location", "")[-120:], answer=str(answer.status))

    def destination(self, parcel: Parcel) -> str:
        return f"webpush:{urlsplit(parcel.address).netloc}"[:120]


class UnifiedPush(WebPush):
    """A distributor's endpoint. With the keys of the app it is Web Push; without, the server gets the text as it is (unifiedpush.org, before 2.0)."""

    name, label = "unifiedpush", "UnifiedPush"

    def request(self, parcel: Parcel) -> egress.Request:
        if parcel.secret:
            return super().request(parcel)
        urgency = "high" if parcel.is_important else "normal"
        return egress.Request("POST", parcel.address, body_of(parcel), {"Content-Type": "application/json", "TTL": str(DAY // 4), "Urgency": urgency})

    def destination(self, parcel: Parcel) -> str:
        return f"unifiedpush:{urlsplit(parcel.address).netloc}"[:120]


def body_of(parcel: Parcel) -> bytes:
    """What the service worker reads (frontend/js/worker.js)."""
    return orjson.dumps(
        {
            "title": parcel.title, "text": parcel.text[:TEXT], "url": parcel.url, "answer_url": parcel.answer_url, "tag": parcel.key,
            "important": parcel.is_important,
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Our keys, as base64url without padding: the raw private number, and the point that browsers are told."""

    private: str
    public: str


def new_pair() -> Pair:
    """A fresh pair for VAPID."""
    key = ec.generate_private_key(CURVE)
    return Pair(pack(key.private_numbers().private_value.to_bytes(32, "big")), pack(_point(key.public_key())))


def encrypt(plain: bytes, p256dh: str, auth: str, *, salt: bytes = b"", key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """RFC 8291 with RFC 8188's aes128gcm, in one record. salt and key are made anew for each message; tests give those of the RFC. Raises ValueError."""
    receiver = unpack(p256dh)
    sender, salt = key or ec.generate_private_key(CURVE), salt or os.urandom(16)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, receiver))
    point = _point(sender.public_key())
    secret = _derived(unpack(auth), shared, b"WebPush: info\x00" + receiver + point, 32)
    content_key = _derived(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(content_key).encrypt(nonce, plain + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point + sealed


def vapid(endpoint: str, public: str, private: str, contact: str) -> str:
    """RFC 8292: who we are, for this push service, for half a day. Raises ValueError for a key that is none."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + DAY // 2, "sub": contact}
    signed = f"{pack(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{pack(orjson.dumps(claims))}"
    key = ec.derive_private_key(int.from_bytes(unpack(private), "big"), CURVE)
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{pack(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={public}"


def pack(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    """The reverse. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check_keys(keys: Any) -> bool:
    """Whether a browser's keys can be used."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpack(keys["p256dh"]))
        return len(unpack(keys["auth"])) == 16
    except (KeyError, TypeError, ValueError):
        return False


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
