"""What stands behind the door in each web process: known keys, the bodies that wait, and the one thread that commits them together."""

import asyncio
import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import psycopg2
from celery import current_app
from django.db import connections

log = logging.getLogger(__name__)

KEYS_FRESH, KEYS_STALE = 3.0, 5.0
KEYS_RETRY = 1.0
KEYS_PAUSE = 1.0
WAITING_ROWS, WAITING_BYTES = 20_000, 64_000_000
SHARE_ROWS, SHARE_BYTES = WAITING_ROWS // 2, WAITING_BYTES // 2  # of one key, so that it leaves room for the others (ALR-22)
WAITING_SECONDS = 10.0
RING_EVERY = 0.05
DEAF_SECONDS = 1.0

LOAD_KEYS = """
SELECT k.digest, i.id FROM alerts_integration i JOIN accounts_integrationkey k ON k.id = i.key_id WHERE i.is_enabled AND k.revoked_at IS NULL
"""
KEEP = """
INSERT INTO alerts_inbox (integration_id, body, state, reason)
SELECT given.integration_id, given.body, CASE WHEN given.reason = '' THEN 'pending' ELSE 'quarantined' END, given.reason
FROM unnest(%s::bigint[], %s::bytea[], %s::text[]) WITH ORDINALITY AS given(integration_id, body, reason, place) ORDER BY given.place
RETURNING id
"""
# The same with what only requests to other products' APIs carry; a batch of plain ones does not pay for it.
KEEP_REQUESTS = """
INSERT INTO alerts_inbox (integration_id, body, state, reason, request_id, operation, context)
SELECT given.integration_id, given.body, CASE WHEN given.reason = '' THEN 'pending' ELSE 'quarantined' END, given.reason,
  given.request_id, given.operation, given.context::jsonb
FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::uuid[], %s::text[], %s::text[]) WITH ORDINALITY
  AS given(integration_id, body, reason, request_id, operation, context, place) ORDER BY given.place
RETURNING id
"""
# A batch in which deliveries name themselves (A10): their names first, in one order for all processes; what another one has kept already is not kept again.
NUMBERS = "SELECT nextval('alerts_inbox_id') FROM generate_series(1, %s)"
NAME = """
INSERT INTO alerts_delivery (integration_id, delivery_id, row_id, request_id)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::uuid[]) ON CONFLICT DO NOTHING RETURNING row_id
"""
NAMED = """
SELECT integration_id, delivery_id, row_id, request_id::text FROM alerts_delivery JOIN unnest(%s::bigint[], %s::text[]) AS asked(integration_id, delivery_id)
USING (integration_id, delivery_id)
"""
KEEP_NUMBERED = """
INSERT INTO alerts_inbox (id, integration_id, body, state, reason, request_id, operation, context)
SELECT given.id, given.integration_id, given.body, CASE WHEN given.reason = '' THEN 'pending' ELSE 'quarantined' END, given.reason,
  given.request_id, given.operation, given.context::jsonb
FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::bigint[])
  AS given(integration_id, body, reason, request_id, operation, context, id)
"""


class Place(NamedTuple):
    """Where a body is kept: its number, and the id by which its outcome is asked. Of a delivery that came before, those of the first time."""

    row_id: int
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is kept beside a body: the id by which its outcome can be asked, the operation (see alerts/dialects), and what of its address and headers matters."""

    id: str | None
    operation: str
    context: Mapping[str, Any]


PLAIN = Request(None, "ingest", {})


class Unavailable(Exception):
    """Nothing can be kept right now; the client should send it again. status: for the answer."""

    status = 503


class TooMuch(Unavailable):
    """One key sends more than its share; the others' alerts go on."""

    status = 429


@dataclass(slots=True)
class _Waiting:
    """A body that waits for the next commit."""

    integration_id: int
    body: bytes
    reason: str
    request: Request | None
    delivery: str
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Place]"

    @property
    def name(self) -> tuple[int, str]:
        """What makes the delivery the same as another."""
        return self.integration_id, self.delivery


