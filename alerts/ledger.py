"""What stands behind the door in each web process: known keys, the bodies that wait, and the one thread that commits them together."""

import asyncio
import hashlib
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import connections

from alerts import keeping, keyring
from alerts.keeping import PLAIN, Accepted, Place, Request
from common import doorbell

log = logging.getLogger(__name__)

KEYS_FRESH, KEYS_STALE = 3.0, 5.0
KEYS_RETRY = 1.0
KEYS_PAUSE = 1.0
WAITING_ROWS, WAITING_BYTES = 20_000, 64_000_000
SHARE_ROWS, SHARE_BYTES = WAITING_ROWS // 2, WAITING_BYTES // 2  # of one key, so that it leaves room for the others (ALR-22)
WAITING_SECONDS = 10.0
NOTED_EVERY = 60.0
RING_EVERY = 0.05
DEAF_SECONDS = 1.0


class Unavailable(Exception):
    """Nothing can be kept right now; the client should send it again. status: for the answer."""

    status = 503


class TooMuch(Unavailable):
    """One key sends more than its share; the others' alerts go on."""

    status = 429


@dataclass(slots=True)
class _Waiting(Accepted):
    """A body that waits for the next commit, and who waits with it."""

    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Place]"


class Ledger:
    """Keeps bodies durably. Safe for many requests of one event loop; one thread and one connection do the writing."""

    def __init__(self) -> None:
        self._keys = keyring.Keyring({}, {})
        self._noted: dict[tuple[str, int], float] = {}
        self._uses: list[tuple[str, int]] = []
        self._keys_at = 0.0
        self._keys_failed_at = 0.0
        self._keys_lock = asyncio.Lock()
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._waiting_of: Counter[int] = Counter()
        self._watched: dict[asyncio.AbstractEventLoop, deque[tuple[float, asyncio.Future[Place]]]] = {}
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
        known = self._keys.known.get(digest)
        if age < KEYS_FRESH and (known is not None or age < KEYS_RETRY):
            return self._used(known)
        async with self._keys_lock:
            if time.monotonic() - self._keys_at >= (KEYS_RETRY if known is None else KEYS_FRESH):
                await self._refresh()
        return self._used(self._keys.known.get(digest))

    def _used(self, known: keyring.Known | None) -> int | None:
        if known is not None and known.is_former:
            self._note("former key", known.integration_id)
        return None if known is None else known.integration_id

    def is_signed(self, integration_id: int, headers: Mapping[str, str], body: bytes) -> str | None:
        """By what a signed request is known when it comes again, empty where signatures are not asked for; None when it is not signed as it should be."""
        signer = self._keys.signers.get(integration_id)
        if signer is None:
            return ""
        found = signer.check(headers, body, time.time())
        if found is None or found.is_former:
            self._note("former secret" if found else "unsigned", integration_id)
        return None if found is None else found.name

    def _note(self, what: str, integration_id: int) -> None:
        """Has the flusher write that something was used, at most once a minute."""
        now = time.monotonic()
        if now - self._noted.get((what, integration_id), -NOTED_EVERY) >= NOTED_EVERY:
            self._noted[what, integration_id] = now
            self._uses.append((what, integration_id))
            self._work.set()

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

    async def keep(self, integration_id: int, body: bytes, reason: str, request: Request = PLAIN, delivery: str = "") -> Place:
        """Commits a body and answers its place. A delivery that is kept already is not kept again.

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
        self._watch(loop, answer)
        return await answer

    def _watch(self, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[Place]") -> None:
        """Has an answer given up that does not come in time: one timer an event loop, because one a request costs as much as reading the request."""
        watched = self._watched.get(loop)
        if watched is None:
            watched = self._watched[loop] = deque()
            loop.call_later(WAITING_SECONDS, self._give_up, loop)
        while watched and watched[0][1].done():
            watched.popleft()
        watched.append((loop.time() + WAITING_SECONDS, answer))

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody knows whether a commit that hangs will succeed: the client sends it again, which is only counted twice."""
        watched, now = self._watched[loop], loop.time()
        while watched and (watched[0][0] <= now or watched[0][1].done()):
            answer = watched.popleft()[1]
            if not answer.done():
                answer.set_exception(Unavailable("The database takes too long. Send it again in a moment."))
        if watched:
            loop.call_at(watched[0][0], self._give_up, loop)
        else:
            del self._watched[loop]

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
            if self._uses:
                self._write_uses()
            if self._is_closing and not batch:
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

    def _write_uses(self) -> None:
        """Best effort: the next use is noted a minute later."""
        uses, self._uses = self._uses, []
        try:
            if self._connection is None:
                self._connection = _connect()
            with self._connection.cursor() as cursor:
                for what, integration_id in uses:
                    cursor.execute(keyring.NOTE_USES[what], [integration_id])
            self._connection.commit()
        except psycopg2.Error as error:
            log.warning("door: a use of a key was not noted: %s", str(error).strip())
            self._disconnect()

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
            return keeping.keep(cursor, batch)

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
                doorbell.send("alerts.process_inbox", "critical")
                time.sleep(RING_EVERY)
            except Exception as error:  # the broker may be down in any way at all
                log.warning("door: the broker does not hear: %s", error)
                time.sleep(DEAF_SECONDS)


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


def _load_keys() -> keyring.Keyring:
    connection = _connect()
    try:
        return keyring.read(connection)
    finally:
        connection.close()
