"""The screen of SLA clocks: why they show what they show."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import desk
from common import clock
from tickets import explaining, permissions, queries


@require_safe
@desk.required
def explain(request: HttpRequest, key: str) -> HttpResponseBase:
    """Every stretch of every clock of a ticket with its reason, for the dialog."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_see_internal(user, ticket).require()
    at = clock.now()
    context = {"title": _("SLA of %(key)s") % {"key": ticket.key}, "explanations": explaining.explain(ticket, at), "now": at}
    return render(request, "tickets/_sla.html", context)
