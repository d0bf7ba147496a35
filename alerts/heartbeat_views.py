"""The screens of heartbeats, and the addresses that jobs and systems call."""

import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions as accounts
from accounts import desk
from accounts.models import User
from alerts import heartbeat_queries as queries
from alerts import permissions, rhythm
from alerts.actions import heartbeats
from alerts.heartbeat_forms import HeartbeatForm, words
from alerts.models import Heartbeat
from common import clock, errors, htmx
from notifications import letters

BODY_BYTES = 40_000
TONES = {"new": "", "up": "done", "late": "warn", "down": "danger", "paused": "wait", "running": "progress"}
COLOURS = {"up": "#2e7d4f", "late": "#b26a00", "down": "#c62828", "new": "#5f6b76", "paused": "#5f6b76"}
LABELS = {"new": "waiting", "up": "up", "late": "late", "down": "down", "paused": "paused"}


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """All heartbeats, those that are down first."""
    user, at = desk.user_of(request), clock.now()
    rows = [_dressed(row, user, at) for row in queries.heartbeats_for(user)]
    states = {name: sum(row["is"] == name for row in rows) for name in ("down", "late")}
    context = {"rows": rows, "states": states, "can_add": queries.may_add(user), "now": at}
    return htmx.page(request, "alerts/heartbeats.html", "alerts/_heartbeats.html", context)


@require_safe
@desk.required
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One heartbeat: how to call it, and what came."""
    user, at = desk.user_of(request), clock.now()
    row = queries.heartbeat_for(user, pk)
    context = {"row": _dressed(row, user, at), "heartbeat": row, "signs": queries.signs_of(row), "alert": queries.alert_of(row), "now": at}
    return htmx.page(request, "alerts/heartbeat.html", "alerts/_heartbeat.html", context)


def _dressed(row: Heartbeat, user: User, at: Any) -> dict[str, Any]:
    state = queries.state_of(row, at)
    may = bool(permissions.can_change_heartbeats(user, row.team))
    address = letters.absolute(reverse("ping", args=[row.uuid])) if may else ""
    return {
        "heartbeat": row, "is": state, "tone": TONES[state], "label": row.get_state_display() if state not in ("late", "running") else _state_label(state),
        "words": words(row), "may_change": may, "address": address, "badge": letters.absolute(reverse("badge", args=[row.badge, "svg"])),
    }  # fmt: skip


def _state_label(state: str) -> str:
    return _("Late") if state == "late" else _("Running")


@require_http_methods(["GET", "POST"])
@desk.required
def new(request: HttpRequest) -> HttpResponseBase:
    """A new heartbeat, in a dialog; its page says how to call it."""
    user = desk.user_of(request)
    if not queries.may_add(user):
        raise Http404
    initial = {"team": heartbeats.team_of(user), "time_zone": user.time_zone}
    form = HeartbeatForm(user, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = heartbeats.create(actor=user, **form.wanted())
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("alerts:heartbeat", args=[made.pk])})
        except (errors.Invalid, errors.Refused) as error:
            _take(form, error)
    return htmx.dialog(request, form, url=reverse("alerts:new_heartbeat"), title=_("New heartbeat"), action=_("Create"))


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Changes a heartbeat, in a dialog."""
    user = desk.user_of(request)
    row = queries.heartbeat_for(user, pk)
    permissions.can_change_heartbeats(user, row.team).require()
    form = HeartbeatForm(user, request.POST if request.method == "POST" else None, heartbeat=row)
    if request.method == "POST" and form.is_valid():
        try:
            changed = heartbeats.change(row, actor=user, **form.wanted())
            return htmx.done(_("{name} saved").format(name=changed.name))
        except (errors.Invalid, errors.Refused) as error:
            _take(form, error)
    more = {"remove_url": reverse("alerts:delete_heartbeat", args=[pk]), "remove_warning": _("Delete this heartbeat and what came from it?")}
    title = _("Heartbeat {name}").format(name=row.name)
    return htmx.dialog(request, form, url=reverse("alerts:change_heartbeat", args=[pk]), title=title, action=_("Save"), **more)


