"""The door for alerts: what changes alerts from outside is answered only when the request is committed, as its raw bytes.

A native ASGI application beside Django, startable on its own (`uvicorn alerts.door:app`). Requests that arrive while the database commits share the
next commit: one flusher thread drains everything that waits into one COPY. Nothing is parsed into alerts here; a worker does that. The plain way in is
POST /ingest/<key>; other products' APIs are dialects of the same door (alerts/dialects).
"""

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django
from django.conf import settings

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    django.setup()

from alerts import bodies, deliveries, keeping, ledger  # Django has to be set up first when the door runs on its own
from alerts.dialects import plain, table
from alerts.dialects.base import Answer, Operation, Problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

RETRY = (b"retry-after", b"2")
CLOSE = (b"connection", b"close")  # what follows on this connection would be the rest of the body
SLOWEST_SECONDS = 20
UNSIGNED = "The signature is missing, wrong or older than five minutes. Give the tool the signing secret of this integration."
UNKNOWN = "This key is unknown, revoked or switched off. Ask an admin for the integration's URL."

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
    """The ASGI application on its own."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    route = table.route(scope)
    if route is None:
        await _tell(send, table.PLAIN.refused(Problem(404, "This address is not known here.")))
        return
    await serve(route, scope, receive, send)


async def serve(route: table.Route, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request for which there is a route."""
    try:
        answer = await _accept(route, scope, receive)
    except _Gone:
        return
    await _tell(send, answer)


async def _tell(send: Send, answer: Answer) -> None:
    kind = ((b"content-type", answer.kind),) if answer.kind else ()
    length = (b"content-length", str(len(answer.body)).encode())
    await send({"type": "http.response.start", "status": answer.status, "headers": [*kind, length, *answer.headers]})
    await send({"type": "http.response.body", "body": answer.body})


class _Gone(Exception):
    """The client went away before the body was complete."""


async def _accept(route: table.Route, scope: Scope, receive: Receive) -> Answer:
    dialect, operation, call = route.dialect, route.operation, route.call
    if operation is None:
        return _refuse(route, 405, "Send alerts with POST.", (b"allow", b"POST"))
    the, key = the_ledger(), dialect.key(call)
    try:
        integration_id = await the.integration_of(key) if key is not None else 0
    except ledger.Unavailable as error:
        return _refuse(route, error.status, str(error), RETRY)
    if integration_id is None:
        return _refuse(route, 401, UNKNOWN)
    problem = dialect.admits(call)
    if problem is not None:
        return dialect.refused(problem)
    limit = settings.ALERT_MAX_BYTES
    try:
        raw = await _body(scope, receive, limit)
    except TimeoutError:
        return _refuse(route, 408, f"The body did not arrive within {SLOWEST_SECONDS} seconds. Send it again.", CLOSE)
    if raw is None:
        return _refuse(route, 413, f"Send at most {limit} bytes, also when unpacked. Split the payload.", CLOSE)
    return await _keep(the, route, operation, integration_id, raw)


async def _keep(the: ledger.Ledger, route: table.Route, operation: Operation, integration_id: int, raw: bytes) -> Answer:
    """Commits the body, also one that is not readable: it is kept aside, so that somebody can see what the tool really sent."""
    dialect, sent = route.dialect, raw
    value, problem = None, None
    signature = the.is_signed(integration_id, route.call.headers, sent)
    if signature is None:
        return _refuse(route, 401, UNSIGNED)
    try:
        raw = bodies.unpack(raw, route.call.headers.get("content-encoding", "").strip().lower(), settings.ALERT_MAX_BYTES)
        value = {} if operation.may_be_empty and not raw.strip() else bodies.read(raw, route.call.headers.get("content-type", ""))
        problem = dialect.check(operation, value)
    except bodies.Broken as error:
        problem = Problem(400, str(error))
    try:
        if not integration_id:
            integration_id = await the.integration_of(dialect.key_in(value)) or 0
            if not integration_id:
                return dialect.refused(problem) if problem is not None and value is None else _refuse(route, 401, UNKNOWN)
            signature = the.is_signed(integration_id, route.call.headers, sent)
            if signature is None:
                return _refuse(route, 401, UNSIGNED)
        request = keeping.PLAIN
        if operation is not plain.PLAIN:
            request = keeping.Request(None if operation.name == plain.INGEST else str(uuid.uuid4()), operation.name, operation.context)
        delivery = (dialect.delivery(route.call, value) or deliveries.cut(signature)) if problem is None else ""
        row_id, request_id = await the.keep(integration_id, raw, _reason(problem), request, delivery)
    except ledger.Unavailable as error:
        return _refuse(route, error.status, str(error), RETRY)
    if problem is not None:
        return dialect.refused(problem, row_id)
    return dialect.accepted(operation, request_id or "", row_id, value)


def _reason(problem: Problem | None) -> str:
    if problem is None:
        return ""
    return "; ".join([problem.message, *(f"{name}: {text}" if text else name for name, text in problem.fields.items())])


def _refuse(route: table.Route, status: int, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    answer = route.dialect.refused(Problem(status, message))
    return Answer(answer.status, answer.body, (*answer.headers, *headers), answer.kind)


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
