"""The wallboard: figures and what is about to be late, for a screen on the wall that nobody touches (QUE-07)."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts import desk
from common import htmx
from tickets import queries, saved

MOST, LISTED = 8, 10
SOON = timedelta(hours=4)


@require_safe
@desk.required
def wallboard(request: HttpRequest) -> HttpResponseBase:
    """Big figures of the queues named by `?queue=` (else of the person's sidebar) and the open tickets that are next to miss their SLA."""
    user = desk.user_of(request)
    at = saved.moment(user)
    known = {queue.slug: queue for queue in saved.all_of(user)}
    named = [known[slug] for slug in dict.fromkeys(request.GET.getlist("queue")) if slug in known][:MOST]
    shown: list[Any] = named or [known[slug] for slug in saved.ALWAYS[:1] if slug in known] + saved.sidebar(user)[: MOST - 1]
    figures = saved.counts(user, shown, at)
    for queue in shown:
        queue.figure = figures.get(queue.slug)
    late = queries.tickets_for(user).filter(is_open=True, sla_due_at__lte=at + SOON)
    context = {"queues": shown, "late": queries.page(late, sort="sla", size=LISTED).rows, "now": at}
    return htmx.page(request, "tickets/wallboard.html", "tickets/_wallboard.html", context)
