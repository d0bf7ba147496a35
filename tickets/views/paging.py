"""Who is called for a record: the panel on its page, calling by hand, answering."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from common import clock, errors, htmx
from tickets import calling, forms, permissions, queries
from tickets.actions import paging
from tickets.models import Responder


@require_safe
@desk.required
def panel(request: HttpRequest, key: str) -> HttpResponseBase:
    """Who is being called, who was asked and what they said, with the verbs."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    if not permissions.can_see_internal(user, ticket):
        raise Http404
    context = {
        "runs": calling.runs_of(ticket), "asked": calling.responders_of(ticket, user), "now": clock.now(), "ticket": ticket,
        "page_url": reverse("tickets:page", args=[ticket.key]) if permissions.can_page(user, ticket) else "",
        "acknowledge_url": reverse("tickets:acknowledge", args=[ticket.key]) if calling.may_acknowledge(ticket, user) else "",
    }  # fmt: skip
    return render(request, "tickets/_calling.html", context)


@require_http_methods(["GET", "POST"])
@desk.required
def page(request: HttpRequest, key: str) -> HttpResponseBase:
    """Calls a team, or people, in a dialog."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_page(user, ticket).require()
    form = forms.PageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        team, people = form.cleaned_data["team"], list(form.cleaned_data["people"])
        try:
            paging.call(ticket, actor=user, team=team, people=people, message=form.cleaned_data["message"])
            return htmx.done(_("{names} paged").format(names=", ".join([*([team.name] if team else []), *(one.name for one in people)])))
        except errors.Invalid as error:
            forms.take_error(form, error)
    return htmx.dialog(
        request, form, url=reverse("tickets:page", args=[ticket.key]), title=_("Page for {key}").format(key=ticket.key), action=_("Page")
    )


@require_POST
@desk.required
def acknowledge(request: HttpRequest, key: str) -> HttpResponseBase:
    """Somebody has it: nobody else is called."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    paging.acknowledge(ticket, actor=user)
    return htmx.done(_("{key} acknowledged, nobody else is called").format(key=ticket.key))


@require_POST
@desk.required
def answer(request: HttpRequest, key: str, pk: int, verb: str) -> HttpResponseBase:
    """Who was asked comes, or cannot: accept or decline."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    if verb not in ("accept", "decline"):
        raise Http404
    responder = get_object_or_404(Responder, pk=pk, ticket=ticket.pk, user=user)
    paging.answer(responder, actor=user, accepts=verb == "accept")
    return htmx.done(_("You come to help") if verb == "accept" else _("You cannot come"))
