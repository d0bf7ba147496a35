"""What the journal tells of tickets, as facts for the pure clock. Entries that were written before a flag existed are read as well as they can be."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from journal.models import Entry
from sla import ledger
from sla import queries as calendars
from sla.ledger import Conditions, Cycle, Fact, Promise
from tickets import events, kinds
from tickets.models import Ticket
from workflows.models import Status

ACKNOWLEDGED = "incident.acknowledged"
UNDO = "undo"
HIDDEN = (
    events.SLA_PROMISED, events.SLA_STANDING, events.SLA_THRESHOLD, events.COMMENT_EDITED, events.ENTRY_PINNED, events.ENTRY_UNPINNED,
    events.ENTRY_HIDDEN, events.ENTRY_SHOWN,
)  # fmt: skip

Row = tuple[int, str, int | None, datetime, dict[str, Any]]


def standing(ticket: Ticket) -> dict[str, Any]:
    """How a ticket stands, as an entry keeps it for the clocks."""
    status = ticket.status
    return {
        "after": str(status.name), "after_id": status.pk, "after_key": status.key, "after_category": status.category,
        "is_paused": ticket.is_clock_paused, "assignee": ticket.assignee_id,
    }  # fmt: skip


def facts_of(tickets: Sequence[Ticket]) -> dict[int, list[Fact]]:
    """The facts of each ticket by id, in the order of the ledger; one query for the entries."""
    entries = Entry.objects.filter(subject_type="ticket", subject_id__in=[ticket.pk for ticket in tickets], event__in=events_read()).order_by("id")
    return read(tickets, list(entries.values_list("subject_id", "event", "actor_id", "at", "data")))


def read(tickets: Sequence[Ticket], rows: Sequence[Row]) -> dict[int, list[Fact]]:
    """The facts of each ticket by id, from rows of the journal in its order: (ticket, event, actor, at, data). What was undone is no fact."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    reader, undone = _Reader(rows, _created_events()), _undone(rows)
    found: dict[int, list[Fact]] = {pk: [] for pk in by_id}
    for row in (row for place, row in enumerate(rows) if place not in undone):
        fact = reader.fact(by_id[row[0]], row)
        if fact is not None:
            found[row[0]].append(fact)
    return found


def _undone(rows: Sequence[Row]) -> set[int]:
    """The places of the moves that were undone: an undo always gives back the last one."""
    last: dict[int, int] = {}
    undone = set()
    for place, (ticket, event, _actor, _at, data) in enumerate(rows):
        if event != events.TRANSITIONED:
            continue
        if data.get("verb") != UNDO:
            last[ticket] = place
        elif ticket in last:
            undone.add(last.pop(ticket))
    return undone


def events_read() -> set[str]:
    """The events that clocks look at."""
    told = {
        events.TRANSITIONED,
        events.ASSIGNED,
        events.COMMENT_ADDED,
        events.COMMENT_TAKEN_BACK,
        events.SLA_PROMISED,
        events.SLA_STANDING,
        ACKNOWLEDGED,
    }
    return _created_events() | told


def _created_events() -> set[str]:
    return {kind.created_event for kind in kinds.all_kinds()}


def cycles_of(told: Sequence[Fact]) -> list[Cycle]:
    """All cycles of all metrics that were ever promised to a ticket."""
    metrics = {metric: None for fact in told for metric in fact.promises}
    return [cycle for metric in metrics for cycle in ledger.cycles(told, metric)]


def promised(data: Mapping[str, Any], hours: Mapping[int, Any]) -> dict[str, Promise]:
    """The promises of an entry by metric."""
    return {
        metric: Promise(
            target=timedelta(seconds=told["target"]), hours=hours.get(told["version"]), is_whole=told.get("is_whole", False),
            cycle=told.get("cycle"), conditions=_conditions(told), goal=told.get("goal"), version=told["version"],
        )
        for metric, told in data["promises"].items()
    }  # fmt: skip


def _conditions(told: Mapping[str, Any]) -> Conditions | None:
    if "starts" not in told:
        return None
    return Conditions(frozenset(told["starts"]), frozenset(told["pauses"]), frozenset(told["stops"]))


class _Reader:
    """Turns entries into facts, with what all of them need read once."""

    def __init__(self, rows: Iterable[Row], created: set[str]) -> None:
        self.created = created
        data = [row[4] for row in rows]
        self.taken_back = {row[4].get("comment") for row in rows if row[1] == events.COMMENT_TAKEN_BACK}
        versions = {told["version"] for entry in data for told in entry.get("promises", {}).values()}
        self.hours = calendars.hours_of_versions(versions)
        lacks_key = [entry for entry in data if "after" in entry and "after_key" not in entry]
        self.statuses = list(Status.objects.select_related("workflow")) if lacks_key else []

    def fact(self, ticket: Ticket, row: Row) -> Fact | None:
        """The fact of an entry, or None for one that no clock looks at."""
        _subject, event, actor, at, data = row
        if event == events.SLA_PROMISED:
            return Fact(at, ledger.PROMISED, promises=promised(data, self.hours))
        if event == events.ASSIGNED:
            return Fact(at, ledger.ASSIGNED, is_assigned=data.get("assignee") is not None)
        if event == ACKNOWLEDGED:
            return Fact(at, ledger.ACKNOWLEDGED)
        if event == events.COMMENT_ADDED:
            was_public = data.get("is_internal") is False and actor is not None and actor != ticket.reporter_id
            is_response = data.get("is_response", was_public) and data.get("comment") not in self.taken_back
            return Fact(at, ledger.RESPONDED) if is_response else None
        if event == events.COMMENT_TAKEN_BACK:
            return None
        return self._standing(ticket, ledger.CREATED if event in self.created else ledger.STATUS, at, data)

    def _standing(self, ticket: Ticket, what: str, at: datetime, data: Mapping[str, Any]) -> Fact:
        if "after_key" in data:
            key, category, is_paused = data["after_key"], data["after_category"], data["is_paused"]
        else:
            key, category, is_paused = self._looked_up(ticket, data)
        return Fact(
            at, what, status=key, status_name=data.get("after", ""), is_paused=is_paused, is_done=category == Status.DONE,
            is_assigned=data.get("assignee") is not None, reason=data.get("reason", ""),
        )  # fmt: skip

    def _looked_up(self, ticket: Ticket, data: Mapping[str, Any]) -> tuple[str, str, bool]:
        """Key, category and pause of a status that an older entry names by id or only by name."""
        named = [status for status in self.statuses if status.workflow.kind == ticket.kind and status.name == data.get("after")]
        known = next((status for status in self.statuses if status.pk == data.get("after_id")), named[0] if named else None)
        if known is None:
            return "", data.get("after_category", Status.TODO), bool(data.get("is_paused"))
        return known.key, data.get("after_category", known.category), data.get("is_paused", known.is_paused)
