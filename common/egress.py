"""The one way out by HTTP: to checked addresses only, without redirects, with a deadline and a cap (RELIABILITY 3.9).

Addresses come from people (webhooks, push servers), so a name is resolved here and the connection goes to the address that was checked; the name still
stands in the TLS handshake and the Host header. Inside addresses need a line in EVENKEEL_EGRESS_ALLOW: "10.20.0.0/16:443, 192.168.1.5/32".
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
import orjson
from django.conf import settings

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
ANSWER_BYTES = 65_536
PORTS_OF_SCHEMES = {"http": 80, "https": 443}
DENIED = tuple(
    ipaddress.ip_network(block)
    for block in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Exception):
    """The address may not be called: no http(s), or a place inside that no admin allowed."""


class Unreachable(Exception):
    """Nobody answered: no such name, no connection, TLS that does not fit, or too slow."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. content: the body as it leaves, already signed."""

    method: str
    url: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in small letters, the body cut where the caller said."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        """The body as JSON, an empty object when it is none."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return {}

    @property
    def text(self) -> str:
        """The beginning of the body, for a person who looks for what went wrong."""
        return self.content.decode("utf-8", "replace")[:500].replace("\x00", "")


def send(request: Request, *, most: int = ANSWER_BYTES) -> Answer:
    """Sends one request and reads at most so many bytes. Raises Forbidden, and Unreachable after at most ten seconds."""
    host = check(request.url)
    own = {"Host": host, "User-Agent": "Evenkeel", "Accept": "*/*", "Content-Length": str(len(request.content))}
    headers: list[tuple[bytes | str, bytes | str]] = [*own.items(), *request.headers.items()]
    deadline = time.monotonic() + TOTAL_SECONDS
    timeouts = {"timeout": {"connect": CONNECT_SECONDS, "read": TOTAL_SECONDS, "write": TOTAL_SECONDS, "pool": CONNECT_SECONDS}}
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=_Checked(deadline)) as pool,
            pool.stream(request.method, request.url, headers=headers, content=request.content, extensions=timeouts) as response,
        ):
            body = _capped(response.iter_stream(), most)
            return Answer(response.status, body, {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers})
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}".rstrip(": ")) from error


def check(url: str) -> str:
    """The host of an address that is fit to be called, as the Host header says it. Raises Forbidden; the name is resolved only when it is called."""
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname or ""
        shown = f"[{name}]" if ":" in name else name.encode("idna").decode()
    except ValueError as error:
        raise Forbidden(f"{url[:100]} is not an address.") from error
    if parts.scheme not in PORTS_OF_SCHEMES or not name or parts.username or parts.password:
        raise Forbidden(f"{url[:100]} is not an http or https address.")
    return shown if port in (None, PORTS_OF_SCHEMES[parts.scheme]) else f"{shown}:{port}"


def is_allowed(address: Address, port: int) -> bool:
    """Whether a connection may go there: the public internet, or what an admin allowed by name."""
    plain = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    if any(plain.version == block.version and plain in block and port in (only, only or port) for block, only in places(settings.EGRESS_ALLOW)):
        return True
    return plain.is_global and not plain.is_multicast and not any(plain.version == block.version and plain in block for block in DENIED)


def places(lines: Iterable[str]) -> list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int | None]]:
    """The admin's list as networks, each with its one port or none for all: 10.20.0.0/16:443, fd00::/8, 192.168.1.5. Raises ValueError."""
    found: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int | None]] = []
    for line in lines:
        block, slash, rest = line.partition("/")
        length, _colon, port = rest.partition(":")
        found.append((ipaddress.ip_network(f"{block}{slash}{length}", strict=False), int(port) if port else None))
    return found


@cache
def _tls() -> ssl.SSLContext:
    """The system's authorities, where an admin adds a private one, and the public ones that come with Python's packages."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def _capped(parts: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) >= most:
            break
    return bytes(body[:most])


class _Checked(httpcore.SyncBackend):
    """Connects to the address that was checked, not to what the name says a moment later."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        try:
            known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no such host: {host}") from error
        addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in known]
        refused = [address for address in addresses if not is_allowed(address, port)]
        if refused or not addresses:
            raise Forbidden(f"{host} leads to {refused[0] if refused else 'nowhere'}, which EVENKEEL_EGRESS_ALLOW does not allow.")
        return _Timed(super().connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options), self._deadline)

    def connect_unix_socket(self, *args: Any, **more: Any) -> httpcore.NetworkStream:
        raise Forbidden("Only http and https addresses are called.")


class _Timed(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no answer in time")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname=server_hostname, timeout=self._left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
