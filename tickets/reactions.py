"""What the desk does after something happened."""

from typing import Any

from journal.handlers import on
from tickets.actions import prioritising


@on("priority.matrix_changed")
def recompute_open_tickets(entry: Any) -> None:
    """The admin wanted the open tickets to follow the new matrix."""
    if entry.data.get("recomputes"):
        prioritising.recompute_open(entry.data["kind"])
