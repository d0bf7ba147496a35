"""What every channel is: a small class that sends one message and says what came of it."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from common import egress

LONGEST_WAIT = 3600.0  # a provider that asks for more is asked again after an hour
IMPORTANT = "important"


@dataclass(frozen=True, slots=True)
class Account:
    """A provider's account as the admin configured it, with its secrets in plain."""

    pk: int = 0
    url: str = ""
    user: str = ""
    sender: str = ""
    secret: str = ""
    signing_secret: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message, ready to go; channels know no tables.

    key: the same on each attempt, by which a receiver knows a duplicate. secret: of the contact method. url: what it is about. answer_url: the signed link
    that shows the page and lets the person acknowledge; empty when nothing is to be answered. code: what an SMS reply names. more: how many others of
    the same service it stands for. hook_url: the beginning of the addresses to which the provider reports back.
    """

    key: str
    address: str
    subject: str
    text: str = ""
    html: str = ""
    secret: str = ""
    url: str = ""
    answer_url: str = ""
    code: str = ""
    urgency: str = IMPORTANT
    more: int = 0
    hook_url: str = ""
    at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    subject_type: str = ""
    subject_id: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=Account)

    @property
    def is_important(self) -> bool:
        """Whether it may wake somebody."""
        return self.urgency == IMPORTANT

    @property
    def title(self) -> str:
        """The subject, with how many others it stands for."""
        return f"{self.subject} (+ {self.more} more of this service)" if self.more else self.subject

    @property
    def link(self) -> str:
        """Where the person goes from the message."""
        return self.answer_url or self.url


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try. is_final: another try would fail the same way. answer: what the other side said. retry_after: seconds it asks to wait.

    is_gone: the address does not exist any more.
    """

    accepted: bool
    provider_id: str = ""
    is_final: bool = False
    answer: str = ""
    retry_after: float | None = None
    is_gone: bool = False

    @property
    def is_fault(self) -> bool:
        """Whether it speaks against the destination, not against this message."""
        return not self.accepted and not self.is_final and self.retry_after is None


@dataclass(frozen=True, slots=True)
class Need:
    """A field of the account that a channel uses."""

    label: Any
    is_required: bool = True


class Channel(ABC):
    """A way to send. needs: the fields of its account; none, and it needs no account."""

    name: str = ""
    label: Any = ""
    needs: ClassVar[Mapping[str, Need]] = {}

    @abstractmethod
    def send(self, parcel: Parcel) -> Outcome:
        """Sends one message, once. May take as long as egress allows; never inside a transaction."""

    def destination(self, parcel: Parcel) -> str:
        """Whose fault a failure is: the breaker and the share of workers count by it."""
        return f"{self.name}:{urlsplit(parcel.account.url or parcel.address).netloc or self.name}"[:120]


class HttpChannel(Channel):
    """A channel that is one HTTP request."""

    @abstractmethod
    def request(self, parcel: Parcel) -> egress.Request:
        """The request as the provider documents it."""

    def read(self, answer: egress.Answer) -> Outcome:
        """What a 2xx answer means."""
        return Outcome(True, provider_id=name_in(answer.data, "id"), answer=str(answer.status))

    def refused(self, answer: egress.Answer) -> Outcome:
        """What any other answer means."""
        return refusal(answer)

    def send(self, parcel: Parcel) -> Outcome:
        try:
            answer = egress.send(self.request(parcel))
        except egress.Forbidden as error:
            return Outcome(False, is_final=True, answer=str(error))
        except (egress.Unreachable, ValueError) as error:  # a key or an address of the account that does not fit is ours to mend
            return Outcome(False, answer=str(error))
        return self.read(answer) if 200 <= answer.status < 300 else self.refused(answer)


def refusal(answer: egress.Answer) -> Outcome:
    """RFC 9110: 408, 425, 429 and 5xx pass; 401 and 403 are ours to mend and pass too; any other refusal stays the same however often it is tried."""
    said = f"{answer.status} {answer.text}".strip()
    asked = wait_of(answer.headers.get("retry-after", ""))
    if answer.status == 429:
        return Outcome(False, answer=said, retry_after=asked if asked is not None else 30.0)
    if answer.status in (401, 403, 408, 425) or answer.status >= 500:
        return Outcome(False, answer=said, retry_after=asked if answer.status == 503 else None)
    return Outcome(False, is_final=True, answer=said, is_gone=answer.status in (404, 410))


def wait_of(header: str) -> float | None:
    """Retry-After: seconds, or a date."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 1.0), LONGEST_WAIT) if seconds == seconds else None


def post_json(url: str, body: Any, headers: Mapping[str, str] | None = None, method: str = "POST") -> egress.Request:
    """A request with JSON."""
    return egress.Request(method, url, orjson.dumps(body), {"Content-Type": "application/json", **(headers or {})})


def name_in(data: Any, key: str) -> str:
    """The provider's own name of a message in its answer."""
    value = data.get(key) if isinstance(data, dict) else None
    return str(value)[:120] if isinstance(value, str | int) else ""


def short(parcel: Parcel, limit: int = 300) -> str:
    """Everything in one short text: what, how to answer, where."""
    answer = f" Reply ACK {parcel.code} to acknowledge." if parcel.code else ""
    rest = f"{answer} {parcel.link}".rstrip()
    title = parcel.title if len(parcel.title) + len(rest) <= limit else f"{parcel.title[: max(20, limit - len(rest) - 1)]}…"
    return f"{title}{rest}"


def digest(key: str) -> str:
    """A short name of a message for providers that take one, so that a duplicate is recognised."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
