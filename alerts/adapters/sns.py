"""Amazon SNS: who signed a message, and whether it may be believed. Pure: the certificate is fetched by whoever asks.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CONFIRMATION = "SubscriptionConfirmation"
HOST = re.compile(r"^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # version 1 is what SNS sends unless a topic says otherwise


class Untrusted(Exception):
    """The message is not, or not provably, from Amazon; the text says why."""


def is_amazons(address: Any) -> bool:
    """Whether an address leads to SNS itself, by https and the usual port."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        return parts.scheme == "https" and parts.port in (None, 443) and not parts.username and bool(HOST.fullmatch(parts.hostname or ""))
    except ValueError:
        return False


def canonical(message: Mapping[str, Any]) -> bytes:
    """The text that SNS signs: names and values of certain fields, each on a line. Raises Untrusted for a message of an unknown type."""
    names = SIGNED.get(str(message.get("Type")))
    if names is None:
        raise Untrusted("The message has no type that Amazon SNS signs.")
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None).encode()


def certificate_address(message: Mapping[str, Any]) -> str:
    """Where the certificate of a message lies. Raises Untrusted when that is not Amazon."""
    address = message.get("SigningCertURL") or message.get("SigningCertUrl")
    if not is_amazons(address) or not urlsplit(str(address)).path.endswith(".pem"):
        raise Untrusted("The certificate of the message does not lie with Amazon SNS.")
    return str(address)


def check(message: Mapping[str, Any], certificate: bytes) -> None:
    """Raises Untrusted unless the message bears the signature of this certificate (PEM)."""
    algorithm = HASHES.get(str(message.get("SignatureVersion")))
    if algorithm is None:
        raise Untrusted("The signature has a version that is not known here.")
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
        signature = base64.b64decode(str(message.get("Signature")), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Untrusted("The certificate or the signature cannot be read.") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise Untrusted("The certificate is not one that Amazon SNS signs with.")
    try:
        key.verify(signature, canonical(message), padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise Untrusted("The signature does not fit the message.") from error
