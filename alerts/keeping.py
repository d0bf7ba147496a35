"""Writing what the door accepted into the inbox, many bodies in one transaction of its own connection.

By binary COPY: PostgreSQL then parses no statement as long as the bodies, which is a third of the work.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

import orjson

NUMBERS = "SELECT nextval('alerts_inbox_id') FROM generate_series(1, %s)"
# Deliveries that name themselves (A10): their names first, in one order for all processes; what another one has kept already is not kept again.
NAME = """
INSERT INTO alerts_delivery (integration_id, delivery_id, row_id, request_id)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::uuid[]) ON CONFLICT DO NOTHING RETURNING row_id
"""
NAMED = """
SELECT integration_id, delivery_id, row_id, request_id::text FROM alerts_delivery JOIN unnest(%s::bigint[], %s::text[]) AS asked(integration_id, delivery_id)
USING (integration_id, delivery_id)
"""
KEEP = "COPY alerts_inbox (id, integration_id, body, state, reason, request_id, operation, context) FROM STDIN (FORMAT binary)"
HEAD, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), struct.pack("!h", -1)
COLUMNS, NULL = struct.pack("!h", 8), struct.pack("!i", -1)
LENGTH, NUMBER = struct.Struct("!i"), struct.Struct("!q")
JSONB = b"\x01"  # the version of its binary form
# Most bodies are readable and have no more to say: their rows differ in their numbers and body alone.
FRONT = struct.Struct("!hiqiqi")
BACK = b"".join([LENGTH.pack(7), b"pending", LENGTH.pack(0), NULL, LENGTH.pack(6), b"ingest", NULL])


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


@dataclass(slots=True)
class Accepted:
    """A body that waits. reason: why it goes into the quarantine, empty for none. delivery: what the sender calls it, empty when it does not say."""

    integration_id: int
    body: bytes
    reason: str
    request: Request
    delivery: str


def keep(cursor: Any, batch: Sequence[Accepted]) -> list[Place]:
    """Keeps a batch in its order and answers where; a delivery that names itself only once. Nothing is there before the commit."""
    cursor.execute(NUMBERS, [len(batch)])
    own = [Place(row[0], one.request.id) for row, one in zip(cursor.fetchall(), batch, strict=True)]
    places = _named(cursor, batch, own) if any(one.delivery for one in batch) else own
    rows = [_row(one, mine) for one, place, mine in zip(batch, places, own, strict=True) if place == mine]
    if rows:
        cursor.copy_expert(KEEP, BytesIO(b"".join([HEAD, *rows, END])))
    return places


def _named(cursor: Any, batch: Sequence[Accepted], own: Sequence[Place]) -> list[Place]:
    """Where each of a batch is kept when some of them name themselves: each name once, also when two processes hear it at the same time."""
    known: dict[tuple[int, str], Place] = {}
    for one, place in zip(batch, own, strict=True):
        if one.delivery:
            known.setdefault((one.integration_id, one.delivery), place)
    names = sorted(known)
    keys = [[integration_id for integration_id, _delivery in names], [delivery for _id, delivery in names]]
    cursor.execute(NAME, [*keys, [known[name].row_id for name in names], [known[name].request_id for name in names]])
    if cursor.rowcount < len(names):
        cursor.execute(NAMED, keys)
        known |= {(row[0], row[1]): Place(row[2], row[3]) for row in cursor.fetchall()}
    return [known[one.integration_id, one.delivery] if one.delivery else place for one, place in zip(batch, own, strict=True)]


def _row(one: Accepted, place: Place) -> bytes:
    request = one.request
    if request is PLAIN and not one.reason:
        return b"".join((FRONT.pack(8, 8, place.row_id, 8, one.integration_id, len(one.body)), one.body, BACK))
    values = (
        NUMBER.pack(place.row_id),
        NUMBER.pack(one.integration_id),
        one.body,
        b"quarantined" if one.reason else b"pending",
        _text(one.reason),
        UUID(place.request_id).bytes if place.request_id else None,
        _text(request.operation),
        JSONB + orjson.dumps(_clean(request.context)) if request.context else None,
    )
    parts = [COLUMNS]
    for value in values:
        parts += (NULL,) if value is None else (LENGTH.pack(len(value)), value)
    return b"".join(parts)


def _text(value: str) -> bytes:
    """As the database can hold it: without NUL characters and lone surrogates."""
    return value.encode("utf-8", "replace").replace(b"\0", b"")


def _clean(value: Any) -> Any:
    """Addresses and headers, without what JSON in the database cannot hold."""
    if isinstance(value, Mapping):
        return {str(name)[:200]: _clean(item) for name, item in list(value.items())[:100]}
    return _text(value).decode()[:4_000] if isinstance(value, str) else value
