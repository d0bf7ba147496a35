"""Live screens: server-sent events at /events/stream, as a native ASGI application beside Django.

An event says only which record changed; the page asks for it again with the rights of its person. One Redis subscription serves all streams of a
process. When Redis goes away the streams stay open, and after its return each gets `resync`, so that nothing that was missed stays on a screen.
A page says how long ago it was asked for (`?age=` in milliseconds), and first hears what changed since then.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import redis.asyncio as redis
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from redis.exceptions import RedisError

from common.doorbell import LIVE_CHANNEL

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
SESSION_SECONDS = 60.0
STREAMS_PER_PERSON = 6
BACKLOG = 200
ON_ITS_WAY = 1.0  # seconds that the question for a stream may take to come
HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"private, no-store"), (b"x-accel-buffering", b"no")]
RESYNC = b"event: resync\ndata: {}\n\n"


class _Hub:
    """The one subscription of this process and the queues of its streams."""

    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[bytes]] = set()
        self.people: Counter[int] = Counter()
        self.told: deque[tuple[float, bytes]] = deque(maxlen=BACKLOG)
        self.knows_since = float("inf")
        self.task: asyncio.Task[None] | None = None
        self.is_closing = False

    def begin(self) -> None:
        """Starts listening to Redis."""
        if self.task is None or self.task.done():
            self.is_closing = False
            self.knows_since = float("inf")
            self.task = asyncio.create_task(self._listen_for_ever())

    async def end(self) -> None:
        """Ends all streams and the subscription."""
        self.is_closing = True
        self.tell(b"")
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task

    def tell(self, message: bytes) -> None:
        """Hands a message to every stream; one that does not keep up is told to read everything again."""
        if len(self.told) == self.told.maxlen:
            self.knows_since = self.told[0][0]
        self.told.append((time.monotonic(), message))
        for queue in list(self.queues):
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(RESYNC)
            else:
                queue.put_nowait(message)

    def told_since(self, at: float) -> list[bytes]:
        """What was told since an instant of the monotonic clock, each once."""
        if at < self.knows_since:
            return [RESYNC]
        return list(dict.fromkeys(message for told_at, message in self.told if told_at >= at and message))

    async def _listen_for_ever(self) -> None:
        pause, is_first = 0.5, True
        while True:
            client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=10)
            try:
                subscription = client.pubsub(ignore_subscribe_messages=True)
                await subscription.subscribe(LIVE_CHANNEL)
                if is_first:
                    self.knows_since = time.monotonic()
                else:
                    self.tell(RESYNC)
                pause, is_first = 0.5, False
                while True:
                    message = await subscription.get_message(timeout=5.0)
                    if message is not None and isinstance(message["data"], bytes):
                        self.tell(b"data: " + message["data"] + b"\n\n")
            except (RedisError, OSError) as error:
                log.warning("live: Redis does not answer: %s", error)
                is_first = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await client.aclose()


_hub = _Hub()


async def startup() -> None:
    """Starts the subscription of this process."""
    _hub.begin()


async def shutdown() -> None:
    """Ends the streams, so that the server can stop."""
    await _hub.end()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application: GET with the session cookie of a person of the desk."""
    if scope["method"] != "GET":
        await _refuse(send, 405, [(b"allow", b"GET")])
        return
    since = _asked_at(scope)
    key = _session_key(scope)
    person = await asyncio.to_thread(_person_of, key) if key else None
    if person is None:
        await _refuse(send, 403, [])
    elif _hub.people[person] >= STREAMS_PER_PERSON:
        await _refuse(send, 429, [(b"retry-after", b"30")])
    else:
        await _stream(key, person, since, receive, send)


async def _refuse(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *headers]})
    await send({"type": "http.response.body", "body": b""})


async def _stream(key: str, person: int, since: float | None, receive: Receive, send: Send) -> None:
    _hub.begin()
    queue: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
    for message in _hub.told_since(since) if since is not None else []:
        queue.put_nowait(message)
    _hub.queues.add(queue)
    _hub.people[person] += 1
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": b": welcome\n\n", "more_body": True})
        checked_at = asyncio.get_running_loop().time()
        while not gone.done() and not _hub.is_closing:
            message = await _next(queue, gone)
            if asyncio.get_running_loop().time() - checked_at > SESSION_SECONDS:
                if await asyncio.to_thread(_person_of, key) != person:
                    break
                checked_at = asyncio.get_running_loop().time()
            await send({"type": "http.response.body", "body": message, "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        _hub.queues.discard(queue)
        _hub.people[person] -= 1


async def _next(queue: "asyncio.Queue[bytes]", gone: "asyncio.Task[None]") -> bytes:
    """The next message, or a comment that keeps the connection alive when there is none for a while."""
    getting = asyncio.create_task(queue.get())
    done, _waiting = await asyncio.wait({getting, gone}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if getting in done:
        return getting.result()
    getting.cancel()
    return b": still here\n\n"


async def _until_gone(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return


def _asked_at(scope: Scope) -> float | None:
    """When the page was asked for, by the monotonic clock and rather too early; None when it does not say."""
    said = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("age", [""])[0]
    return time.monotonic() - int(said) / 1000 - ON_ITS_WAY if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _session_key(scope: Scope) -> str:
    """The session cookie of the request, empty when there is none."""
    header = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    try:
        cookie = SimpleCookie(header.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _person_of(key: str) -> int | None:
    """Whose session this is, when it is a person of the desk; runs in a thread and gives its database connection back."""
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user: Any = get_user(request)
        return int(user.pk) if user.is_authenticated and user.has_right("desk.access") else None
    finally:
        close_old_connections()
