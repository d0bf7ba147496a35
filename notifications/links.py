"""The signed link of a page: whoever has it sees the page and acknowledges it as the person it was sent to (ONC-11)."""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.urls import reverse

from notifications import letters

SALT = "notifications.answer"
VALID = timedelta(days=7)


class Expired(Exception):
    """The link is ours and too old."""


class Forged(Exception):
    """The link is not ours."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link names: the page, and the message that carried it."""

    page: int
    message: int


def answer_url(page: int, message: int) -> str:
    """The whole address."""
    return letters.absolute(reverse("notifications:answer", args=[signing.dumps([page, message], salt=SALT)]))


def read(token: str) -> Ticket:
    """What the link names. Raises Expired and Forged."""
    try:
        page, message = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.SignatureExpired as error:
        raise Expired from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Forged from error
    return Ticket(page, message)