def _take(form: Any, error: errors.DomainError) -> None:
    form.add_error(error.field if isinstance(error, errors.Invalid) and error.field in form.fields else None, error.message)


@require_POST
@desk.required
def pause(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Nothing is awaited until it is resumed."""
    user = desk.user_of(request)
    row = heartbeats.pause(queries.heartbeat_for(user, pk), actor=user)
    return htmx.done(_("{name} paused").format(name=row.name), undo=reverse("alerts:resume_heartbeat", args=[pk]))


@require_POST
@desk.required
def resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """It is awaited again."""
    user = desk.user_of(request)
    row = heartbeats.resume(queries.heartbeat_for(user, pk), actor=user)
    return htmx.done(_("{name} is awaited again").format(name=row.name))


@require_POST
@desk.required
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Takes a heartbeat away."""
    user = desk.user_of(request)
    heartbeats.delete(queries.heartbeat_for(user, pk), actor=user)
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("alerts:heartbeats")})


# ------------------------------------------------------------ what jobs and systems call


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST", "PUT"])
@never_cache
def ping(request: HttpRequest, uuid: UUID, signal: str = rhythm.SUCCESS) -> HttpResponse:
    """A sign of life by the address alone, as Healthchecks takes them (healthchecks.io/docs/http_api): 200 OK, 404 for an unknown address.

    signal: start, fail, log, success, or the exit status of the job from 0 to 255.
    """
    return _taken(request, queries.by_uuid(uuid), signal)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST", "PUT"])
@never_cache
def ping_by_name(request: HttpRequest, ping_key: str, name: str, signal: str = rhythm.SUCCESS) -> HttpResponse:
    """A sign of life by the key of an integration and the heartbeat's name."""
    accounts.note_former_use(ping_key)
    return _taken(request, queries.by_key_and_name(ping_key, name), signal)


def _taken(request: HttpRequest, row: Heartbeat | None, signal: str) -> HttpResponse:
    if row is None:
        return HttpResponse("not found", status=404, content_type="text/plain")
    status = int(signal) if re.fullmatch(r"\d{1,3}", signal, re.ASCII) else None
    if (status is None and signal not in (rhythm.SUCCESS, rhythm.START, rhythm.FAIL, rhythm.LOG)) or (status or 0) > 255:
        return HttpResponse("invalid url format", status=400, content_type="text/plain")
    kind = signal if status is None else rhythm.FAIL if status else rhythm.SUCCESS
    body = request.read(BODY_BYTES).decode("utf-8", "replace")
    source = f"{request.META.get('REMOTE_ADDR', '')} {request.headers.get('User-Agent', '')}".strip()
    heartbeats.take(row, kind, exit_status=status, body=body, source=source)
    return HttpResponse("OK", content_type="text/plain")


@require_safe
@never_cache
def badge(request: HttpRequest, badge: UUID, kind: str) -> HttpResponse:
    """The state as a small picture or as JSON, for pages of others; the address says nothing of the heartbeat."""
    row = queries.by_badge(badge)
    if row is None:
        raise Http404
    state = queries.state_of(row, clock.now())
    state = "up" if state == "running" else state
    if kind == "json":
        answer: HttpResponse = JsonResponse({"status": state, "name": row.name})
        answer["Access-Control-Allow-Origin"] = "*"
        return answer
    width = 7 * len(row.name[:60]) + 14
    context = {
        "name": row.name[:60],
        "label": LABELS[state],
        "colour": COLOURS[state],
        "width": width,
        "all": width + 56,
        "middle": width // 2,
        "end": width + 28,
    }
    return render(request, "alerts/badge.svg", context, content_type="image/svg+xml")
