"""Menus that change one field of one or many tickets, and the moves of the workflow."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import Team, User
from common import errors, htmx
from services.models import Service
from tickets import forms, options, queries
from tickets.actions import bulk as bulk_actions
from tickets.actions import lifecycle
from tickets.actions.comparing import Overwritten
from tickets.models import BulkChange, Category, Ticket
from tickets.models.registers import IMPACTS, URGENCIES
from tickets.views import comparing
from workflows.models import Transition

PREVIEW_FROM = 10
ICONS = {
    "triage": "search", "start": "arrow-right-circle", "hold": "player-pause", "monitor": "eye", "resolve": "circle-check", "close": "lock",
    "reopen": "arrow-back-up", "cancel": "ban",
}  # fmt: skip


@require_safe
@desk.required
def filter_options(request: HttpRequest, field: str) -> HttpResponseBase:
    """All options of a long filter, when its menu opens; what is ticked there stays ticked."""
    known = options.filter_choice(request.GET, field)
    if known is None:
        raise Http404
    return render(request, "components/filter_options.html", {"choice": known})


@require_http_methods(["GET", "POST"])
@desk.required
def bulk(request: HttpRequest, field: str) -> HttpResponseBase:
    """GET answers the menu of a field for the chosen tickets, POST makes the choice on each of them."""
    user = desk.user_of(request)
    keys = request.POST.getlist("key") or request.GET.getlist("key")
    chosen = queries.by_keys(user, keys)
    if not chosen:
        raise Http404
    if request.method == "GET":
        return _menu(request, field, chosen, user)
    return _apply(request, field, chosen, user)


def _menu(request: HttpRequest, field: str, chosen: list[Ticket], user: User) -> HttpResponse:
    kind, first = chosen[0].kind, chosen[0]
    menus: dict[str, Callable[[], tuple[str, list[options.Choice]]]] = {
        "assignee": lambda: (_("Assign to"), options.people(chosen, user)),
        "team": lambda: (_("Team"), options.pairs_menu("team", options.team_pairs(), first.team.slug if first.team else "none")),
        "service": lambda: (_("Service"), options.pairs_menu("service", options.service_pairs(), first.service.slug if first.service else "none")),
        "category": lambda: (_("Category"), options.pairs_menu("category", options.category_pairs(kind), str(first.category_id))),
        "priority": lambda: (_("Priority follows from"), options.levels(chosen)),
        "urgency": lambda: (_("Urgency"), options.levels(chosen)[:1]),
        "impact": lambda: (_("Impact"), [*options.levels(chosen)[1:], options.Choice("impact", "", [options.Option("none", _("From the tier"))])]),
        "status": lambda: (_("Move to"), _moves(chosen, user)),
    }
    if field not in menus:
        raise Http404
    title, groups = menus[field]()
    context = {
        "title": title, "groups": [group for group in groups if group.options], "keys": [ticket.key for ticket in chosen],
        "url": reverse("tickets:bulk", args=[field]), "version": first.version if len(chosen) == 1 else "", "is_long": sum(len(group.options) for group in groups) > 9,
    }  # fmt: skip
    return render(request, "tickets/_menu.html", context)


def _moves(chosen: list[Ticket], user: User) -> list[options.Choice]:
    """The moves that every chosen ticket offers to this user."""
    offered = [{move.verb: move for move in queries.offered_transitions(user, ticket)} for ticket in chosen]
    shared = [move for verb, move in offered[0].items() if all(verb in other for other in offered)]
    query = "&".join(f"key={ticket.key}" for ticket in chosen)
    lines = [
        options.Option(
            move.verb, str(move.name), key=str(number), icon=ICONS.get(move.verb, "arrow-right"), form_url=form_url(move, query, chosen, user)
        )
        for number, move in enumerate(shared, start=1)
    ]
    return [options.Choice("status", "", lines)]


def form_url(move: Transition, query: str, chosen: list[Ticket], user: User) -> str:
    """Where the form of a move is; empty when the move asks for nothing."""
    return f"{reverse('tickets:transition', args=[move.verb])}?{query}" if queries.asked_by(move, chosen, user) else ""


def _apply(request: HttpRequest, field: str, chosen: list[Ticket], user: User) -> HttpResponse:
    value = request.POST.get(field, "")
    if field == "priority":
        field = "impact" if "impact" in request.POST else "urgency"
        value = request.POST.get(field, "")
    if field in comparing.left_to_them(request):
        return htmx.done(_("{key} stays as it is").format(key=chosen[0].key))
    change, told = _change(field, value, user)
    if field == "status":
        move = next((one for one in queries.offered_transitions(user, chosen[0]) if one.verb == value), None)
        told = _told_move(move)
    if len(chosen) == 1:
        change = replace(change, seen=comparing.seen(request))
    return _made(request, chosen, change, told, user, {field: value})


def _told_move(move: Transition | None) -> str:
    return _("moved to {status}").format(status=move.target.name) if move else _("moved")


def _told(field: str, value: str) -> str:
    labels = {"service": _("service"), "category": _("category"), "impact": _("impact"), "urgency": _("urgency")}
    return _("{field} set to {value}").format(field=labels[field], value=value)


def _change(field: str, value: str, user: User) -> tuple[bulk_actions.Change, Any]:
    """The change for one value of one field, and what was done in words."""
    if field == "status":
        return bulk_actions.Change("status", value), _("moved")
    if field == "assignee":
        assignee = None if value == "none" else get_object_or_404(User, email__iexact=value, is_active=True)
        told = _("assigned to {name}").format(name=assignee.name) if assignee else _("unassigned")
        return bulk_actions.Change("assignee", assignee), told
    if field == "team":
        team = None if value == "none" else get_object_or_404(Team, slug=value)
        return bulk_actions.Change("team", team), _("given to {name}").format(name=team.name if team else _("no team"))
    if field == "service":
        service = None if value == "none" else get_object_or_404(Service.objects.select_related("tier", "owner_team"), slug=value)
        return bulk_actions.Change("service", service), _told("service", service.name if service else _("none"))
    if field == "category":
        category = get_object_or_404(Category, pk=value if value.isdecimal() else 0)
        return bulk_actions.Change("category", category), _told("category", str(category))
    if field in ("impact", "urgency"):
        known = {str(level): label for level, label in (IMPACTS if field == "impact" else URGENCIES)}
        if value not in known and not (field == "impact" and value == "none"):
            raise errors.Invalid(field, _("Choose one of the levels."))
        return bulk_actions.Change(field, None if value == "none" else int(value)), _told(field, str(known.get(value, _("what the tier says"))))
    raise Http404


def _made(request: HttpRequest, chosen: list[Ticket], change: bulk_actions.Change, told: Any, user: User, fields: Mapping[str, Any]) -> HttpResponse:
    """Makes the change, or for many tickets first shows what it would do; `confirmed` is what that preview sends."""
    if len(chosen) > PREVIEW_FROM and "confirmed" not in request.POST:
        rows = bulk_actions.preview(chosen, change, actor=user)
        context = {
            "rows": rows, "told": told, "url": request.path, "fields": fields, "able": sum(1 for row in rows if not row.refusal),
            "refused": sum(1 for row in rows if row.refusal),
        }  # fmt: skip
        response = render(request, "tickets/_bulk_preview.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
        return response
    try:
        made, refused = bulk_actions.apply(chosen, change, actor=user)
    except Overwritten as error:
        return comparing.dialog(request, chosen[0], error, user=user)
    undo = reverse("tickets:undo", args=[made.pk]) if made.parts else None
    failed = {ticket.pk for ticket, _why in refused}
    done = [ticket for ticket in chosen if ticket.pk not in failed]
    return report(done, [f"{ticket.key}: {why}" for ticket, why in refused], told, undo=undo)


def report(done: list[Ticket], refused: list[str], told: Any, *, undo: str | None = None) -> HttpResponse:
    """Says what was done to how many, and who refused."""
    if not done:
        return htmx.done(refused[0] if len(refused) == 1 else _("Nothing was changed. {first}").format(first=refused[0]), tone="error")
    what = done[0].key if len(done) == 1 else _("{count} incidents").format(count=len(done))
    message = f"{what} {told}"
    if refused:
        message = _("{done}, {count} could not be changed. {first}").format(done=message, count=len(refused), first=refused[0])
    return htmx.done(message, undo=undo, tone="info" if refused else "ok")


@require_POST
@desk.required
def undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Gives tickets back what they had a moment ago."""
    user = desk.user_of(request)
    change = get_object_or_404(BulkChange, pk=pk, actor=user)
    try:
        done, kept = bulk_actions.undo(change, actor=user)
    except errors.Conflict as error:
        return htmx.done(error.message, tone="error")
    if not done:
        return htmx.done(kept[0] if kept else _("There is nothing to undo."), tone="error")
    return report(done, kept, _("given back"))


