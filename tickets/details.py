"""The fields of a record's page, as the screen of its kind has them (FRM-02, FRM-04)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from fields import values
from fields.models import Definition
from tickets import screens
from tickets.models import Ticket

NO_VALUE: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Detail:
    """A line of the panel. url: the menu that changes it, dialog: the dialog that does; empty when this person cannot. value, type: of a custom field."""

    name: str
    label: Any
    url: str = ""
    dialog: str = ""
    type: str = ""
    value: Any = None
    is_retired: bool = False

    @property
    def element(self) -> str:
        """An id that a page may use for it."""
        return self.name.replace(".", "-")


def details(ticket: Ticket, user: User, menus: Mapping[str, str], *, can_edit: bool) -> tuple[list[Detail], Mapping[str, str], Callable[[str], bool]]:
    """The lines of the panel in order, the menus without those of fields that are read-only for this person, and the question which are.

    menus: where the menu of a field is, by name.
    """
    own = screens.Screens(ticket.kind, user)
    edit = own.on(screens.EDIT)
    open_menus = {name: url for name, url in menus.items() if not edit.is_read_only(name)}
    if edit.is_read_only("impact") or edit.is_read_only("urgency"):
        open_menus.pop("priority", None)
    people = values.people_in(own.definitions, [ticket.custom])
    lines = []
    for place in own.on(screens.VIEW).shown:
        if place.definition is None:
            lines.append(Detail(place.name, place.label, url=open_menus.get(place.name, "")))
        else:
            line = _custom(ticket, place, people, can_edit=can_edit and not edit.is_read_only(place.name))
            lines += [line] if line else []
    return lines, open_menus, edit.is_read_only


def _custom(ticket: Ticket, place: screens.Place, people: Mapping[int, Any], *, can_edit: bool) -> Detail | None:
    """A custom field; a retired one only while the record has a value."""
    row: Any = place.definition
    _type, shown = _cell(ticket, row, people)
    value = ticket.custom.get(row.key)
    is_retired = row.retired_at is not None
    if value in NO_VALUE and (is_retired or not can_edit):
        return None
    dialog = reverse("tickets:custom", args=[ticket.key, row.key]) if can_edit and not is_retired else ""
    return Detail(place.name, place.label, dialog=dialog, type=row.field_type, value=shown, is_retired=is_retired)


def columns(names: Sequence[str], tickets: Sequence[Ticket], definitions: Sequence[Definition]) -> None:
    """Puts what custom columns show onto the rows of a list, as `custom_cells`: (type, value) by the name of the column; one query for people."""
    by_name = {row.name: row for row in reversed(definitions)}
    chosen = [by_name[name] for name in names if name in by_name]
    if not chosen:
        return
    people = values.people_in(definitions, [ticket.custom for ticket in tickets])
    own = {(row.applies_to, row.key): row for row in definitions}
    for ticket in tickets:
        ticket.custom_cells = {row.name: _cell(ticket, own.get((ticket.kind, row.key)), people) for row in chosen}  # type: ignore[attr-defined]  # shown by lists


def _cell(ticket: Ticket, row: Definition | None, people: Mapping[int, Any]) -> tuple[str, Any]:
    if row is None:
        return "", None
    value = ticket.custom.get(row.key)
    return row.field_type, people.get(value) if row.field_type == Definition.PERSON and value else value
