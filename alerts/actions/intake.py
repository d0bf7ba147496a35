"""From accepted bytes to alerts and incidents.

One worker at a time consumes the inbox, in the order in which the door accepted (docs/adr/0003): recovery after firing, always. A session advisory lock
makes it the one; a killed worker loses the lock with its connection, and what it had claimed is simply claimed again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from alerts import adapters, bodies, folding
from alerts.actions import opening, recovery
from alerts.models import InboxRow, Integration
from alerts.normal import OPEN, Event
from common import clock

log = logging.getLogger(__name__)

CONSUMER_LOCK = 7203002
BATCH = 400
ALONE_FROM, GIVE_UP_AT = 3, 6
MAX_BATCHES = 200

CLAIM = """
UPDATE alerts_inbox SET attempts = attempts + 1
WHERE (received_at, id) IN (SELECT received_at, id FROM alerts_inbox WHERE state = 'pending' ORDER BY id LIMIT %s)
RETURNING id, received_at, integration_id, body, attempts
"""
FINISH = """
UPDATE alerts_inbox SET state = given.state, reason = given.reason, outcome = given.outcome::jsonb, processed_at = now()
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[]) AS given(id, received_at, state, reason, outcome)
WHERE alerts_inbox.id = given.id AND alerts_inbox.received_at = given.received_at
"""


class Row:
    """One claimed body on its way."""

    __slots__ = ("attempts", "body", "id", "integration_id", "outcome", "reason", "received_at", "state")

    def __init__(self, id: int, received_at: datetime, integration_id: int, body: memoryview, attempts: int) -> None:
        self.id, self.received_at, self.integration_id, self.body, self.attempts = id, received_at, integration_id, bytes(body), attempts
        self.state, self.reason, self.outcome = InboxRow.DONE, "", "{}"

    def quarantine(self, reason: str) -> None:
        """Puts it aside for a person, with the reason."""
        self.state, self.reason = InboxRow.QUARANTINED, reason[:2000]


def process_inbox() -> int:
    """Processes what waits, unless another worker does; answers how many bodies were finished."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [CONSUMER_LOCK])
        (is_consumer,) = cursor.fetchone()
    if not is_consumer:
        return 0
    try:
        return _consume()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [CONSUMER_LOCK])


def _consume() -> int:
    finished = 0
    for _batch in range(MAX_BATCHES):
        rows = claim()
        if not rows:
            break
        for group in _grouped(rows):
            _process(group)
        finished += len(rows)
    return finished


def claim() -> list[Row]:
    """The oldest bodies that wait, each with this attempt counted and committed, so that a body that kills its worker gives itself away."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        rows = [Row(*columns) for columns in cursor.fetchall()]
    return sorted(rows, key=lambda row: row.id)


def _grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """Runs of fresh bodies together; a body that failed before goes alone, in its place."""
    groups: list[list[Row]] = []
    for row in rows:
        if row.attempts < ALONE_FROM and groups and groups[-1][-1].attempts < ALONE_FROM:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _process(rows: list[Row]) -> None:
    """One transaction for the run; when it fails, each body again in a transaction of its own, and what fails then waits or is put aside."""
    try:
        _apply(rows)
        return
    except Exception as error:  # one body must not stop the others, whatever is in it
        log.exception("intake: a batch of %d failed", len(rows))
        if len(rows) == 1:
            _set_aside(rows[0], error)
            return
    for row in rows:
        try:
            _apply([row])
        except Exception as error:  # as above, for one body
            log.exception("intake: body %s failed", row.id)
            _set_aside(row, error)


def _set_aside(row: Row, error: Exception) -> None:
    if row.attempts >= GIVE_UP_AT or not _is_passing(error):
        row.quarantine(f"Could not be processed: {type(error).__name__}: {error}")
        with transaction.atomic():
            _finish([row])


def _is_passing(error: Exception) -> bool:
    """Whether trying again may help: the database said so (a deadlock, a lost connection), not the content of the body."""
    code = str(getattr(getattr(error, "__cause__", None), "pgcode", "") or "")
    return code[:2] in ("40", "53", "55", "57", "58", "08")


@transaction.atomic
def _apply(rows: list[Row]) -> None:
    at = clock.now()
    integrations = Integration.objects.select_related("service__tier", "service__owner_team", "team").in_bulk({row.integration_id for row in rows})
    events: list[tuple[Event, int | None, datetime]] = []
    for row in rows:
        for event in _events_of(row, integrations.get(row.integration_id)):
            events.append((event, row.integration_id, row.received_at))
    for wave in folding.waves(events):
        opened = [step for step in wave.values() if step.event.kind == OPEN]
        closed = [step for step in wave.values() if step.event.kind != OPEN]
        if opened:
            opening.open_or_count(opened, integrations, at)
        if closed:
            recovery.close_recovered(closed, at)
    _finish(rows)


def _events_of(row: Row, integration: Integration | None) -> list[Event]:
    if row.attempts >= GIVE_UP_AT:
        row.quarantine("It ended the worker several times and is not tried again.")
        return []
    if integration is None:
        row.quarantine("Its integration was deleted.")
        return []
    try:
        read = adapters.read(integration.adapter, bodies.parse(row.body), integration.mapping)
    except bodies.Broken as error:
        row.quarantine(str(error))
        return []
    row.outcome = f'{{"events": {len(read)}}}'
    return read


def _finish(rows: Sequence[Row]) -> None:
    columns: list[list[Any]] = [[getattr(row, name) for row in rows] for name in ("id", "received_at", "state", "reason", "outcome")]
    with connection.cursor() as cursor:
        cursor.execute(FINISH, columns)
