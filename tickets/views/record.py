"""What people do on the page of one record, whatever its kind."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from accounts.models import User
from common import errors, htmx
from tickets import downloads, forms, permissions, queries, screen_forms
from tickets.actions import conversation, editing
from tickets.actions.comparing import Overwritten
from tickets.models import Ticket
from tickets.views import comparing


@require_http_methods(["GET", "POST"])
@desk.required
def edit(request: HttpRequest, key: str) -> HttpResponseBase:
    """The texts of a record, in a dialog. Somebody was faster with the same field: 409 with a comparison, and nothing typed is lost."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_edit(user, ticket).require()
    form = screen_forms.EditForm(request.POST if request.method == "POST" else None, user=user, ticket=ticket)
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted(but=comparing.left_to_them(request))
        try:
            editing.edit(ticket, actor=user, expected_version=form.cleaned_data["version"], **wanted)
            return htmx.done(_("{key} saved").format(key=ticket.key))
        except errors.Invalid as error:
            forms.take_error(form, error)
        except Overwritten as told:
            return comparing.dialog(request, ticket, told, user=user, controls=form.controls)
    return htmx.dialog(request, form, url=reverse("tickets:edit", args=[ticket.key]), title=_("Edit {key}").format(key=ticket.key), action=_("Save"))


@require_POST
@desk.required
def comment(request: HttpRequest, key: str) -> HttpResponseBase:
    """A note or a reply, with files. The composer comes back empty, or with the text and what is wrong with it."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    is_internal = request.POST.get("audience") != "public"
    body, files = request.POST.get("body", ""), request.FILES.getlist("files")
    try:
        conversation.comment_with_files(ticket, actor=user, body=body, is_internal=is_internal, uploads=files)
    except errors.Invalid as error:
        return render(request, "tickets/_composer.html", composer(ticket, user, is_internal=is_internal, body=body, error=error.message), status=422)
    response = render(request, "tickets/_composer.html", composer(ticket, user, is_internal=is_internal))
    return htmx.toast(response, _("Note added") if is_internal else _("Reply sent"), refresh=True)


def composer(ticket: Ticket, user: User, *, is_internal: bool = True, body: str = "", error: str = "") -> dict[str, object]:
    """What the composer's template needs."""
    can = {"note": bool(permissions.can_note(user, ticket)), "reply": bool(permissions.can_reply(user, ticket))}
    is_internal = is_internal and can["note"]
    closed = permissions.can_reply(user, ticket)
    return {
        "closed": closed.reason if closed.is_of_state else "",
        "ticket": ticket, "can": can, "is_internal": is_internal, "audience": "internal" if is_internal else "public", "body": body, "error": error,
        "comment_url": reverse("tickets:comment", args=[ticket.key]),
        "canned_url": reverse("tickets:canned", args=[ticket.key]),
        "file_bytes": settings.ATTACHMENT_MAX_BYTES,
        "people_url": reverse("tickets:people", args=[ticket.key]),
    }  # fmt: skip


@require_POST
@desk.required
def watch(request: HttpRequest, key: str) -> HttpResponseBase:
    """Begins or ends watching."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    is_watching = ticket.watches.filter(user=user).exists()
    if is_watching:
        conversation.unwatch(ticket, actor=user)
    else:
        conversation.watch(ticket, actor=user)
    context = {"is_watching": not is_watching, "watcher_count": ticket.watches.count(), "watch_url": reverse("tickets:watch", args=[ticket.key])}
    return render(request, "tickets/_watch_form.html", context)


@require_POST
@desk.required
def take(request: HttpRequest, key: str) -> HttpResponseBase:
    """Assigns the record to the person."""
    user = desk.user_of(request)
    ticket = editing.assign(queries.ticket_for(user, key), actor=user, assignee=user)
    return htmx.done(_("{key} is yours").format(key=ticket.key))


@require_safe
@desk.required
def download(request: HttpRequest, key: str, attachment: int) -> HttpResponseBase:
    """A file of the record."""
    user = desk.user_of(request)
    return downloads.download(user, queries.ticket_for(user, key), attachment)


@require_safe
@desk.required
def picture(request: HttpRequest, key: str, attachment: int) -> HttpResponseBase:
    """A small picture of a file that is an image."""
    user = desk.user_of(request)
    return downloads.picture(user, queries.ticket_for(user, key), attachment)
