"""Who sees a restricted ticket, in a dialog."""

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import desk
from accounts.models import Team, User
from common import errors, htmx
from tickets import permissions, queries, records
from tickets.actions import admitting


@require_http_methods(["GET", "POST"])
@desk.required
def admit(request: HttpRequest, key: str) -> HttpResponseBase:
    """The people and teams who see it beside those it concerns. `?q=` answers whom the words may mean."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    permissions.can_admit(user, ticket).require()
    given = request.POST if request.method == "POST" else request.GET
    is_asked = request.method == "POST" or "q" in given
    people, teams = (_ids(given, "people"), _ids(given, "teams")) if is_asked else (ticket.admitted_people or [], ticket.admitted_teams or [])
    words = given.get("q", "")
    offered_people, offered_teams = records.admission_choices(people, teams, words)
    picker = {"people": offered_people, "teams": offered_teams, "chosen_people": people, "chosen_teams": teams, "words": words}
    if request.method == "GET" and is_asked:
        return render(request, "tickets/_admitted.html", picker)
    version, error = given.get("version", str(ticket.version)), ""
    if request.method == "POST":
        try:
            admitting.admit(
                ticket, actor=user, people=User.objects.filter(pk__in=people), teams=Team.objects.filter(pk__in=teams),
                expected_version=int(version) if version.isdecimal() else None,
            )  # fmt: skip
            return htmx.done(_("{key} saved").format(key=ticket.key))
        except errors.Refused:
            raise
        except errors.DomainError as refusal:
            error, version = refusal.message, str(ticket.version)
    url = reverse("tickets:admit", args=[ticket.key])
    context = {"url": url, "title": _("Who sees {key}").format(key=ticket.key), "version": version, "error": error, **picker}
    return render(request, "tickets/_admit_form.html", context, status=422 if error else 200)


def _ids(given: QueryDict, name: str) -> list[int]:
    return [int(text) for text in given.getlist(name) if text.isascii() and text.isdecimal() and len(text) < 19]
