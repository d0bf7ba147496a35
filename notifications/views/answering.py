"""Answering a page: the banner in the product, and the page behind the signed link, which works without a login, on a phone, in the night."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from common import clock, errors, htmx
from notifications import links, queries
from notifications.actions import answering


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, signed: str) -> HttpResponse:
    """GET shows, POST acknowledges as the person to whom the page went; opening the link, as mail scanners do, changes nothing."""
    try:
        named = links.read(signed)
    except (links.Expired, links.Forged) as error:
        is_old = isinstance(error, links.Expired)
        return render(request, "notifications/answer_over.html", {"is_old": is_old}, status=410 if is_old else 404)
    page, message = queries.page_of(named.page), queries.message_of(named.message)
    if page is None or not page.user.is_active:
        return render(request, "notifications/answer_over.html", {"is_old": True}, status=410)
    told = answering.told_of(message) if message is not None else [page]
    problem = ""
    if request.method == "POST":
        try:
            answering.acknowledge_all(told or [page], actor=page.user, via=message.channel if message is not None else "link", message=message)
            return redirect("notifications:answer", signed)
        except errors.DomainError as error:
            problem = error.message
    context = {"page": page, "others": [one for one in told if one.pk != page.pk], "problem": problem, "signed": signed}
    return render(request, "notifications/answer.html", context, status=409 if problem else 200)


@require_safe
@desk.required
def banner(request: HttpRequest) -> HttpResponseBase:
    """What waits for this person's answer, on every page of the product; that he saw it is the receipt of the banner."""
    user = desk.user_of(request)
    pages = queries.open_pages(user)
    answering.seen(pages, actor=user)
    is_quiet = answering.is_quiet(user)
    context = {"pages": pages, "sounds": [page.pk for page in pages if page.urgency == "important" or not is_quiet], "now": clock.now()}
    return render(request, "notifications/_banner.html", context)


@require_POST
@desk.required
def acknowledge(request: HttpRequest, page: int) -> HttpResponseBase:
    """The button of the banner."""
    user = desk.user_of(request)
    row = queries.open_page_for(user, page)
    try:
        answering.acknowledge(row, actor=user, via="app", message=queries.banner_message(row))
    except errors.DomainError as error:
        return htmx.toast(HttpResponse(status=204), error.message, tone="error")
    return htmx.done(_("Acknowledged")) if getattr(request, "htmx", False) else redirect("notifications:reach")
