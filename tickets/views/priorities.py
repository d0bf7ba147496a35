"""Why a ticket has its priority, setting it by hand, and the matrix editor."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from accounts import permissions as accounts
from common import clock, errors, htmx
from journal.models import Entry
from tickets import forms, permissions, priority, priority_rules, queries
from tickets.actions import editing, prioritising
from tickets.models import Ticket
from tickets.models.registers import IMPACTS, PRIORITIES, URGENCIES

REASONS = {
    "users": gettext_lazy("the number of people"), "security": gettext_lazy("security"), "compliance": gettext_lazy("compliance"),
    "financial": gettext_lazy("money"),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk.required
def why(request: HttpRequest, key: str) -> HttpResponseBase:
    """Explains a priority; POST sets it by hand, with a reason."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    form = forms.OverrideForm(request.POST if request.method == "POST" else None, initial={"priority": ticket.priority, "version": ticket.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            prioritising.override(ticket, actor=user, priority=int(given["priority"]), reason=given["reason"], expected_version=given["version"])
            return htmx.done(_("{key} is P{level} now").format(key=ticket.key, level=given["priority"]))
        except errors.Invalid as error:
            forms.take_error(form, error)
    return render(request, "tickets/_why.html", _why(ticket, user, form), status=422 if form.errors else 200)


def _why(ticket: Ticket, user: Any, form: Any) -> dict[str, Any]:
    told = prioritising.explain(ticket)
    return {
        "ticket": ticket,
        "told": told,
        "grid": grid(priority_rules.matrix(), ticket.impact, ticket.urgency),
        "urgencies": URGENCIES,
        "form": form,
        "url": reverse("tickets:why", args=[ticket.key]),
        "return_url": reverse("tickets:return_priority", args=[ticket.key]),
        "suggest_url": reverse("tickets:suggest_impact", args=[ticket.key]),
        "can_edit": bool(permissions.can_edit(user, ticket)),
    }


def grid(matrix: priority.Matrix, impact: int | None, urgency: int | None) -> list[dict[str, Any]]:
    """The matrix by rows of impact, with the cell of a ticket marked."""
    return [
        {
            "label": label,
            "impact": row,
            "cells": [
                {
                    "urgency": column,
                    "priority": matrix.get((row, column)),
                    "is_here": (row, column) == (impact, urgency),
                    "name": f"cell_{row}_{column}",
                }
                for column, _name in URGENCIES
            ],
        }
        for row, label in IMPACTS
    ]


@require_POST
@desk.required
def return_priority(request: HttpRequest, key: str) -> HttpResponseBase:
    """Back to what the matrix says."""
    user = desk.user_of(request)
    ticket = prioritising.return_to_computed(queries.ticket_for(user, key), actor=user)
    return htmx.done(_("{key} is P{level} again, as computed").format(key=ticket.key, level=ticket.priority))


@require_POST
@desk.required
def suggest_impact(request: HttpRequest, key: str) -> HttpResponseBase:
    """What impact fits the number of people and the risks; with `take` it is set."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    form = forms.ImpactForm(request.POST)
    if not form.is_valid():
        return render(request, "tickets/_impact.html", {"form": form}, status=422)
    given = form.cleaned_data
    impact, reasons = priority.suggest_impact(
        given["users"] or 0, is_financial=given["is_financial"], is_security=given["is_security"], is_compliance=given["is_compliance"]
    )
    if "take" in request.POST:
        editing.edit(ticket, actor=user, impact=impact)
        return htmx.done(_("{key} has the impact {impact}").format(key=ticket.key, impact=dict(IMPACTS)[impact]))
    context = {
        "form": form,
        "impact": dict(IMPACTS)[impact],
        "reasons": [str(REASONS[name]) for name in reasons],
        "can_edit": bool(permissions.can_edit(user, ticket)),
    }
    return render(request, "tickets/_impact.html", context)


@require_http_methods(["GET", "POST"])
@desk.required
def matrix(request: HttpRequest) -> HttpResponseBase:
    """The matrix editor: POST previews what a change would do, and with `save` puts it in force."""
    user = desk.user_of(request)
    accounts.can_manage_settings(user).require()
    kind = "incident"
    cells, wrong, preview = dict(priority_rules.matrix()), "", None
    if request.method == "POST":
        cells = {place: _level(request.POST.get(f"cell_{place[0]}_{place[1]}", "")) for place in priority.DEFAULT_MATRIX}
        try:
            clean = prioritising.clean_cells(cells)
            if "save" in request.POST:
                changed = prioritising.change_matrix(kind, clean, actor=user, recomputes=request.POST.get("apply") == "open")
                messages.success(request, _("The matrix is in force, {count} cells changed.").format(count=changed))
                return redirect("tickets:matrix")
            preview = prioritising.preview(kind, clean)
        except errors.Invalid as error:
            wrong = error.field
            messages.error(request, error.message)
    context = {
        "grid": grid(cells, None, None),
        "urgencies": URGENCIES,
        "priorities": PRIORITIES,
        "wrong": wrong,
        "preview": preview,
        "versions": list(Entry.objects.filter(event="priority.matrix_changed").select_related("actor").order_by("-id")[:20]),
        "now": clock.now(),
    }
    return render(request, "tickets/matrix.html", context, status=422 if wrong else 200)


def _level(value: str) -> int:
    return int(value) if value in ("1", "2", "3", "4", "5") else 0
