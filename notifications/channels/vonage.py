"""SMS and calls through Vonage (developer.vonage.com: SMS API, Voice API with an NCCO)."""

import base64
import time
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Need, Outcome, Parcel, digest, name_in, post_json, short
from notifications.channels.twilio import spoken_text

SMS_API, VOICE_API = "https://rest.nexmo.com", "https://api.nexmo.com"
THROTTLED, PASSING = "1", {"1", "5", "10"}  # SMS statuses: too fast, a fault of theirs, too many at once


class VonageSms(HttpChannel):
    """A text message. Vonage answers 200 also when it refuses: the status of the part says which."""

    name, label = "vonage_sms", "Vonage"
    needs: ClassVar[Mapping[str, Need]] = {
        "user": Need(_("API key")), "secret": Need(_("API secret")), "sender": Need(_("From")), "url": Need(_("API address"), is_required=False),
        "signing_secret": Need(_("Signature secret"), is_required=False),
    }  # fmt: skip

    def request(self, parcel: Parcel) -> egress.Request:
        account, text = parcel.account, short(parcel)
        fields = {
            "api_key": account.user, "api_secret": account.secret, "from": account.sender, "to": parcel.address.lstrip("+"), "text": text,
            "client-ref": digest(parcel.key),
        }  # fmt: skip
        if not text.isascii():
            fields["type"] = "unicode"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return egress.Request("POST", f"{(account.url or SMS_API).rstrip('/')}/sms/json", urlencode(fields).encode(), headers)

    def read(self, answer: egress.Answer) -> Outcome:
        parts = answer.data.get("messages") if isinstance(answer.data, dict) else None
        first: Any = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], dict) else {}
        status = str(first.get("status", ""))
        if status == "0":
            return Outcome(True, provider_id=name_in(first, "message-id"), answer="0")
        said = f"{status} {first.get('error-text', answer.text)}".strip()
        return Outcome(False, answer=said, is_final=status not in PASSING and bool(status), retry_after=1.0 if status == THROTTLED else None)

    def destination(self, parcel: Parcel) -> str:
        return f"vonage:{parcel.account.user}"[:120]


class VonageVoice(HttpChannel):
    """A call that reads the page out; 4 acknowledges. The account's user is the application, its secret the private key of it."""

    name, label = "vonage_voice", "Vonage"
    needs: ClassVar[Mapping[str, Need]] = {
        "user": Need(_("Application id")), "secret": Need(_("Private key (PEM)")), "sender": Need(_("From number")),
        "url": Need(_("API address"), is_required=False), "signing_secret": Need(_("Signature secret"), is_required=False),
    }  # fmt: skip

    def request(self, parcel: Parcel) -> egress.Request:
        account = parcel.account
        ncco: list[dict[str, Any]] = [{"action": "talk", "text": spoken_text(parcel), "bargeIn": bool(parcel.code), "loop": 2}]
        if parcel.code:
            keys = f"{parcel.hook_url}vonage/keys/{parcel.code}/"
            ncco.append({"action": "input", "type": ["dtmf"], "dtmf": {"maxDigits": 1, "timeOut": 8}, "eventUrl": [keys]})
        body = {
            "to": [{"type": "phone", "number": parcel.address.lstrip("+")}], "from": {"type": "phone", "number": account.sender.lstrip("+")}, "ncco": ncco,
        }  # fmt: skip
        return post_json(
            f"{(account.url or VOICE_API).rstrip('/')}/v1/calls", body, {"Authorization": f"Bearer {token(account.user, account.secret)}"}
        )

    def read(self, answer: egress.Answer) -> Outcome:
        return Outcome(True, provider_id=name_in(answer.data, "uuid"), answer=f"{answer.status} {name_in(answer.data, 'status')}".strip())

    def destination(self, parcel: Parcel) -> str:
        return f"vonage:{parcel.account.user}"[:120]


def token(application: str, key: str) -> str:
    """A JWT of the application, signed RS256, good for five minutes. Raises ValueError for a key that is none."""
    now = int(time.time())
    head = _packed({"alg": "RS256", "typ": "JWT"})
    claims = _packed({"application_id": application, "iat": now, "exp": now + 300, "jti": digest(f"{application}{time.time_ns()}")})
    private = serialization.load_pem_private_key(key.encode(), None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("The private key is not an RSA key.")
    signature = private.sign(f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{head}.{claims}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _packed(part: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode()
