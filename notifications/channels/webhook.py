"""A webhook, signed as Standard Webhooks say (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

import orjson
from django.utils.translation import gettext_lazy as _

from common import crypto, egress
from notifications.channels.base import HttpChannel, Need, Parcel


class Webhook(HttpChannel):
    """The contact's own secret signs it, else the account's, else the one of its address; the id is the same on each attempt, the time is of this one."""

    name, label = "webhook", _("Webhook")
    needs: ClassVar[Mapping[str, Need]] = {"secret": Need(_("Signing secret"))}

    def request(self, parcel: Parcel) -> egress.Request:
        body = orjson.dumps(
            {
                "type": "page" if parcel.answer_url else "message", "timestamp": parcel.at.isoformat(),
                "data": {
                    "title": parcel.subject, "text": parcel.text, "url": parcel.url, "answer_url": parcel.answer_url, "urgency": parcel.urgency,
                    "more": parcel.more, "subject": {"type": parcel.subject_type, "id": parcel.subject_id},
                },
            }
        )  # fmt: skip
        time = str(int(parcel.at.timestamp()))
        secret = parcel.secret or parcel.account.secret or own_secret(parcel.address)
        signature = f"v1,{sign(secret, parcel.key, time, body)}"
        headers = {"Content-Type": "application/json", "webhook-id": parcel.key, "webhook-timestamp": time, "webhook-signature": signature}
        return egress.Request("POST", parcel.address, body, headers)


def own_secret(address: str) -> str:
    """The secret of an address for which nobody set one: it follows from the key of this installation, so every webhook is signed and nothing is stored."""
    return f"whsec_{base64.b64encode(crypto.key_of(f'webhook {address}')).decode()}"


def sign(secret: str, key: str, time: str, body: bytes) -> str:
    """The signature of a body. A secret that begins with whsec_ is base64, any other is taken as it is."""
    raw = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    return base64.b64encode(hmac.digest(raw, f"{key}.{time}.".encode() + body, hashlib.sha256)).decode()
