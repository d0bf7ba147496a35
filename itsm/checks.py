"""Bad settings, each with an ID and what to do. They stop the start, so that nobody finds out in the night."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from common import egress
from itsm import environment

SECRET_KEY_LETTERS = 32
SECRETS = ("EVENKEEL_SECRET_KEY", "EVENKEEL_ENCRYPTION_KEY", "DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "EMAIL_URL")
NUMBERS = (
    "EVENKEEL_ATTACHMENT_MAX_BYTES",
    "EVENKEEL_ALERT_MAX_BYTES",
    "EVENKEEL_ALERT_INBOX_DAYS",
    "EVENKEEL_AUTO_CLOSE_DAYS",
    "EVENKEEL_QUERY_SECONDS",
)


@register()
def keys(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The two keys are there and usable."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < SECRET_KEY_LETTERS:
        hint = "Set EVENKEEL_SECRET_KEY or EVENKEEL_SECRET_KEY_FILE; ./evenkeel makes one by itself."
        found.append(Error(f"The secret key has fewer than {SECRET_KEY_LETTERS} characters.", hint=hint, id="evenkeel.E001"))
    try:
        Fernet(settings.ENCRYPTION_KEY)
    except ValueError:
        hint = "Set EVENKEEL_ENCRYPTION_KEY to 32 random bytes as URL-safe base64: openssl rand -base64 32 | tr '+/' '-_'"
        found.append(Error("The encryption key is missing or is not a Fernet key.", hint=hint, id="evenkeel.E002"))
    return found


@register()
def addresses(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The base URL, and the addresses of PostgreSQL and Redis."""
    found: list[CheckMessage] = []
    base = urlsplit(settings.EVENKEEL_BASE_URL)
    if base.scheme not in ("http", "https") or not base.hostname or base.path or base.query:
        hint = "Write the scheme and the host, without a path: https://desk.example.com"
        found.append(Error(f"EVENKEEL_BASE_URL is not an address: {settings.EVENKEEL_BASE_URL!r}.", hint=hint, id="evenkeel.E003"))
    if not environment.is_postgresql(settings.DATABASE_URL):
        hint = "Write it as postgresql://user:password@host:5432/name; Evenkeel runs on nothing else."
        found.append(Error("DATABASE_URL does not name a PostgreSQL.", hint=hint, id="evenkeel.E004"))
    if urlsplit(settings.REDIS_URL).scheme not in ("redis", "rediss", "unix"):
        hint = "Write it as redis://host:6379/0, rediss://... or unix:///path/to/socket?db=0"
        found.append(Error("REDIS_URL does not name a Redis.", hint=hint, id="evenkeel.E005"))
    return found


@register()
def values(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Numbers are numbers, and a secret is not given in two ways."""
    found: list[CheckMessage] = []
    for name in NUMBERS:
        text = environment.secret(name)
        if text and not (text.isdigit() and int(text) > 0):
            found.append(Error(f"{name} is {text!r}, which is not a whole number above zero.", hint="Write digits only.", id="evenkeel.E006"))
    for name in SECRETS:
        if environment.secret(name) and environment.is_given_twice(name):
            hint = f"Remove one of {name} and {name}_FILE; now the first wins."
            found.append(Warning(f"{name} is given both directly and by a file.", hint=hint, id="evenkeel.W001"))
    return found


@register()
def places(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The places inside that may be called are networks."""
    try:
        egress.places(settings.EGRESS_ALLOW)
    except ValueError as error:
        hint = "Write networks, each with a port where only one may be called: 10.20.0.0/16:443, 192.168.1.5, fd00::/8"
        return [Error(f"EVENKEEL_EGRESS_ALLOW is not a list of networks: {error}.", hint=hint, id="evenkeel.E008")]
    return []


@register()
def folders(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The place for attachments can be made."""
    place = Path(settings.DATA_DIR)
    if place.exists() and not place.is_dir():
        hint = "Set EVENKEEL_DATA_DIR to a folder that this process may write."
        return [Error(f"EVENKEEL_DATA_DIR is not a folder: {place}.", hint=hint, id="evenkeel.E007")]
    return []
