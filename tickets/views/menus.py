"""Menus that change one field of one or many tickets, and the moves of the workflow."""

from collections.abc import Callable
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from accounts.models import Team, User
from common import errors, htmx
from services.models import Service
from tickets import forms, options, queries
from tickets.actions import editing, lifecycle
from tickets.models import Category, Ticket
from tickets.models.registers import IMPACTS, URGENCIES
from workflows.models import Transition

UNDO_SALT = "tickets.undo-assign"
UNDO_SECONDS = 60
ICONS = {
    "triage": "search", "start": "arrow-right-circle", "hold": "player-pause", "monitor": "eye", "resolve": "circle-check", "close": "lock",
    "reopen": "arrow-back-up", "cancel": "ban",
}  # fmt: skip

Change = Callable[[Ticket], Ticket]


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
        "url": reverse("tickets:bulk", args=[field]), "is_long": sum(len(group.options) for group in groups) > 9,
    }  # fmt: skip
    return render(request, "tickets/_menu.html", context)


def _moves(chosen: list[Ticket], user: User) -> list[options.Choice]:
    """The moves that every chosen ticket offers to this user."""
    offered = [{move.verb: move for move in queries.offered_transitions(user, ticket)} for ticket in chosen]
    shared = [move for verb, move in offered[0].items() if all(verb in other for other in offered)]
    query = "&".join(f"key={ticket.key}" for ticket in chosen)
    lines = [
        options.Option(move.verb, str(move.name), key=str(number), icon=ICONS.get(move.verb, "arrow-right"), form_url=form_url(move, query))
        for number, move in enumerate(shared, start=1)
    ]
    return [options.Choice("status", "", lines)]


def form_url(move: Transition, query: str) -> str:
    """Where the form of a move is; empty when the move asks for nothing."""
    return f"{reverse('tickets:transition', args=[move.verb])}?{query}" if move.required else ""


def _apply(request: HttpRequest, field: str, chosen: list[Ticket], user: User) -> HttpResponse:
    if field == "assignee":
        return _assign(request, chosen, user)
    value = request.POST.get(field, "")
    if field == "priority":
        field = "impact" if "impact" in request.POST else "urgency"
        value = request.POST.get(field, "")
    change, told = _change(field, value, user)
    return _report(*_each(chosen, change), told)


def _change(field: str, value: str, user: User) -> tuple[Change, Any]:
    """The action for one value of one field, and what was done in words."""
    if field == "status":
        return lambda ticket: lifecycle.transition(ticket, value, actor=user), _("moved")
    if field == "team":
        team = None if value == "none" else get_object_or_404(Team, slug=value)
        return lambda ticket: editing.assign(ticket, actor=user, team=team), _("given to {name}").format(name=team.name if team else _("no team"))
    if field == "service":
        service = None if value == "none" else get_object_or_404(Service.objects.select_related("tier", "owner_team"), slug=value)
        return lambda ticket: editing.edit(ticket, actor=user, service=service), _("changed")
    if field == "category":
        category = get_object_or_404(Category, pk=value if value.isdecimal() else 0)
        return lambda ticket: editing.edit(ticket, actor=user, category=category), _("changed")
    if field in ("impact", "urgency"):
        known = {str(level) for level, _label in (IMPACTS if field == "impact" else URGENCIES)}
        if value not in known and not (field == "impact" and value == "none"):
            raise errors.Invalid(field, _("Choose one of the levels."))
        level = None if value == "none" else int(value)
        return lambda ticket: editing.edit(ticket, actor=user, **{field: level}), _("changed")
    raise Http404


def _each(chosen: list[Ticket], change: Change) -> tuple[list[Ticket], list[str]]:
    """Changes one after the other; what is refused is told and stops nothing."""
    done, refused = [], []
    for ticket in chosen:
        try:
            done.append(change(ticket))
        except errors.DomainError as error:
            refused.append(f"{ticket.key}: {error.message}")
    return done, refused


def _report(done: list[Ticket], refused: list[str], told: Any, *, undo: str | None = None) -> HttpResponse:
    if not done:
        return htmx.done(refused[0] if len(refused) == 1 else _("Nothing was changed. {first}").format(first=refused[0]), tone="error")
    what = done[0].key if len(done) == 1 else _("{count} incidents").format(count=len(done))
    message = f"{what} {told}"
    if refused:
        message = _("{done}, {count} could not be changed. {first}").format(done=message, count=len(refused), first=refused[0])
    return htmx.done(message, undo=undo, tone="info" if refused else "ok")


def _assign(request: HttpRequest, chosen: list[Ticket], user: User) -> HttpResponse:
    value = request.POST.get("assignee", "")
    assignee = None if value == "none" else get_object_or_404(User, email__iexact=value, is_active=True)
    before = {ticket.pk: (ticket.assignee_id, ticket.team_id) for ticket in chosen}
    done, refused = _each(chosen, lambda ticket: editing.assign(ticket, actor=user, assignee=assignee))
    parts = [[ticket.pk, *before[ticket.pk], ticket.version] for ticket in done]
    undo = reverse("tickets:undo_assign", args=[signing.dumps(parts, salt=UNDO_SALT, compress=True)]) if parts else None
    told = _("assigned to {name}").format(name=assignee.name) if assignee else _("unassigned")
    return _report(done, refused, told, undo=undo)


@require_POST
@desk.required
def undo_assign(request: HttpRequest, parts: str) -> HttpResponseBase:
    """Gives tickets back to whom they belonged a moment ago."""
    user = desk.user_of(request)
    try:
        given = signing.loads(parts, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        return htmx.done(_("It is too late to undo that."), tone="error")
    rows = {ticket.pk: ticket for ticket in queries.tickets_for(user).filter(pk__in=[part[0] for part in given])}
    people = User.objects.in_bulk([part[1] for part in given if part[1]])
    teams = Team.objects.in_bulk([part[2] for part in given if part[2]])
    done, refused = [], []
    for pk, assignee, team, version in given:
        if pk not in rows:
            refused.append(_("You cannot see one of them any more."))
            continue
        try:
            ticket = editing.undo_assign(rows[pk], actor=user, assignee=people.get(assignee), team=teams.get(team), expected_version=version)
            done.append(ticket)
        except errors.DomainError as error:
            refused.append(error.message)
    return _report(done, refused, _("given back"))


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
    required = move.required if move else []
    form = forms.MoveForm(request.POST if request.method == "POST" else None, kind=chosen[0].kind, required=required, tickets=chosen)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if len(chosen) == 1:
            try:
                lifecycle.transition(chosen[0], verb, actor=user, **values)
                return htmx.done(_("{key} moved to {status}").format(key=chosen[0].key, status=move.target.name if move else verb))
            except errors.Invalid as error:
                forms.take_error(form, error)
        else:
            return _report(*_each(chosen, lambda ticket: lifecycle.transition(ticket, verb, actor=user, **values)), _("moved"))
    name = str(move.name) if move else verb
    context = {
        "form": form,
        "url": reverse("tickets:transition", args=[verb]),
        "keys": [ticket.key for ticket in chosen],
        "title": name,
        "action": name,
    }
    return render(request, "tickets/_transition_form.html", context, status=422 if form.errors else 200)
