"""The dialog in which somebody whose save would overwrite another's chooses field by field what stands (INC-25)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock
from fields import queries as fields
from fields import values
from fields.models import PREFIX
from tickets.actions.comparing import Clash, Overwritten, label
from tickets.models import Ticket

THEIRS, YOURS = "theirs", "yours"
OWN = {"version", "compared", "csrfmiddlewaretoken"}


@dataclass(frozen=True, slots=True)
class Side:
    """A field of the dialog: both values in words, or the reader's own as a control that he may go on writing in."""

    name: str
    label: Any
    theirs: str
    yours: str
    control: SafeString | str
    by: User | None
    at: datetime
    is_mine: bool


def left_to_them(request: HttpRequest) -> set[str]:
    """The fields for which the other side's value was chosen in the dialog."""
    return {name for name in request.POST.getlist("compared") if request.POST.get(f"keep_{name}") == THEIRS}


def seen(request: HttpRequest) -> int | None:
    """The version that the person looked at, as the form carried it."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def dialog(request: HttpRequest, ticket: Ticket, told: Overwritten, *, user: User, controls: Mapping[str, BoundField] | None = None) -> HttpResponse:
    """The dialog with status 409. Everything that was sent comes along, so that nothing typed is lost; it is sent again to the same address."""
    controls = controls or {}
    sides = [_side(ticket, clash, user, controls.get(clash.name)) for clash in told.clashes]
    compared = {side.name for side in sides}
    skipped = OWN | {f"keep_{name}" for name in compared} | {name for name in compared if name in controls}
    sent = [(name, value) for name, values in request.POST.lists() if name not in skipped for value in values]
    sent += [("compared", name) for name in sorted({*request.POST.getlist("compared"), *compared})]
    names = ", ".join(dict.fromkeys(side.by.name for side in sides if side.by and not side.is_mine))
    context = {
        "url": request.get_full_path(), "title": _("Compare %(key)s") % {"key": ticket.key}, "sides": sides, "sent": sent, "version": told.version,
        "names": names or _("Somebody"), "now": clock.now(),
    }  # fmt: skip
    response = render(request, "tickets/_compare.html", context, status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response


def _side(ticket: Ticket, clash: Clash, user: User, control: BoundField | None) -> Side:
    name = label(ticket, clash.name)
    widget = control.as_widget(attrs={"class": "form-control", "aria-label": _("Your %(field)s") % {"field": name}}) if control else ""
    theirs, yours = shown(ticket, clash.name, clash.theirs), shown(ticket, clash.name, clash.yours)
    return Side(clash.name, name, theirs, yours, widget, clash.by, clash.at, clash.by == user)


def shown(ticket: Ticket, name: str, value: Any) -> str:
    """A value of a field in words."""
    if name.startswith(PREFIX):
        key = name.removeprefix(PREFIX)
        value = values.told(fields.all_of(ticket.kind), {key: value})[key]
    if name in ("impact", "urgency"):
        levels = dict(type(ticket)._meta.get_field(name).choices or [])  # type: ignore[union-attr]  # columns with choices
        return str(levels.get(value, _("From the tier")))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(value) if value not in (None, "") else "–"
