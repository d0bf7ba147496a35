"""Secrets at rest: Fernet with a key that lives outside the database (RELIABILITY D25)."""

import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from common import errors


def encrypt(plain: str) -> str:
    """The text, readable only with ENCRYPTION_KEY."""
    return Fernet(settings.ENCRYPTION_KEY).encrypt(plain.encode()).decode()


def decrypt(cipher: str) -> str:
    """The text that was encrypted. Raises Conflict when the key of this installation is not the one that wrote it."""
    try:
        return Fernet(settings.ENCRYPTION_KEY).decrypt(cipher.encode()).decode()
    except InvalidToken as error:
        raise errors.Conflict("This secret was written with another encryption key. Restore that key or rotate the secret.") from error


def key_of(purpose: str) -> bytes:
    """A key of its own for one purpose, which follows from ENCRYPTION_KEY and tells nothing of it."""
    return hmac.digest(settings.ENCRYPTION_KEY.encode(), purpose.encode(), "sha256")
