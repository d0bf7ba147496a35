"""From accepted bytes to alerts and incidents.

One worker at a time consumes the inbox, of each integration in the order in which the door accepted (docs/adr/0003): recovery after firing, always. Integrations
take turns, so that a storm of one does not hold up another (ALR-22). A session advisory lock
makes it the one; a killed worker loses the lock with its connection, and what it had claimed is simply claimed again.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from accounts import actions as accounts
from accounts.models import User
from alerts import bodies, folding, permissions, reading, ruling, skew
from alerts.actions import changing, commanding, grouping, opening, recovery, subscriptions, volumes
from alerts.adapters import sns
from alerts.dialects import pagerduty, plain
from alerts.dialects.base import Kept
from alerts.models import InboxRow, Integration
from alerts.normal import CLOSE, OPEN, Event, Ignored
from common import clock, doorbell, garbage

log = logging.getLogger(__name__)

CONSUMER_LOCK = 7203002
LEAST_BYTES, FIRST_BYTES, MOST_BYTES = 400_000, 800_000, 4_000_000  # claimed at once
BYTES_A_BODY = 1_000  # as many bodies are claimed as if each had so many
BATCH_SECONDS = 0.7  # so that who comes next does not wait for long, and duplicates of one batch are counted at once
ALONE_FROM, GIVE_UP_AT = 3, 6
LONGEST_SECONDS = 2.0  # then pages that are due have their turn with the same worker
TRACED = 50
# SQLSTATE, or its class: connection, rollback, resources, locks, operator, system; a table or column that is missing until the migration has run.
PASSING = ("08", "40", "53", "55", "57", "58", "42P01", "42703")

Known = dict[tuple[int, bytes], list[Event] | Ignored]  # what bodies of a batch say, by integration and body

CLAIM = """
WITH RECURSIVE sources AS (
    SELECT min(coalesce(integration_id, 0)) AS pk FROM alerts_inbox WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(coalesce(integration_id, 0)) FROM alerts_inbox WHERE state = 'pending' AND coalesce(integration_id, 0) > sources.pk)
    FROM sources WHERE sources.pk IS NOT NULL
  ),
  waiting AS (
    SELECT next.* FROM sources CROSS JOIN LATERAL (
      SELECT received_at, id, octet_length(body) AS size, row_number() OVER (ORDER BY id) AS turn
      FROM (SELECT received_at, id, body FROM alerts_inbox WHERE state = 'pending' AND coalesce(integration_id, 0) = sources.pk ORDER BY id LIMIT %s) AS oldest
    ) AS next ORDER BY turn, id LIMIT %s
  ),
  sized AS (SELECT received_at, id, sum(size) OVER (ORDER BY turn, id) - size AS before FROM waiting)
UPDATE alerts_inbox SET attempts = attempts + 1 FROM sized
WHERE alerts_inbox.received_at = sized.received_at AND alerts_inbox.id = sized.id AND sized.before < %s
RETURNING alerts_inbox.id, alerts_inbox.received_at, integration_id, body, attempts, operation, request_id, context
"""
FINISH = """
UPDATE alerts_inbox SET state = given.state, reason = given.reason, outcome = given.outcome::jsonb, processed_at = now()
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[]) AS given(id, received_at, state, reason, outcome)
WHERE alerts_inbox.id = given.id AND alerts_inbox.received_at = given.received_at
"""

GIVE_BACK = """
UPDATE alerts_inbox SET attempts = greatest(attempts - 1, 0) FROM unnest(%s::bigint[], %s::timestamptz[]) AS given(id, received_at)
WHERE alerts_inbox.id = given.id AND alerts_inbox.received_at = given.received_at AND state = 'pending'
"""


class Pace:
    """How many bytes to claim at once: as many as take about BATCH_SECONDS, as the last full batches showed."""

    def __init__(self) -> None:
        self.size: float = FIRST_BYTES

    def note(self, claimed: int, seconds: float) -> None:
        """A batch took so long. It doubles at most; after one that was not full whatever comes next may be slow, so that it is as at first."""
        if claimed < self.size / 2:
            self.size = min(self.size, FIRST_BYTES)
        else:
            self.size = min(MOST_BYTES, max(LEAST_BYTES, self.size * min(2.0, BATCH_SECONDS / max(seconds, 0.001))))


pace = Pace()


class Row:
    """One claimed body on its way. told: what came of what it asked for, when it came through another product's API. ruled: what rules decided on it."""

    __slots__ = (
        "attempts",
        "body",
        "context",
        "id",
        "integration_id",
        "operation",
        "outcome",
        "reason",
        "received_at",
        "request_id",
        "ruled",
        "state",
        "told",
    )

    def __init__(self, *columns: Any) -> None:
        self.id, self.received_at, self.integration_id, body, self.attempts, self.operation, request_id, context = columns
        self.body, self.request_id = bytes(body), str(request_id or "")
        self.context: dict[str, Any] = orjson.loads(context) if isinstance(context, str) else context or {}
        self.state, self.reason, self.outcome = InboxRow.DONE, "", "{}"
        self.told: list[dict[str, Any]] = []
        self.ruled: list[dict[str, str]] = []

    @property
    def content_type(self) -> str:
        """What the sender called the body, when the door kept it: for forms."""
        return str(self.context.get("headers", {}).get("content-type", ""))

    def quarantine(self, reason: str) -> None:
        """Puts it aside for a person, with the reason."""
        self.state, self.reason = InboxRow.QUARANTINED, reason[:2000]

    def hear(self, status: str, *, alias: str, uid: Any = None, is_done: bool = True) -> None:
        """What came of one of its events."""
        self.told.append({"status": status, "isSuccess": is_done, "alertId": str(uid or ""), "alias": alias})

    def conclude(self) -> None:
        """Writes into the outcome what came of it: of one event everything, of several how many of each."""
        if len(self.told) == 1:
            self.outcome = orjson.dumps({"events": 1, **self.told[0]}).decode()
        elif self.told:
            counted = Counter(one["status"] for one in self.told)
            self.outcome = orjson.dumps({"events": len(self.told), "statuses": counted}).decode()
        if self.ruled:
            self.outcome = orjson.dumps({**orjson.loads(self.outcome), "rules": self.ruled[:TRACED]}).decode()


