"""How providers prove that what reports back is them. No database."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import orjson

SKEW = 300  # seconds; older requests are replays


def twilio(url: str, fields: Mapping[str, str], token: str, given: str) -> bool:
    """X-Twilio-Signature: HMAC-SHA1 over the address and the sorted fields (twilio.com/docs/usage/security)."""
    text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    expected = base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
    return bool(token) and hmac.compare_digest(expected.encode(), given.encode())


def slack(body: bytes, time: str, secret: str, given: str, *, now: float) -> bool:
    """X-Slack-Signature: HMAC-SHA256 over v0, time and body (api.slack.com/authentication/verifying-requests-from-slack)."""
    if not secret or not time.isdecimal() or abs(now - int(time)) > SKEW:
        return False
    expected = "v0=" + hmac.new(secret.encode(), f"v0:{time}:".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.encode())


def telegram(secret: str, given: str) -> bool:
    """X-Telegram-Bot-Api-Secret-Token: as it was set with the webhook (core.telegram.org/bots/api#setwebhook)."""
    return bool(secret) and hmac.compare_digest(secret.encode(), given.encode())


def vonage_sms(fields: Mapping[str, str], secret: str, *, now: float) -> bool:
    """The field sig: HMAC-SHA256 over the other sorted fields as &name=value, with & and = in values as _ (developer.vonage.com, signing messages)."""
    given, time = fields.get("sig", ""), fields.get("timestamp", "")
    if not secret or not time.isdecimal() or abs(now - int(time)) > SKEW:
        return False
    text = "".join(f"&{name}={_plain(fields[name])}" for name in sorted(fields) if name != "sig")
    expected = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.lower().encode(), given.lower().encode())


def vonage_voice(header: str, body: bytes, secret: str, *, now: float) -> bool:
    """Authorization: a JWT signed HS256 with the signature secret, which names the digest of the body (developer.vonage.com, signed webhooks)."""
    parts = header.removeprefix("Bearer ").split(".")
    if not secret or len(parts) != 3:
        return False
    head, claims, signature = parts
    expected = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    try:
        if not hmac.compare_digest(expected, _unpacked(signature)) or orjson.loads(_unpacked(head)).get("alg") != "HS256":
            return False
        told = orjson.loads(_unpacked(claims))
        issued = int(told.get("iat", 0))
    except (ValueError, TypeError, AttributeError):
        return False
    return abs(now - issued) <= SKEW and hmac.compare_digest(str(told.get("payload_hash", "")).encode(), hashlib.sha256(body).hexdigest().encode())


def _plain(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
