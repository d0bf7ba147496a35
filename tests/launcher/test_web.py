"""The web server's own part of HTTP: whole answers, idle connections, and what clients do to connections (itsm/web.py)."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, MutableMapping
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
import uvloop

from itsm.web import PACKET, Protocol, Together

HEAD = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
IDLE_SECONDS = 2
PIECES = 40


async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """Answers its own path; /large in many pieces, /slow after a while, /live in two pieces with a pause between."""
    path = scope["path"].encode()
    body = {b"/large": b"x" * PIECES * PACKET, b"/live": b"onetwo"}.get(path, path)
    if path == b"/slow":
        await asyncio.sleep(IDLE_SECONDS * 1.1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    step = {b"/large": PACKET // 3, b"/live": 3}.get(path, len(body))
    for first in range(0, len(body), step):
        await send({"type": "http.response.body", "body": body[first : first + step], "more_body": first + step < len(body)})
        if path == b"/live":
            await asyncio.sleep(0.5)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a server with this protocol listens; it closes connections that are idle for two seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=Protocol, lifespan="off", log_level="error", timeout_keep_alive=IDLE_SECONDS)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def client(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        yield one


def read_until(client: socket.socket, end: bytes) -> bytes:
    """What comes until it ends so."""
    got = b""
    while not got.endswith(end):
        piece = client.recv(PACKET)
        assert piece, got[-200:]
        got += piece
    return got


def test_head_and_body_come_together(client: socket.socket) -> None:
    """A client that reads once has all of a short answer."""
    for path in (b"/one", b"/two"):
        client.sendall(HEAD % path)
        answer = client.recv(PACKET)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(b"\r\n\r\n" + path)


def test_a_long_answer_is_whole(client: socket.socket) -> None:
    client.sendall(HEAD % b"/large")
    got = b""
    while len(got.partition(b"\r\n\r\n")[2]) < PIECES * PACKET:
        got += client.recv(PACKET * 4)
    assert got.partition(b"\r\n\r\n")[2] == b"x" * PIECES * PACKET


def test_what_is_live_does_not_wait_for_the_end(client: socket.socket) -> None:
    client.sendall(HEAD % b"/live")
    assert read_until(client, b"one").endswith(b"one")
    assert client.recv(PACKET) == b"two"


def test_requests_that_come_together_are_answered_in_order(client: socket.socket) -> None:
    client.sendall(b"".join(HEAD % path for path in (b"/slow", b"/two", b"/three")))
    answers = read_until(client, b"/three")
    assert answers.index(b"/slow") < answers.index(b"/two") < answers.index(b"/three")


def test_the_last_answer_is_complete_before_the_connection_closes(client: socket.socket) -> None:
    client.sendall((HEAD % b"/last").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert read_until(client, b"/last")
    assert client.recv(PACKET) == b""


@pytest.mark.parametrize("said", [b"", HEAD % b"/one"], ids=["never used", "after an answer"])
def test_an_idle_connection_is_closed(client: socket.socket, said: bytes) -> None:
    began = time.monotonic()
    if said:
        client.sendall(said)
        read_until(client, b"/one")
    assert client.recv(PACKET) == b""
    assert time.monotonic() - began >= IDLE_SECONDS * 0.9


def test_a_connection_in_use_stays(client: socket.socket) -> None:
    """Also when one answer takes longer than the pause after which idle connections are closed."""
    client.sendall(HEAD % b"/slow")
    read_until(client, b"/slow")
    for _pause in range(4):
        time.sleep(0.2)
        client.sendall(HEAD % b"/again")
        read_until(client, b"/again")


def test_nothing_is_written_to_a_client_that_went_away_meanwhile() -> None:
    """Between writing and the end of the turn the connection may be gone; uvloop refuses to write on it."""
    unheard: list[dict[str, Any]] = []

    async def turn() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, told: unheard.append(told))
        _reader, writer = await asyncio.open_connection(sock=ours)
        late = SimpleNamespace(call_soon=lambda act: loop.call_later(0.05, act))
        transport = Together(writer.transport, late)  # type: ignore[arg-type]  # a loop that is late
        transport.write(b"late")
        writer.transport.abort()
        await asyncio.sleep(0.1)

    ours, theirs = socket.socketpair()
    with theirs:
        uvloop.run(turn())
        assert (unheard, theirs.recv(10)) == ([], b"")


def test_what_is_not_http_is_refused(client: socket.socket) -> None:
    client.sendall(b"hello\r\n\r\n")
    assert read_until(client, b"received.").startswith(b"HTTP/1.1 400")
