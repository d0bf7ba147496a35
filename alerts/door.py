"""The door for alerts: POST /ingest/<key>, answered 202 only when the raw body is committed.

A native ASGI application beside Django, startable on its own (`uvicorn alerts.door:app`). Requests that arrive while the database commits share the
next commit: one flusher thread drains everything that waits into one INSERT. Nothing is parsed into alerts here; a worker does that.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django
import orjson
from django.conf import settings

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    django.setup()

from alerts import bodies, ledger  # Django has to be set up first when the door runs on its own

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/ingest/"
JSON = (b"content-type", b"application/json")
RETRY = (b"retry-after", b"2")
CLOSE = (b"connection", b"close")  # what follows on this connection would be the rest of the body
SLOWEST_SECONDS = 20

_ledger: ledger.Ledger | None = None


async def startup() -> None:
    """Starts the flusher of this process."""
    the_ledger()


async def shutdown() -> None:
    """Commits what waits and ends the flusher."""
    global _ledger  # one ledger a process, ended with it
    if _ledger is not None:
        await asyncio.to_thread(_ledger.close)
        _ledger = None


def the_ledger() -> ledger.Ledger:
    """The flusher of this process, started when first needed."""
    global _ledger  # one ledger a process
    if _ledger is None:
        _ledger = ledger.Ledger()
    return _ledger


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    try:
        status, answer, headers = await _accept(scope, receive)
    except _Gone:
        return
    body = orjson.dumps(answer)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length, *headers]})
    await send({"type": "http.response.body", "body": body})


class _Gone(Exception):
    """The client went away before the body was complete."""


Answer = tuple[int, dict[str, Any], tuple[tuple[bytes, bytes], ...]]


async def _accept(scope: Scope, receive: Receive) -> Answer:
    if scope["method"] != "POST":
        return _refuse(405, "method_not_allowed", "Send alerts with POST.", (b"allow", b"POST"))
    the = the_ledger()
    try:
        integration_id = await the.integration_of(scope["path"][len(PREFIX) :].strip("/"))
    except ledger.Unavailable as error:
        return _refuse(503, "unavailable", str(error), RETRY)
    if integration_id is None:
        return _refuse(401, "unknown_key", "This key is unknown, revoked or switched off. Ask an admin for the integration's URL.")
    limit = settings.ALERT_MAX_BYTES
    try:
        raw = await _body(scope, receive, limit)
    except TimeoutError:
        return _refuse(408, "too_slow", f"The body did not arrive within {SLOWEST_SECONDS} seconds. Send it again.", CLOSE)
    if raw is None:
        return _refuse(413, "too_large", f"Send at most {limit} bytes, also when unpacked. Split the payload.", CLOSE)
    return await _keep(the, integration_id, raw, _encoding(scope), limit)


async def _keep(the: ledger.Ledger, integration_id: int, raw: bytes, encoding: str, limit: int) -> Answer:
    reason = ""
    try:
        raw = bodies.unpack(raw, encoding, limit)
        bodies.parse(raw)
    except bodies.Broken as error:
        reason = str(error)
    try:
        row_id = await the.keep(integration_id, raw, reason)
    except ledger.Unavailable as error:
        return _refuse(503, "unavailable", str(error), RETRY)
    if reason:
        return _refuse(400, "not_readable", f"{reason} The body is kept in quarantine as {row_id}.")
    return 202, {"id": str(row_id), "status": "accepted"}, ()


def _refuse(status: int, code: str, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    return status, {"error": {"code": code, "message": message, "fields": {}}}, headers


async def _body(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when it is larger than the limit. Reads no further than the limit. Raises TimeoutError when it trickles in."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if declared.isdigit() and int(declared) > limit:
        return None
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _Gone
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= limit else None
    async with asyncio.timeout(SLOWEST_SECONDS):
        return await _rest_of_body(message, receive, limit)


async def _rest_of_body(message: MutableMapping[str, Any], receive: Receive, limit: int) -> bytes | None:
    """A body that comes in several pieces, of which `message` is the first."""
    body = bytearray(message.get("body", b""))
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > limit:
            return None
    return bytes(body)


def _encoding(scope: Scope) -> str:
    return next((value.decode("latin-1").strip().lower() for name, value in scope["headers"] if name == b"content-encoding"), "")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await startup()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
