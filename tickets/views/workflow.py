"""The workflow of a kind of ticket: drawn, explained, and published from a draft by admins."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import desk
from accounts import permissions as accounts
from common import clock, errors
from tickets import kinds
from tickets.actions import publishing
from workflows import actions, drawing, plans, queries, rules
from workflows.models import Status, Transition, Workflow


@require_safe
@desk.required
def workflow(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The workflow in force, and for admins its draft."""
    live = _live(kind)
    return render(request, "tickets/workflow.html", _context(request, live, {}, ""))


@require_POST
@desk.required
def start_draft(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Begins a draft and opens it in the admin."""
    user = desk.user_of(request)
    accounts.can_manage_settings(user).require()
    draft = actions.start_draft(_live(kind), actor=user)
    return redirect("admin:workflows_workflow_change", draft.pk)


@require_POST
@desk.required
def discard_draft(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Throws the draft away."""
    user = desk.user_of(request)
    accounts.can_manage_settings(user).require()
    draft = Workflow.objects.filter(draft_of=_live(kind)).first()
    if draft is not None:
        actions.discard_draft(draft, actor=user)
        messages.success(request, _("The draft is thrown away."))
    return redirect("tickets:workflow", kind)


@require_POST
@desk.required
def publish(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Puts the draft in force, with a place for every open ticket."""
    user = desk.user_of(request)
    live = _live(kind)
    draft = get_object_or_404(Workflow, draft_of=live)
    mapping = {name.removeprefix("map_"): value for name, value in request.POST.items() if name.startswith("map_")}
    try:
        published = publishing.publish(
            draft, actor=user, mapping={key: str(value) for key, value in mapping.items()}, note=request.POST.get("note", "")
        )
    except errors.Invalid as error:
        return render(
            request, "tickets/workflow.html", _context(request, live, {error.field: error.message}, request.POST.get("note", "")), status=422
        )
    messages.success(request, _("Version {number} is in force.").format(number=published.version))
    return redirect("tickets:workflow", kind)


def _live(kind: str) -> Workflow:
    if kind not in {known.name for known in kinds.all_kinds()}:
        raise Http404
    live = queries.in_force(kind)
    if live is None:
        raise Http404
    return live


def _context(request: HttpRequest, live: Workflow, wrong: dict[str, str], note: str) -> dict[str, Any]:
    may_edit = bool(accounts.can_manage_settings(desk.user_of(request)))
    draft = Workflow.objects.filter(draft_of=live).first() if may_edit else None
    return {
        "workflow": live,
        "kind": kinds.get(live.kind),
        "statuses": queries.statuses_with(live),
        "moves": _told_moves(live),
        "picture": picture_of(live),
        "versions": list(live.versions.select_related("published_by")[:20]),
        "may_edit": may_edit,
        "draft": _draft(live, draft, wrong, note) if draft else None,
        "now": clock.now(),
    }


def _draft(live: Workflow, draft: Workflow, wrong: dict[str, str], note: str) -> dict[str, Any]:
    places = [(status.key, status.name) for status in queries.statuses_with(draft) if status.category != Status.DONE]
    return {
        "picture": picture_of(draft),
        "version": live.version + 1,
        "edit_url": reverse("admin:workflows_workflow_change", args=[draft.pk]),
        "problems": plans.problems(draft),
        "differences": plans.differences(plans.as_plan(live), plans.as_plan(draft)),
        "going": [
            {"status": status, "count": amount, "field": f"map_{status.key}", "error": wrong.get(f"map_{status.key}", "")}
            for status, amount in publishing.going(live, draft)
        ],
        "places": places,
        "error": wrong.get("draft", ""),
        "note": note,
    }


def _told_moves(live: Workflow) -> list[dict[str, Any]]:
    """The moves by verb: from where, and what each asks."""
    told: dict[tuple[str, str, int], dict[str, Any]] = {}
    for move in queries.moves_of(live):
        row = told.setdefault((move.verb, move.name, move.target_id), {"move": move, "sources": [], "asks": _asks(move)})
        row["sources"].append(move.source)
    return list(told.values())


def _asks(move: Transition) -> list[Any]:
    labels = {name: label for purpose in (rules.CONDITION, rules.VALIDATOR, rules.EFFECT) for name, label in rules.choices(purpose)}
    triggers = dict(Transition.TRIGGERS)
    named = [labels.get(name, name) for name in (*move.conditions, *move.validators, *move.effects)]
    required = [_("needs {field}").format(field=name.replace("_", " ")) for name in move.required]
    return [*required, *named, *(_("by itself: {when}").format(when=triggers[name]) for name in move.triggers if name in triggers)]


def picture_of(workflow: Workflow) -> dict[str, Any]:
    """The workflow as its picture is drawn: boxes with their words, and each move once, whatever it comes from."""
    statuses = queries.statuses_with(workflow)
    moves: dict[tuple[str, str], list[str]] = {}
    for move in queries.moves_of(workflow):
        moves.setdefault((str(move.name), move.target.key), []).append(move.source.key)
    drawn = drawing.drawing([status.key for status in statuses], [(name, sources, target) for (name, target), sources in moves.items()])
    return {
        "width": drawn.width, "height": drawn.height, "routes": drawn.routes, "box_width": drawing.BOX, "box_height": drawing.HEIGHT,
        "boxes": [
            {"x": box.x, "y": box.y, "name": str(status.name), "sub": _sub(status), "tone": status.tone or "todo", "glyph": _glyph(status)}
            for box, status in zip(drawn.boxes, statuses, strict=True)
        ],
    }  # fmt: skip


def _sub(status: Status) -> str:
    """What is special about a status, else its category."""
    return _("start") if status.is_initial else _("clocks pause") if status.is_paused else str(status.get_category_display())


def _glyph(status: Status) -> str:
    """The mark of a status: to do, in progress, waiting, done, or ended without being done."""
    if status.is_paused:
        return "wait"
    return "line" if status.category == Status.DONE and status.tone == "line" else status.category
