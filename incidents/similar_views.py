"""The panel of an incident that reads like another one."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import desk
from common import clock, htmx
from incidents import actions, queries, similar
from tickets import permissions

TOLD = {"accept": _("Linked under {key}"), "refuse": _("Kept apart from {key}"), "undo": _("Taken back")}


@require_safe
@desk.required
def panel(request: HttpRequest, key: str) -> HttpResponseBase:
    """What was found, why, and what can be done about it."""
    user = desk.user_of(request)
    incident = queries.incident_for(user, key)
    row = similar.told(user, incident)
    verbs = {verb: reverse("incidents:decide_similar", args=[incident.key, verb]) for verb in actions.DECISIONS}
    context = {"row": row, "verbs": verbs, "can_decide": row is not None and bool(permissions.can_link(user, incident)), "now": clock.now()}
    return render(request, "incidents/_similar.html", context)


@require_POST
@desk.required
def decide(request: HttpRequest, key: str, verb: str) -> HttpResponseBase:
    """accept, refuse or undo."""
    user = desk.user_of(request)
    incident = queries.incident_for(user, key)
    if verb not in actions.DECISIONS:
        raise Http404
    row = actions.decide_similar(incident, verb, actor=user)
    undo = reverse("incidents:decide_similar", args=[incident.key, "undo"]) if verb != "undo" else None
    return htmx.done(TOLD[verb].format(key=row.parent.key), undo=undo)
