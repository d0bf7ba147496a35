"""Saving over a newer version: what both sides changed is told field by field, what only one side changed merges in silence (INC-25)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from common import errors
from fields.models import PREFIX, Definition
from journal.models import Entry
from tickets.models import Ticket

COLUMNS: dict[str, tuple[str, ...]] = {"services": ("service", "other_services")}


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody changed since it was read here, and to which this side wants to give another value."""

    name: str
    theirs: Any
    yours: Any
    by: User | None
    at: datetime


class Overwritten(errors.Conflict):
    """Nothing was saved, because the named fields would have been overwritten unseen. version: the one to save on after a comparison."""

    def __init__(self, ticket: Ticket, clashes: list[Clash]) -> None:
        names = ", ".join(str(label(ticket, clash.name)) for clash in clashes)
        super().__init__(_("%(key)s was saved while you were editing: %(fields)s. Compare and save again.") % {"key": ticket.key, "fields": names})
        self.clashes, self.version = clashes, ticket.version


def label(ticket: Ticket, name: str) -> Any:
    """The name of a field as people read it."""
    if name.startswith(PREFIX):
        return Definition.objects.filter(applies_to=ticket.kind, key=name.removeprefix(PREFIX)).values_list("label", flat=True).first() or name
    return _("services") if name == "services" else type(ticket)._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # columns


def told(ticket: Ticket, columns: Any) -> dict[str, Any]:
    """What an entry keeps of a change for this comparison: the version that it made, and the columns."""
    return {"version": ticket.version, "columns": sorted(columns)}


def require_unclashed(ticket: Ticket, seen: int | None, wanted: Mapping[str, tuple[Any, Any]]) -> None:
    """Raises Overwritten when a wanted field was changed after the version `seen`, and not to the value that is wanted here.

    wanted: field → the present value of the locked ticket and the wanted one. seen None looks at nothing.
    """
    if seen is None or seen >= ticket.version:
        return
    changed = changed_since(ticket, seen)
    clashes = []
    for name, (theirs, yours) in wanted.items():
        entry = next((changed[column] for column in COLUMNS.get(name, (name,)) if column in changed), None)
        if entry is not None and theirs != yours:
            clashes.append(Clash(name, theirs, yours, entry.actor, entry.at))
    if clashes:
        raise Overwritten(ticket, clashes)


def changed_since(ticket: Ticket, seen: int) -> dict[str, Entry]:
    """Column → the newest entry that changed it after a version."""
    entries = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, data__version__gt=seen, data__has_key="columns")
    return {column: entry for entry in entries.select_related("actor").order_by("id") for column in entry.data["columns"]}
