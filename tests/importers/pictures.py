"""All that an import left of a ticket, without the numbers that every new row has."""

from typing import Any

from incidents.models import Incident
from journal.models import Entry
from tickets.models import SlaClock

OWN = {"id", "ticket_id", "ticket", "number", "key", "search_public"}
FOR_DIALOGS = {"version", "columns"}  # what open dialogs are compared by (tickets/actions/comparing.py): nobody edits the past


def picture(number: str) -> dict[str, Any]:
    """Columns, journal in its order and clocks in theirs, of the ticket that an incident of the log became."""
    ticket = Incident.objects.get(imported_from__external_id=number)
    return {
        "columns": columns_of(ticket),
        "journal": [
            (row.event, row.actor_id, row.at, {name: value for name, value in row.data.items() if name not in FOR_DIALOGS})
            for row in Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("id")
        ],
        "clocks": [columns_of(row) for row in SlaClock.objects.filter(ticket=ticket).order_by("id")],
    }


def columns_of(row: Any) -> dict[str, Any]:
    """The stored columns by name."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in OWN}
