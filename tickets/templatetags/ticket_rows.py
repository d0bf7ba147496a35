"""The rows of a list of tickets as functions: a list has 50 rows with up to 14 cells each, and a template pays for every one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import markup
from common.templatetags import ek

register = template.Library()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all rows of a list share. edit_urls: field → where its menu comes from; empty when the person may change nothing."""

    context: template.Context
    columns: tuple[str, ...]
    edit_urls: dict[str, str]
    titles: dict[str, str]
    is_mixed: bool
    now: datetime


Cell = Callable[[Any, Sheet], SafeString]


@register.simple_tag(takes_context=True)
def ticket_rows(context: template.Context) -> SafeString:
    """Every row of the page's table: `tickets`, with the columns of `shown_columns`."""
    sheet = Sheet(
        context, tuple(column.name for column in context["shown_columns"]), context["edit_urls"] if context["can_change"] else {},
        {"priority": _("Change the priority"), "status": _("Change the status"), "assignee": _("Assign"), "select": _("Select %(key)s"), "major": _("Major")},
        context["is_mixed"], context["now"],
    )  # fmt: skip
    return mark_safe("\n".join(_row(ticket, sheet) for ticket in context["tickets"]))


def _row(ticket: Any, sheet: Sheet) -> SafeString:
    cells = mark_safe("".join(CELLS[name](ticket, sheet) if name in CELLS else _custom(name, ticket, sheet) for name in sheet.columns))
    major = markup.fill('<span class="ek-loz ek-loz--danger">{}</span>', sheet.titles["major"]) if ticket.major_state == "declared" else ek.EMPTY
    return markup.fill(
        '<tr id="t-{}" data-row data-open data-key="{}" tabindex="-1" aria-selected="false">'
        '<td><input type="checkbox" class="form-check-input" aria-label="{}"></td><td data-m="prio">{}</td><td data-m="key">{}</td>'
        '<td data-m="sum"><span class="ek-row">{}{}<a class="ek-sum ek-trunc" data-open-link href="{}" title="{}">{}</a></span></td>{}</tr>',
        ticket.pk, ticket.key, sheet.titles["select"] % {"key": ticket.key}, _editable("priority", ek.priority(ticket.priority), ticket, sheet),
        ek.key(ticket, with_icon=sheet.is_mixed), major, ek.icon("lock", 14) if ticket.is_restricted else ek.EMPTY,
        ticket.get_absolute_url(), ticket.summary, ticket.summary, cells,
    )  # fmt: skip


def _editable(field: str, shown: SafeString, ticket: Any, sheet: Sheet) -> SafeString:
    """A cell's content as a button that opens the menu of its field, for who may change it."""
    if not sheet.edit_urls:
        return shown
    return markup.fill(
        '<button type="button" class="ek-cell" id="{}-{}" data-menu-url="{}?key={}" aria-haspopup="menu" title="{}">{}</button>',
        field[0], ticket.pk, sheet.edit_urls[field], ticket.key, sheet.titles[field], shown,
    )  # fmt: skip


def _status(ticket: Any, sheet: Sheet) -> SafeString:
    why = markup.fill(' title="{}"', ticket.pending_reason) if ticket.pending_reason else ek.EMPTY
    return markup.fill('<td data-m="status"{}>{}</td>', why, _editable("status", ek.status(ticket.status), ticket, sheet))


def _assignee(ticket: Any, sheet: Sheet) -> SafeString:
    return markup.fill('<td data-m="who">{}</td>', _editable("assignee", ek.person(ticket.assignee), ticket, sheet))


def _labels(ticket: Any, sheet: Sheet) -> SafeString:
    tags = format_html_join("", '<span class="ek-tag">{}</span>', ((label,) for label in ticket.labels))
    return markup.fill('<td><span class="ek-tags">{}</span></td>', tags)


def _plain(read: Callable[[Any], Any]) -> Cell:
    """A cell of quiet text; None leaves it empty."""

    def cell(ticket: Any, sheet: Sheet) -> SafeString:
        value = read(ticket)
        return markup.fill('<td class="ek-2">{}</td>', "" if value is None else value)

    return cell


def _named(field: str) -> Cell:
    """A cell with the name of a related record."""
    return _plain(lambda ticket: getattr(getattr(ticket, field), "name", None))


def _custom(name: str, ticket: Any, sheet: Sheet) -> SafeString:
    """A cell of a custom field; empty where it has no value."""
    kind, value = ticket.custom_cells[name]
    return markup.fill('<td class="ek-2">{}</td>', "" if value in (None, "", []) else ek.custom(sheet.context, kind, value))


CELLS: dict[str, Cell] = {
    "status": _status,
    "service": lambda ticket, _sheet: markup.fill("<td>{}</td>", ek.service(ticket.service, short=True) if ticket.service else ""),
    "reporter": _named("reporter"),
    "assignee": _assignee,
    "sla": lambda ticket, sheet: markup.fill('<td data-m="sla">{}</td>', ek.sla(sheet.context, ticket.resolution_clock, sheet.now)),
    "team": _named("team"),
    "category": _named("category"),
    "impact": _plain(lambda ticket: ticket.get_impact_display() or "–"),
    "urgency": _plain(lambda ticket: ticket.get_urgency_display() or "–"),
    "labels": _labels,
    "created": lambda ticket, sheet: markup.fill('<td class="ek-2">{}</td>', ek.ago(sheet.context, ticket.created_at)),
    "updated": lambda ticket, sheet: markup.fill('<td class="ek-2">{}</td>', ek.ago(sheet.context, ticket.updated_at)),
    "channel": _plain(lambda ticket: ticket.get_channel_display()),
    "hold": _named("hold_reason"),
    "level": _plain(lambda ticket: f"L{ticket.support_level}"),
    "resolution": _named("resolution"),
}
