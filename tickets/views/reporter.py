"""The reporter's own page, reached by the signed link of a mail and without a login. GET changes nothing; only the public side is ever shown."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import clock, errors
from tickets import downloads, invitations, queries, records
from tickets.actions import confirmation, conversation
from tickets.models import ReporterLink

View = Callable[..., HttpResponseBase]


def by_link(view: View) -> View:
    """Decorator: gives the view the link behind the token; what is wrong with it is told on a page of its own. Nothing is cached or indexed."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **more: Any) -> HttpResponseBase:
        try:
            link = invitations.read(token)
            with timezone.override(ZoneInfo(link.user.time_zone) if link else None):
                response = view(request, link, token=token, **more) if link else _over(request, 404)
        except invitations.Gone:
            response = _over(request, 410)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return answer


def _is_known(token: str) -> bool:
    try:
        return invitations.read(token) is not None
    except invitations.Gone:
        return True


def to_post(view: View) -> View:
    """Decorator: the view takes POST. The address stands in the browser when a form was refused: opened again, it leads back to the page."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **more: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and _is_known(token):
            return redirect("tickets:reporter", token)
        return require_POST(view)(request, token=token, **more)

    return answer


def _over(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "tickets/reporter_over.html", {"is_old": status == 410}, status=status)


def _page(request: HttpRequest, link: ReporterLink, token: str, status: int = 200, **more: Any) -> HttpResponse:
    ticket = link.ticket
    context = {
        "ticket": ticket, "link": link, "token": token, "now": clock.now(), "entries": queries.timeline(link.user, ticket, only_public=True),
        "files": records.public_files(ticket), "can_answer": records.waits_for_reporter(ticket) and link.answer is None,
        "can_write": ticket.closed_at is None, **more,
    }  # fmt: skip
    return render(request, "tickets/reporter.html", context, status=status)


@require_safe
@by_link
def show(request: HttpRequest, link: ReporterLink, token: str) -> HttpResponseBase:
    """What happened, as far as the reporter may know, with the ways to answer."""
    return _page(request, link, token)


def _done(request: HttpRequest, token: str, message: str) -> HttpResponseBase:
    messages.success(request, message)
    return redirect("tickets:reporter", token)


@to_post
@by_link
def reply(request: HttpRequest, link: ReporterLink, token: str) -> HttpResponseBase:
    """A public comment of the reporter, with files."""
    body = request.POST.get("body", "")
    try:
        if link.ticket.closed_at is not None:
            raise errors.Conflict(_("%(key)s is closed. Report it anew if it comes back.") % {"key": link.ticket.key})
        conversation.comment_with_files(link.ticket, actor=link.user, body=body, is_internal=False, uploads=request.FILES.getlist("files"))
    except errors.Invalid as error:
        return _page(request, link, token, 422, error=error.message, body=body)
    except errors.DomainError as error:
        return _page(request, link, token, 409, problem=error.message)
    return _done(request, token, _("Your reply was sent"))


@to_post
@by_link
def confirm(request: HttpRequest, link: ReporterLink, token: str) -> HttpResponseBase:
    """It is solved."""
    try:
        confirmation.confirm(link.ticket, actor=link.user, link=link)
    except errors.DomainError as error:
        return _page(request, link, token, 409, problem=error.message)
    return _done(request, token, _("Thank you, it is closed now"))


@to_post
@by_link
def reject(request: HttpRequest, link: ReporterLink, token: str) -> HttpResponseBase:
    """It is not solved, and why."""
    reason = request.POST.get("reason", "")
    try:
        confirmation.reject(link.ticket, actor=link.user, reason=reason, link=link)
    except errors.Invalid as error:
        return _page(request, link, token, 422, reason_error=error.message, reason=reason)
    except errors.DomainError as error:
        return _page(request, link, token, 409, problem=error.message)
    return _done(request, token, _("Work goes on"))


@require_safe
@by_link
def download(request: HttpRequest, link: ReporterLink, token: str, attachment: int) -> HttpResponseBase:
    """A public file."""
    return downloads.download_of(records.public_files(link.ticket), attachment)