class Ledger:
    """Keeps bodies durably. Safe for many requests of one event loop; one thread and one connection do the writing."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._keys_at = 0.0
        self._keys_failed_at = 0.0
        self._keys_lock = asyncio.Lock()
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._waiting_of: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._ring = threading.Event()
        self._is_closing = False
        self._connection: Any = None
        self._flusher = threading.Thread(target=self._flush_for_ever, name="door-flusher", daemon=True)
        self._ringer = threading.Thread(target=self._ring_for_ever, name="door-ringer", daemon=True)
        self._flusher.start()
        self._ringer.start()

    async def integration_of(self, key: str) -> int | None:
        """The integration behind a key, None for an unknown one. Raises Unavailable when the keys are older than five seconds and cannot be read."""
        digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        age = time.monotonic() - self._keys_at
        known = self._keys.get(digest)
        if age < KEYS_FRESH and (known is not None or age < KEYS_RETRY):
            return known
        async with self._keys_lock:
            if time.monotonic() - self._keys_at >= (KEYS_RETRY if known is None else KEYS_FRESH):
                await self._refresh()
        return self._keys.get(digest)

    async def _refresh(self) -> None:
        """Reads the keys again. After a failure nobody tries for a second, so that a queue of requests does not wait for one timeout after the other."""
        asked_at = time.monotonic()
        if asked_at - self._keys_failed_at >= KEYS_PAUSE:
            try:
                self._keys = await asyncio.to_thread(_load_keys)
                self._keys_at = asked_at
                return
            except psycopg2.Error as error:
                log.warning("door: the keys could not be read: %s", str(error).strip())
                self._keys_failed_at = time.monotonic()
        if time.monotonic() - self._keys_at > KEYS_STALE:
            raise Unavailable("The database does not answer. Send it again in a moment.")

    async def keep(self, integration_id: int, body: bytes, reason: str, request: Request | None = None, delivery: str = "") -> Place:
        """Commits a body and answers its place; request None for a plain one. A delivery that is kept already is not kept again.

        Raises Unavailable when too much waits or the database refuses, TooMuch for this key.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Place] = loop.create_future()
        with self._lock:
            if self._is_closing or len(self._waiting) >= WAITING_ROWS or self._waiting_bytes + len(body) > WAITING_BYTES:
                raise Unavailable("Too much waits to be written. Send it again in a moment.")
            if self._waiting_of[integration_id] + len(body) > SHARE_BYTES:
                raise TooMuch("Too much of this key waits to be written. Send it again in a moment.")
            self._waiting.append(_Waiting(integration_id, body, reason, request, delivery, loop, answer))
            self._waiting_bytes += len(body)
            self._waiting_of[integration_id] += max(len(body), SHARE_BYTES // SHARE_ROWS)
        self._work.set()
        timer = loop.call_later(WAITING_SECONDS, _give_up, answer)
        try:
            return await answer
        finally:
            timer.cancel()

    def close(self) -> None:
        """Commits what waits and ends the threads."""
        self._is_closing = True
        self._work.set()
        self._ring.set()
        self._flusher.join(WAITING_SECONDS)

    # ------------------------------------------------------------ the flusher thread

    def _flush_for_ever(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            with self._lock:
                batch, self._waiting, self._waiting_bytes, self._waiting_of = self._waiting, [], 0, Counter()
            if batch:
                self._flush(batch)
            elif self._is_closing:
                self._disconnect()
                return

    def _flush(self, batch: list[_Waiting]) -> None:
        try:
            places = self._insert(batch)
        except psycopg2.Error as error:
            log.warning("door: %d bodies refused by the database: %s", len(batch), str(error).strip())
            self._disconnect()
            _answer(batch, None)
            return
        _answer(batch, places)
        self._ring.set()

    def _insert(self, batch: list[_Waiting]) -> list[Place]:
        """One transaction. A connection that broke while nothing was going on is replaced: before the commit nothing is kept, so nothing is kept twice."""
        is_fresh = self._connection is None
        try:
            places = self._execute(batch)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._disconnect()
            if is_fresh:
                raise
            places = self._execute(batch)
        self._connection.commit()
        return places

    def _execute(self, batch: list[_Waiting]) -> list[Place]:
        if self._connection is None:
            self._connection = _connect()
        with self._connection.cursor() as cursor:
            if any(one.delivery for one in batch):
                return _keep_named(cursor, batch)
            columns, statement = _columns(batch), KEEP
            if any(one.request is not None for one in batch):
                statement, columns = KEEP_REQUESTS, columns + _request_columns(batch)
            cursor.execute(statement, columns)
            return [Place(row[0], one.request.id if one.request is not None else None) for row, one in zip(cursor.fetchall(), batch, strict=True)]

    def _disconnect(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except psycopg2.Error:
                log.debug("door: the connection was gone already")
            self._connection = None

    # ------------------------------------------------------------ the ringer thread

    def _ring_for_ever(self) -> None:
        """Hints to the workers after commits, at most every 50 ms. A lost hint is found by the tick a second later."""
        while not self._is_closing:
            self._ring.wait()
            self._ring.clear()
            try:
                current_app.send_task("alerts.process_inbox", queue="critical", ignore_result=True, retry=False, expires=10)
                time.sleep(RING_EVERY)
            except Exception as error:  # the broker may be down in any way at all
                log.warning("door: the broker does not hear: %s", error)
                time.sleep(DEAF_SECONDS)


def _columns(batch: Sequence[_Waiting]) -> list[list[Any]]:
    return [[one.integration_id for one in batch], [psycopg2.Binary(one.body) for one in batch], [one.reason for one in batch]]


def _request_columns(batch: Sequence[_Waiting]) -> list[list[Any]]:
    requests = [one.request or PLAIN for one in batch]
    return [[one.id for one in requests], [one.operation for one in requests], [_context(one) for one in requests]]


def _keep_named(cursor: Any, batch: list[_Waiting]) -> list[Place]:
    """Keeps a batch in which deliveries name themselves: each name once, also when two processes hear it at the same time."""
    cursor.execute(NUMBERS, [len(batch)])
    own = [Place(row[0], one.request.id if one.request is not None else None) for row, one in zip(cursor.fetchall(), batch, strict=True)]
    known: dict[tuple[int, str], Place] = {}
    for one, place in zip(batch, own, strict=True):
        if one.delivery:
            known.setdefault(one.name, place)
    names = sorted(known)
    keys = [[integration_id for integration_id, _delivery in names], [delivery for _id, delivery in names]]
    cursor.execute(NAME, [*keys, [known[name].row_id for name in names], [known[name].request_id for name in names]])
    if cursor.rowcount < len(names):
        cursor.execute(NAMED, keys)
        known |= {(row[0], row[1]): Place(row[2], row[3]) for row in cursor.fetchall()}
    places = [known[one.name] if one.delivery else place for one, place in zip(batch, own, strict=True)]
    fresh = [(one, place) for one, place, mine in zip(batch, places, own, strict=True) if place == mine]
    if fresh:
        rows = [one for one, _place in fresh]
        cursor.execute(KEEP_NUMBERED, [*_columns(rows), *_request_columns(rows), [place.row_id for _one, place in fresh]])
    return places


def _context(request: Request) -> str | None:
    """As JSON that the database can hold: without NUL characters and lone surrogates, which addresses and headers may carry."""
    if not request.context:
        return None
    return orjson.dumps(_clean(request.context)).decode()


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name)[:200]: _clean(item) for name, item in list(value.items())[:100]}
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:4_000] if isinstance(value, str) else value


