"""Organisations of requesters: who belongs to them, what of theirs is open, whether colleagues see each other's requests."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import desk
from accounts import queries as accounts
from accounts.models import Organisation, User
from common import clock, htmx
from common.query.tokens import quoted
from tickets import queries

PEOPLE = 100


@require_safe
@desk.required
def index(request: HttpRequest) -> HttpResponseBase:
    """All organisations by name, with how many people and open records each has."""
    user = desk.user_of(request)
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    page = accounts.organisations_page(user, text, after=request.GET.get("after"))
    open_counts = queries.open_counts_by_organisation(user, [row.pk for row in page.rows])
    shown: list[Any] = page.rows
    for row in shown:
        row.open_count = open_counts.get(row.pk, 0)
    more = f"?{urlencode({'q': text, 'after': page.next_mark})}" if page.next_mark else ""
    context = {"organisations": shown, "text": text, "more_url": more, "admin_url": _admin_url(user)}
    return htmx.page(request, "tickets/organisations.html", "tickets/_organisations.html", context)


@require_safe
@desk.required
def detail(request: HttpRequest, organisation_id: int) -> HttpResponseBase:
    """One organisation: its people and its open records."""
    user = desk.user_of(request)
    organisation = accounts.organisation_for(user, organisation_id)
    rows = queries.open_of_organisation(user, organisation)
    context: dict[str, Any] = {"organisation": organisation, "incidents": rows, "now": clock.now()}
    if request.GET.get("part") == "open":
        return htmx.page(request, "services/_incidents.html", "services/_incidents.html", context)
    people = accounts.people_for(user).filter(organisation=organisation).order_by("name")
    context |= {
        "people": list(people[:PEOPLE]),
        "people_count": people.count(),
        "open_count": queries.open_counts_by_organisation(user, [organisation.pk]).get(organisation.pk, 0),
        "all_url": f"{reverse('tickets:search')}?{urlencode({'jql': f'organisation = {quoted(organisation.name)}'})}",
        "admin_url": _admin_url(user, organisation),
    }
    return htmx.page(request, "tickets/organisation.html", None, context)


def _admin_url(user: User, organisation: Organisation | None = None) -> str:
    """Where an admin adds one or changes this one; empty for everybody else."""
    if not (user.is_staff and user.has_right("settings.manage")):
        return ""
    if organisation is None:
        return reverse("admin:accounts_organisation_add")
    return reverse("admin:accounts_organisation_change", args=[organisation.pk])
