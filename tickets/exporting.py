"""Tickets as CSV and JSON, a page at a time, safe to open in a spreadsheet (QUE-04)."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db.models import QuerySet

from common import paging, sheets
from fields import values
from fields.models import Definition
from tickets.models import Ticket

PAGE = 500


def _name(record: Any) -> str:
    return str(record) if record is not None else ""


def _instant(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


COLUMNS: dict[str, Callable[[Ticket], Any]] = {
    "key": lambda row: row.key,
    "kind": lambda row: row.kind,
    "summary": lambda row: row.summary,
    "priority": lambda row: f"P{row.priority}",
    "status": lambda row: row.status.name,
    "status_category": lambda row: row.status_category,
    "impact": lambda row: row.get_impact_display() or "",
    "urgency": lambda row: row.get_urgency_display() or "",
    "service": lambda row: _name(row.service),
    "category": lambda row: _name(row.category),
    "team": lambda row: _name(row.team),
    "owner_team": lambda row: _name(row.owner_team),
    "assignee": lambda row: row.assignee.email if row.assignee else "",
    "reporter": lambda row: row.reporter.email if row.reporter else "",
    "organisation": lambda row: _name(row.organisation),
    "channel": lambda row: row.channel,
    "labels": lambda row: " ".join(row.labels),
    "hold_reason": lambda row: _name(row.hold_reason),
    "resolution": lambda row: _name(row.resolution),
    "reported_at": lambda row: _instant(row.reported_at),
    "created_at": lambda row: _instant(row.created_at),
    "updated_at": lambda row: _instant(row.updated_at),
    "resolved_at": lambda row: _instant(row.resolved_at),
    "closed_at": lambda row: _instant(row.closed_at),
    "sla_due_at": lambda row: _instant(row.sla_due_at),
}


def rows(tickets: QuerySet[Ticket], keys: Sequence[paging.Key], custom: Sequence[Definition]) -> Iterator[dict[str, Any]]:
    """The tickets in their order, with what an export shows and their custom fields; never an internal text."""
    after: str | None = None
    related = ("status", "service", "category__parent", "team", "owner_team", "assignee", "reporter", "organisation", "hold_reason", "resolution")
    while True:
        found = paging.page(tickets.only(*{"id", *(key.column for key in keys if key.expression is None)}), keys, after=after, size=PAGE)
        ids = [row.pk for row in found.rows]
        full = Ticket.objects.select_related(*related).defer("description", "search_public").in_bulk(ids)
        people = values.people_in(custom, [row.custom for row in full.values()])
        for pk in ids:
            if pk in full:
                yield {**{name: read(full[pk]) for name, read in COLUMNS.items()}, "custom": values.told(custom, full[pk].custom, people)}
        after = found.next_mark
        if after is None:
            return


def as_csv(tickets: QuerySet[Ticket], keys: Sequence[paging.Key], custom: Sequence[Definition]) -> Iterator[str]:
    """CSV with a head (RFC 4180). custom: the custom fields, a column for each key. What a spreadsheet would take for a formula begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(values: Sequence[Any]) -> str:
        writer.writerow([sheets.safe(value) for value in values])
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    names = list(dict.fromkeys(row.key for row in custom))
    yield "\ufeff" + line([*COLUMNS, *names])
    for row in rows(tickets, keys, custom):
        yield line([*(row[name] for name in COLUMNS), *(_cell(row["custom"].get(name)) for name in names)])


def _cell(value: Any) -> Any:
    """A custom value in a cell: several choices with a semicolon between them."""
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else value


def as_json(tickets: QuerySet[Ticket], keys: Sequence[paging.Key], custom: Sequence[Definition]) -> Iterator[str]:
    """A JSON list, an object for each ticket."""
    yield "["
    for number, row in enumerate(rows(tickets, keys, custom)):
        yield ("," if number else "") + "\n" + orjson.dumps(row, default=str).decode()
    yield "\n]\n"