def process_inbox() -> int:
    """Processes what waits, for two seconds at most, unless another worker does; answers how many bodies were finished.

    Raises what the database says when it does not answer: nothing is lost, and the next hint or tick starts again.
    """
    finished, until = 0, time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until and _lock():
        try:
            consumed = _consume(until)
        finally:
            _unlock()
        finished += consumed
        if not consumed or not InboxRow.objects.filter(state=InboxRow.PENDING).exists():
            return finished  # a hint that came while the lock was held found it taken, so what it told of is looked for once more
    if finished:
        doorbell.ring("alerts.process_inbox", queue="critical")
    return finished


@transaction.atomic
def replay(ids: Sequence[int], *, actor: User | None) -> int:
    """Puts bodies from the quarantine back in line, after somebody mended the cause; answers how many. Raises Refused."""
    permissions.can_configure(actor).require()
    rows = InboxRow.objects.filter(pk__in=ids, state=InboxRow.QUARANTINED)
    amount = rows.update(state=InboxRow.PENDING, attempts=0, reason="", processed_at=None)
    if amount:
        log.info("intake: %d bodies were put back in line by %s", amount, actor or "the system")
        doorbell.ring("alerts.process_inbox", queue="critical")
    return amount


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [CONSUMER_LOCK])
        return bool(cursor.fetchone()[0])


def _unlock() -> None:
    """Gives the lock back; with a connection that is gone, it went too."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [CONSUMER_LOCK])
    except (OperationalError, InterfaceError) as error:
        log.warning("intake: the lock went with its connection: %s", error)


def _consume(until: float) -> int:
    finished = 0
    while time.monotonic() < until:
        rows = claim()
        if not rows:
            break
        began, groups = time.monotonic(), _grouped(rows)
        for place, group in enumerate(groups):
            try:
                _process(group)
            except (DatabaseError, InterfaceError):
                _give_back([row for later in groups[place:] for row in later])
                raise
        pace.note(sum(len(row.body) for row in rows), time.monotonic() - began)
        finished += len(rows)
    return finished


def _give_back(rows: Sequence[Row]) -> None:
    """The attempt was the database's fault: it does not count against these bodies. Best effort, as the database may be gone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(GIVE_BACK, [[row.id for row in rows], [row.received_at for row in rows]])
    except (DatabaseError, InterfaceError) as error:
        log.warning("intake: %d bodies keep an attempt that was not theirs: %s", len(rows), error)


def claim() -> list[Row]:
    """The oldest bodies that wait, of each integration in turn, as many as the pace says.

    The attempt is counted and committed before, so that a body that kills its worker gives itself away.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        most = int(max(pace.size, LEAST_BYTES) / BYTES_A_BODY)
        cursor.execute(CLAIM, [most, most, int(pace.size)])
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
    """One transaction for the run; when it fails for its content, each body again in a transaction of its own, and what fails then is put aside.

    What the database itself refuses (gone, restarting, full, a deadlock) is raised: those bodies wait, in their order.
    """
    try:
        _apply(rows)
        return
    except Exception as error:  # one body must not stop the others, whatever is in it
        _raise_when_passing(error)
        log.exception("intake: a batch of %d failed", len(rows))
        if len(rows) == 1:
            _set_aside(rows[0], error)
            return
    for row in rows:
        try:
            _apply([row])
        except Exception as error:  # as above, for one body
            _raise_when_passing(error)
            log.exception("intake: body %s failed", row.id)
            _set_aside(row, error)


def _set_aside(row: Row, error: Exception) -> None:
    row.quarantine(f"Could not be processed: {type(error).__name__}: {error}")
    with transaction.atomic():
        _finish([row])


def _raise_when_passing(error: Exception) -> None:
    """Raises again what time or an operator mends, whatever the content: a lost connection (it carries no code), a full disk, a deadlock, a schema of yesterday."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return
    code = str(getattr(error.__cause__, "pgcode", None) or "")
    is_lost = not code and isinstance(error, OperationalError | InterfaceError)
    if is_lost or code in PASSING or code[:2] in PASSING:
        raise error


