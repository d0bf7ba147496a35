"""Servers at the other end of the socket: what a provider would be, with answers that a test chooses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import orjson


@dataclass
class Got:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Reply:
    """What it answers, once it may."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    may_go: threading.Event | None = None


class Provider(ThreadingHTTPServer):
    """Keeps what it gets; `replies` are its answers in order, then the last one again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[Got] = []
        self.replies: list[Reply] = [Reply()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reply(self, status: int = 200, body: Any = None, may_go: threading.Event | None = None, **headers: str) -> None:
        """From now on it answers so."""
        self.replies = [Reply(status, {} if body is None else body, {name.replace("_", "-"): value for name, value in headers.items()}, may_go)]


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.got.append(Got(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        reply = self.server.replies.pop(0) if len(self.server.replies) > 1 else self.server.replies[0]
        if reply.may_go is not None:
            reply.may_go.wait(60)
        sent = reply.body if isinstance(reply.body, bytes) else orjson.dumps(reply.body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider for a while."""
    with Provider() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
