"""What people do with a comment, and what helps to write one: editing, history, canned replies, names (INC-21); pins and hidden lines (INC-22)."""

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from common import clock, errors, htmx
from tickets import canned as texts
from tickets import forms, people, permissions, queries
from tickets.actions import curating, rewording
from tickets.models import Comment, Ticket

PUBLIC = "public"


def _comment(user: User, ticket: Ticket, pk: int) -> Comment:
    """A comment that this person may read. Raises Http404 otherwise."""
    row = queries.comments_for(user, ticket).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "POST"])
@desk.required
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """The text of an own comment, in a dialog."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    row = _comment(user, ticket, pk)
    permissions.can_edit_comment(user, ticket, row, clock.now()).require()
    initial = {"body": row.body, "seen": rewording.mark_of(row)}
    form = forms.CommentForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            rewording.edit_comment(ticket, actor=user, comment=row, body=form.cleaned_data["body"], expected_edit=form.cleaned_data["seen"])
            return htmx.done(_("Comment saved"))
        except errors.Invalid as error:
            forms.take_error(form, error)
        except errors.Conflict as error:
            form.add_error(None, error.message)
    url = reverse("tickets:edit_comment", args=[ticket.key, row.pk])
    title = _("Edit your note") if row.is_internal else _("Edit your reply")
    return htmx.dialog(request, form, url=url, title=title, action=_("Save"))


@require_safe
@desk.required
def history(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """What a comment says and said before, in a dialog."""
    user = desk.user_of(request)
    row = _comment(user, queries.ticket_for(user, key), pk)
    return render(request, "tickets/_comment_history.html", {"comment": row, "former": list(row.revisions.all()), "now": clock.now()})


@require_safe
@desk.required
def canned(request: HttpRequest, key: str) -> HttpResponseBase:
    """The canned replies that fit, filled in for this ticket, as a menu that puts one into the composer."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    is_internal = request.GET.get("audience") != PUBLIC
    (permissions.can_note if is_internal else permissions.can_reply)(user, ticket).require()
    return render(request, "tickets/_canned.html", {"replies": texts.offered(user, ticket, is_internal=is_internal)})


@require_safe
@desk.required
def names(request: HttpRequest, key: str) -> HttpResponseBase:
    """Who can be mentioned, as JSON: people who may read a note or a reply on this ticket."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_see_internal(user, ticket).require()
    is_internal = request.GET.get("audience") != PUBLIC
    found = people.named(ticket, request.GET.get("q", "").replace("\0", "")[:80], is_internal=is_internal)
    return JsonResponse({"people": [{"handle": person.handle, "name": person.name} for person in found]})  # type: ignore[attr-defined]  # annotated


VERBS = {"pin": curating.pin, "unpin": curating.unpin, "hide": curating.hide, "show": curating.show}


@require_POST
@desk.required
def mark(request: HttpRequest, key: str, entry: int, verb: str) -> HttpResponseBase:
    """Pins a line of the timeline or hides it, and back."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    row = next((one for one in queries.timeline(user, ticket) if one.pk == entry), None)
    if verb not in VERBS or row is None:
        raise Http404
    VERBS[verb](ticket, actor=user, entry=row)
    told = {"pin": _("Pinned to the review"), "unpin": _("No longer pinned"), "hide": _("Hidden"), "show": _("Shown again")}
    return htmx.done(told[verb])