def _give_up(answer: "asyncio.Future[Place]") -> None:
    """Nobody knows whether the commit that hangs will succeed: the client sends it again, which is only counted twice."""
    if not answer.done():
        answer.set_exception(Unavailable("The database takes too long. Send it again in a moment."))


def _answer(batch: list[_Waiting], places: list[Place] | None) -> None:
    """Wakes the requests of a batch, each event loop once; places None means that nothing was kept."""

    def tell(loop_batch: list[tuple[_Waiting, Place | None]]) -> None:
        for waiting, kept in loop_batch:
            if waiting.answer.done():
                continue
            if kept is None:
                waiting.answer.set_exception(Unavailable("The database refused it. Send it again in a moment."))
            else:
                waiting.answer.set_result(kept)

    loops: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Place | None]]] = {}
    for number, waiting in enumerate(batch):
        loops.setdefault(waiting.loop, []).append((waiting, places[number] if places is not None else None))
    for loop, loop_batch in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, loop_batch)


def _connect() -> Any:
    """A connection of the door's own, outside Django's handling."""
    params = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context", "assume_role", "isolation_level"):
        params.pop(name, None)
    connection = psycopg2.connect(**params)
    connection.set_client_encoding("UTF8")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = %s", [int(WAITING_SECONDS * 1000)])
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
    return connection


def _load_keys() -> dict[str, int]:
    connection = _connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(LOAD_KEYS)
            return dict(cursor.fetchall())
    finally:
        connection.close()
