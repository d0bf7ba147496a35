"""The queues that ship and the orders and columns that a queue may have (QUE-01, QUE-02)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.paging import Key
from fields.models import Definition

WORK_ORDER = (Key("priority"), Key("sla_due_at"), Key("id"))
NEWEST = (Key("id", is_descending=True),)

SORTS: dict[str, tuple[Key, ...]] = {
    "work": WORK_ORDER,
    "priority": WORK_ORDER,
    "-priority": (Key("priority", is_descending=True), Key("id")),
    "sla": (Key("sla_due_at"), Key("id")),
    "-sla": (Key("sla_due_at", is_descending=True), Key("id")),
    "key": (Key("id"),),
    "-key": NEWEST,
    "updated": (Key("updated_at"), Key("id")),
    "-updated": (Key("updated_at", is_descending=True), Key("id", is_descending=True)),
    "status": (Key("status"), Key("priority"), Key("id")),
    "-status": (Key("status", is_descending=True), Key("priority"), Key("id")),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a queue may show beside priority, key and summary. sort: the order its head gives, empty for none. width: in pixels."""

    name: str
    label: Any
    sort: str = ""
    width: int = 120


COLUMNS = {
    column.name: column
    for column in (
        Column("status", _("Status"), "status", 124), Column("service", _("Service"), "", 178), Column("reporter", _("Reporter"), "", 116),
        Column("assignee", _("Assignee"), "", 158), Column("sla", _("Resolve in"), "sla", 108), Column("team", _("Team"), "", 150),
        Column("category", _("Category"), "", 150), Column("impact", _("Impact"), "", 96), Column("urgency", _("Urgency"), "", 96),
        Column("labels", _("Labels"), "", 150), Column("created", _("Created"), "key", 118), Column("updated", _("Updated"), "updated", 118),
        Column("channel", _("Channel"), "", 90), Column("hold", _("On hold for"), "", 150), Column("level", _("Level"), "", 64),
        Column("resolution", _("Resolution"), "", 130),
    )
}  # fmt: skip


def all_columns(definitions: Iterable[Definition]) -> dict[str, Column]:
    """Every column by name, those of the custom fields last; a field that two kinds have under one key is one column."""
    known = dict(COLUMNS)
    for row in definitions:
        known.setdefault(row.name, Column(row.name, row.label, "", 150))
    return known


@dataclass(frozen=True, slots=True)
class Shipped:
    """A queue of a fresh installation, and what it says when it is empty."""

    slug: str
    name: Any
    query: str
    empty_title: Any
    empty_text: Any
    in_sidebar: bool = False


SHIPPED: list[Shipped] = [
    Shipped("open", _("Open incidents"), "", _("Nothing is open"), _("New incidents appear here on their own.")),
    Shipped(
        "unassigned", _("Unassigned"), "assignee is EMPTY", _("Everything has somebody"), _("Incidents without an assignee appear here."), in_sidebar=True
    ),
    Shipped(
        "major", _("Major incidents"), '"Major incident" is not EMPTY and resolution is EMPTY', _("No major incident"),
        _("Candidates and declared major incidents appear here."),
    ),
    Shipped(
        "breaching", _("Breaching soon"), "due <= 1h", _("Nothing breaches soon"),
        _("All open incidents have more than an hour left. The list refreshes on its own."), in_sidebar=True,
    ),
    Shipped("breached", _("Breached"), "due <= now()", _("Nothing is late"), _("Open incidents whose promise was missed appear here.")),
    Shipped(
        "waiting", _("Waiting"), "holdReason is not EMPTY", _("Nothing waits"), _("Incidents on hold appear here with what they wait for."), in_sidebar=True
    ),
    Shipped("ours", _("Waiting on us"), "holdReason is EMPTY", _("Nothing waits on us"), _("What is not on hold appears here.")),
    Shipped("incidents", _("By type: incidents"), "type = incident", _("Nothing is open"), _("New incidents appear here on their own.")),
    Shipped("mine", _("My work"), "assignee = currentUser()", _("Nothing is assigned to you"), _("Take an incident from the queue with a.")),
]  # fmt: skip

BY_SLUG = {queue.slug: queue for queue in SHIPPED}
EMPTY_TITLE, EMPTY_TEXT = _("Nothing is in this queue"), _("Tickets that meet its query appear here on their own.")
