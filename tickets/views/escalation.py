"""Handing a record to the next level of support, and what its way has cost so far."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import desk
from common import clock, errors, htmx
from tickets import forms, permissions, queries, stays
from tickets.actions import escalation
from tickets.models import Handover


@require_http_methods(["GET", "POST"])
@desk.required
def escalate(request: HttpRequest, key: str) -> HttpResponseBase:
    """The hand-over to another team or level, in a dialog."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_escalate(user, ticket).require()
    initial = {"level": min(ticket.support_level + 1, 3)}
    form = forms.EscalateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            escalation.escalate(ticket, actor=user, **form.cleaned_data)
            team, level = form.cleaned_data["to_team"], form.cleaned_data["level"]
            return htmx.done(_("{key} escalated to L{level}, {team}").format(key=ticket.key, level=level, team=team.name))
        except errors.Invalid as error:
            forms.take_error(form, error)
    return htmx.dialog(
        request, form, url=reverse("tickets:escalate", args=[ticket.key]), title=_("Escalate {key}").format(key=ticket.key), action=_("Escalate")
    )


@require_safe
@desk.required
def counters(request: HttpRequest, key: str) -> HttpResponseBase:
    """The panel of a record with its counters, its time per status and team, and its hand-overs."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    if not permissions.can_see_internal(user, ticket):
        raise Http404
    at = clock.now()
    hops = Handover.objects.filter(ticket_id=ticket.pk).select_related("from_team", "to_team", "actor")
    context = {
        "ticket": ticket, "statuses": stays.per_status(ticket, at), "teams": stays.per_team(ticket, at), "hops": hops, "now": at,
    }  # fmt: skip
    return render(request, "tickets/_counters.html", context)
