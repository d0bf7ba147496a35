"""What the dialects of the door share. A dialect is another product's API: which addresses it has, where its key stands, how it answers, and what it means.

Pure: no database, no Django. The door asks a dialect while the client waits; the worker asks it what the kept request says.
"""

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from alerts import deliveries
from alerts.normal import Event

JSON = b"application/json"
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)  # not frozen: it is made for every request, and twice as fast this way
class Call:
    """A request before its body is read. parts: the path between its slashes, each decoded, without a trailing slash. headers: in lower case."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    kind: bytes = JSON


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a readable request is refused. fields: what is wrong with which field."""

    status: int
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for: its name as the inbox keeps it, what of its address matters, and whether it may come without a body."""

    name: str
    context: Mapping[str, Any] = field(default_factory=dict)
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A request that the door kept, as the worker reads it. integration_id: whose key it carried. context: see Operation."""

    operation: str
    request_id: str
    integration_id: int
    context: Mapping[str, Any]
    received_at: datetime


class Dialect(ABC):
    """One API."""

    name = ""

    @abstractmethod
    def find(self, call: Call) -> Operation | None:
        """The operation of an address and method; None when this address keeps nothing."""

    def key(self, call: Call) -> str | None:
        """The integration key of a call; None when it stands in the body."""
        return key_of(call)

    def key_in(self, value: Any) -> str:
        """The key that stands in a body."""
        return ""

    def admits(self, call: Call) -> Problem | None:
        """Why a call is refused before its body is read."""
        return None

    def check(self, operation: Operation, value: Any) -> Problem | None:
        """What is wrong with a body that is well-formed JSON."""
        return None

    def delivery(self, call: Call, value: Any) -> str:
        """By what a sender says that this is what it sent before; empty when it does not say."""
        return deliveries.of_call(call.headers)

    @abstractmethod
    def accepted(self, operation: Operation, request_id: str, row_id: int, value: Any) -> Answer:
        """The answer when the request is committed."""

    @abstractmethod
    def refused(self, problem: Problem, row_id: int | None = None) -> Answer:
        """The answer when it is not. row_id: the number under which the body is kept in quarantine."""

    def read(self, kept: Kept, value: Any) -> list[Event]:
        """What a kept request says, in order; nothing where the integration's adapter reads it."""
        return []


def call_of(scope: MutableMapping[str, Any]) -> Call:
    """A request of the web server."""
    raw = (scope.get("raw_path") or str(scope["path"]).encode()).decode("latin-1").partition("?")[0].strip("/").split("/")
    parts = tuple(unquote(part) if "%" in part else part for part in raw)
    query = (
        dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True, max_num_fields=100))
        if scope.get("query_string")
        else {}
    )
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    client: Sequence[Any] = scope.get("client") or ("",)
    return Call(scope["method"], parts, query, headers, str(client[0]))


def key_of(call: Call) -> str:
    """The key in Authorization (GenieKey, Bearer, Token, or Basic with the key as password, as user name or alone), else in ?apiKey=; empty for none."""
    scheme, _space, secret = call.headers.get("authorization", "").strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() == "basic":
        return basic(secret)
    if scheme.lower() in ("geniekey", "bearer", "token"):
        return secret
    return call.query.get("apiKey", "")


def basic(secret: str) -> str:
    """The key in the words of HTTP Basic: the password, or the user name when there is no password."""
    try:
        plain = base64.b64decode(secret, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    user, colon, password = plain.partition(":")
    return password if colon and password else user
