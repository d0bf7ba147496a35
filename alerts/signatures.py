"""How tools sign what they send with a secret that they share with us (RELIABILITY A21). Pure: no database, no Django.

A scheme is named by the adapter of its tool. Everything is compared in constant time, against the secret of now and the one before it.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

WINDOW_SECONDS = 300
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """A request's signatures. texts: as they were sent, empty when there are none. expected: what one must be, for a secret; None when its time is too old."""

    texts: Sequence[str]
    expected: Callable[[str], str | None]
    is_token: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one tool signs. where: the header, and where people find or set the secret there."""

    where: str
    read: Callable[[Headers, bytes, float], Signed]


def check(scheme: str, secrets: Sequence[str], headers: Headers, body: bytes, at: float) -> int | None:
    """Which of the secrets signed a request, the first of them 0; None when the signature is missing, wrong or too old. at: seconds since 1970."""
    signed = SCHEMES[scheme].read(headers, body, at)
    found = None
    for number, secret in enumerate(secrets):
        wanted = signed.expected(secret)
        for text in signed.texts:
            if wanted and hmac.compare_digest(text.encode("utf-8", "replace"), wanted.encode()) and found is None:
                found = number
    return found


def name_of(scheme: str, headers: Headers, body: bytes, at: float) -> str:
    """By what a signed request is known when it comes again: its signature; empty for a token, which is the same on all."""
    signed = SCHEMES[scheme].read(headers, body, at)
    return "" if signed.is_token or not signed.texts else f"signature:{signed.texts[0]}"


def _hex(header: str, prefix: str = "", digest: str = "sha256") -> Callable[[Headers, bytes, float], Signed]:
    """A digest of the body, in hexadecimal."""

    def read(headers: Headers, body: bytes, at: float) -> Signed:
        return Signed(_listed(headers.get(header, "")), lambda secret: prefix + hmac.new(secret.encode(), body, digest).hexdigest())

    return read


def _token(header: str) -> Callable[[Headers, bytes, float], Signed]:
    """The secret itself."""

    def read(headers: Headers, body: bytes, at: float) -> Signed:
        return Signed([headers[header]] if header in headers else [], lambda secret: secret, is_token=True)

    return read


def _grafana(headers: Headers, body: bytes, at: float) -> Signed:
    """With a time when the contact point names one of these headers for it: then “time:body” is signed."""
    time = next((headers[name] for name in GRAFANA_TIMES if name in headers), None)
    signed = body if time is None else f"{time}:".encode() + body
    return Signed(
        _listed(headers.get("x-grafana-alerting-signature", "")),
        lambda secret: hmac.new(secret.encode(), signed, "sha256").hexdigest() if time is None or _is_now(time, at) else None,
    )


def _standard(headers: Headers, body: bytes, at: float) -> Signed:
    """Standard Webhooks (https://www.standardwebhooks.com): “v1,” and base64 over id, time and body; several, between spaces, while the secret changes."""
    time, name = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    signed = f"{name}.{time}.".encode() + body

    def expected(secret: str) -> str | None:
        return f"v1,{base64.b64encode(hmac.new(_key(secret), signed, 'sha256').digest()).decode()}" if _is_now(time, at) else None

    return Signed(headers.get("webhook-signature", "").split(), expected)


def _gitlab(headers: Headers, body: bytes, at: float) -> Signed:
    """Its signing token where that is set, else its secret token."""
    return _standard(headers, body, at) if "webhook-signature" in headers else _token("x-gitlab-token")(headers, body, at)


def _any(headers: Headers, body: bytes, at: float) -> Signed:
    return _standard(headers, body, at) if "webhook-signature" in headers else _hex("x-hub-signature-256", "sha256=")(headers, body, at)


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True) if secret.startswith("whsec_") else secret.encode()
    except binascii.Error:
        return secret.encode()


def _is_now(time: str, at: float) -> bool:
    return time.isascii() and time.isdigit() and len(time) < 15 and abs(int(time) - at) <= WINDOW_SECONDS


GRAFANA_TIMES = ("x-grafana-alerting-timestamp", "x-grafana-alerting-signature-timestamp")
SCHEMES: dict[str, Scheme] = {
    "github": Scheme("X-Hub-Signature-256. In GitHub: the webhook's Secret.", _hex("x-hub-signature-256", "sha256=")),
    "hub": Scheme("X-Hub-Signature. In the tool: the webhook's Secret.", _hex("x-hub-signature", "sha256=")),
    "gitlab": Scheme("X-Gitlab-Token or webhook-signature. In GitLab: the webhook's Secret token or Signing token.", _gitlab),
    "grafana": Scheme(
        "X-Grafana-Alerting-Signature. In Grafana: the contact point's HMAC Signature; as Timestamp Header write X-Grafana-Alerting-Timestamp.",
        _grafana,
    ),
    "honeycomb": Scheme("X-Honeycomb-Webhook-Token. In Honeycomb: the webhook's Shared secret.", _token("x-honeycomb-webhook-token")),
    "netbox": Scheme("X-Hook-Signature. In NetBox: the webhook's Secret.", _hex("x-hook-signature", digest="sha512")),
    "pagerduty": Scheme(
        "X-PagerDuty-Signature. PagerDuty shows the secret when the webhook subscription is made.", _hex("x-pagerduty-signature", "v1=")
    ),
    "sentry": Scheme("Sentry-Hook-Signature. In Sentry: the Client Secret of the internal integration.", _hex("sentry-hook-signature")),
    "standard": Scheme("webhook-signature (Standard Webhooks) or X-Hub-Signature-256.", _any),
}