@garbage.left_alone()
@transaction.atomic
def _apply(rows: list[Row]) -> None:
    grouping.hold()
    at = clock.now()
    integrations = Integration.objects.select_related("service__tier", "service__owner_team", "team").in_bulk({row.integration_id for row in rows})
    rules = reading.rules_of(integrations)
    events: list[Any] = []
    came = []
    known: Known = {}
    for row in rows:
        row.told.clear()
        row.ruled.clear()
        hearers = (row,) if row.request_id else ()
        said = _events_of(row, integrations.get(row.integration_id), rules, known)
        events += [(skew.plausible(event, row.received_at), row.integration_id, row.received_at, *hearers) for event in said]
        came.append((row.integration_id, row.received_at, len(said)))
    for wave in folding.waves(commanding.named(events)):
        _advance(list(wave.values()), integrations, at)
    accounts.note_key_use({integration.key_id for integration in integrations.values()}, at)
    volumes.note(one for one in came if one[0] in integrations)
    for row in rows:
        row.conclude()
    _finish(rows)


def _advance(steps: Sequence[folding.Step], integrations: Mapping[int, Integration], at: datetime) -> None:
    """One step of each alias: openings and recoveries together, what else is asked for one by one."""
    opened = [step for step in steps if step.event.kind == OPEN]
    closed = [step for step in steps if step.event.kind == CLOSE]
    if opened:
        opening.open_or_count(opened, integrations, at)
    if closed:
        recovery.close_recovered(closed, at)
    for step in steps:
        if step.event.kind not in (OPEN, CLOSE):
            commanding.obey(step, integrations.get(step.integration_id or 0))


def _events_of(row: Row, integration: Integration | None, rules: Mapping[int, Sequence[ruling.Rule]], known: Known) -> list[Event]:
    if row.attempts >= GIVE_UP_AT:
        row.quarantine("It ended the worker several times and is not tried again.")
        return []
    if integration is None:
        row.quarantine("Its integration was deleted.")
        return []
    try:
        read = _read(row, integration, known)
    except bodies.Broken as error:
        row.quarantine(str(error))
        return []
    if isinstance(read, Ignored):
        row.outcome = orjson.dumps({"events": 0, "ignored": read.reason}).decode()
        if sns.CONFIRMATION.encode() in row.body:
            subscriptions.ask(integration, bodies.read(row.body, row.content_type))
        return []
    if rules and integration.pk in rules:
        read = _ruled(row, read, integration, rules[integration.pk])
    row.outcome = f'{{"events": {len(read)}}}'
    return read


def _ruled(row: Row, read: Sequence[Event], integration: Integration, rules: Sequence[ruling.Rule]) -> list[Event]:
    """What the integration's rules leave of the events, and make of them (ALR-05)."""
    after: list[Event] = []
    for event, verdict in reading.settle(read, integration, rules):
        after += verdict.events
        if verdict.rule is not None:
            row.ruled.append({"rule": verdict.rule.name, "what": verdict.rule.action, "alias": event.alias})
        if not verdict.events and row.request_id:
            row.hear("Ignored by a rule", alias=event.alias)
    return after


def _read(row: Row, integration: Integration, known: Known) -> list[Event] | Ignored:
    """What a body says; tools in pairs, and those that repeat themselves, send the same bytes again and again, which are read once a batch."""
    same = (integration.pk, row.body)
    if row.operation != plain.INGEST or row.context:
        return _read_anew(row, integration)
    if same not in known:
        known[same] = _read_anew(row, integration)
    return known[same]


def _read_anew(row: Row, integration: Integration) -> list[Event] | Ignored:
    kept = Kept(row.operation, row.request_id, row.integration_id, row.context, row.received_at)
    read = reading.read(kept, row.body, integration)
    if row.operation == pagerduty.CHANGE:
        changing.keep(kept, bodies.read(row.body, row.content_type), integration)
        row.hear("Kept change event", alias="")
    return read


def _finish(rows: Sequence[Row]) -> None:
    columns: list[list[Any]] = [[getattr(row, name) for row in rows] for name in ("id", "received_at", "state", "reason", "outcome")]
    with connection.cursor() as cursor:
        cursor.execute(FINISH, columns)