@require_http_methods(["GET", "POST"])
@desk.required
def transition(request: HttpRequest, verb: str) -> HttpResponseBase:
    """A move of the workflow: GET answers the form for what it requires, POST makes it on each chosen ticket."""
    user = desk.user_of(request)
    keys = request.POST.getlist("key") or request.GET.getlist("key")
    chosen = queries.by_keys(user, keys)
    if not chosen:
        raise Http404
    offered = {move.verb: move for move in queries.offered_transitions(user, chosen[0])}
    move = offered.get(verb)
    form = forms.MoveForm(request.POST if request.method == "POST" else None, kind=chosen[0].kind, move=move, tickets=chosen, user=user)
    if request.method == "POST" and form.is_valid():
        values = form.moved()
        if len(chosen) == 1:
            try:
                lifecycle.transition(chosen[0], verb, actor=user, **values)
                return htmx.done(_("{key} moved to {status}").format(key=chosen[0].key, status=move.target.name if move else verb))
            except errors.Invalid as error:
                forms.take_error(form, error)
        else:
            return _made(request, chosen, bulk_actions.Change("status", verb, values), _told_move(move), user, request.POST.dict())
    name = str(move.name) if move else verb
    context = {
        "form": form,
        "url": reverse("tickets:transition", args=[verb]),
        "keys": [ticket.key for ticket in chosen],
        "title": name if len(chosen) == 1 else _("{move}: {count} incidents").format(move=name, count=len(chosen)),
        "action": name,
    }
    return render(request, "tickets/_transition_form.html", context, status=422 if form.errors else 200)


@require_POST
@desk.required
def board_move(request: HttpRequest) -> HttpResponseBase:
    """A card was dropped on another lane: the move that leads there, or its form when it asks for something."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, request.POST.get("key", ""))
    wanted = request.POST.get("lane", "")
    move = next((one for one in queries.offered_transitions(user, ticket) if one.target.key == wanted), None)
    if move is None:
        return htmx.done(_("{key} cannot go there from {status}.").format(key=ticket.key, status=ticket.status.name), tone="error")
    if queries.asked_by(move, [ticket], user):
        form = forms.MoveForm(None, kind=ticket.kind, move=move, tickets=[ticket], user=user)
        context = {
            "form": form,
            "url": reverse("tickets:transition", args=[move.verb]),
            "keys": [ticket.key],
            "title": move.name,
            "action": move.name,
        }
        response = render(request, "tickets/_transition_form.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
        return response
    lifecycle.transition(ticket, move.verb, actor=user)
    return htmx.done(_("{key} moved to {status}").format(key=ticket.key, status=move.target.name))
