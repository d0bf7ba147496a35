"""The page behind the link of a page: what it is, and the one button. Works without a login, on a phone, in the night."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common import errors
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
    if page is None:
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
