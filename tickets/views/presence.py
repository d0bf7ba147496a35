"""Who else has the record open (INC-25): told to the desk alone, and only to whom may see the record."""

import re
from collections.abc import Mapping

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import desk
from accounts.models import User
from common import doorbell, errors, presence
from tickets import queries

PAGE = re.compile(r"[a-z0-9]{4,16}")
GONE = "gone"


@require_http_methods(["GET", "POST"])
@desk.required
def here(request: HttpRequest, key: str) -> HttpResponseBase:
    """GET answers the others as a fragment. POST is a page's heartbeat, or its good-bye; it answers a mark that changes when the others do."""
    user = desk.user_of(request)
    ticket = queries.ticket_for(user, key)
    before = presence.here("ticket", ticket.pk)
    if request.method == "GET":
        return render(request, "tickets/_here.html", _told(before, user))
    page, state = request.POST.get("page", ""), request.POST.get("state", presence.VIEWING)
    if not PAGE.fullmatch(page):
        raise errors.Invalid("page", _("Name the page by 4 to 16 small letters and digits."))
    if state == GONE:
        presence.leave("ticket", ticket.pk, user.pk, page)
    elif state in presence.STATES:
        presence.beat("ticket", ticket.pk, user.pk, page, state)
    else:
        raise errors.Invalid("state", _("Choose one of %(known)s.") % {"known": ", ".join([*presence.STATES, GONE])})
    after = presence.here("ticket", ticket.pk)
    if after != before and not ticket.is_restricted:  # which restricted record is open is nothing for the stream that all hear: heartbeats tell
        doorbell.announce("here", ticket.pk, "here.changed")
    return JsonResponse({"mark": _mark(after, user)})


def _mark(present: Mapping[int, str], user: User) -> str:
    """The others as one word."""
    return ".".join(f"{pk}{state[0]}" for pk, state in sorted(present.items()) if pk != user.pk)


def _told(present: Mapping[int, str], user: User) -> dict[str, object]:
    """The others by name, with what each does."""
    others = {pk: state for pk, state in present.items() if pk != user.pk}
    people = User.objects.filter(pk__in=others, is_active=True).order_by("name") if others else []
    words = {
        presence.VIEWING: _("{name} is viewing"), presence.NOTE: _("{name} is writing a note"), presence.REPLY: _("{name} is writing a reply"),
    }  # fmt: skip
    told = [(person, words[others[person.pk]].format(name=person.name), others[person.pk] != presence.VIEWING) for person in people]
    return {"told": told, "writing": [line for _person, line, is_writing in told if is_writing], "mark": _mark(present, user)}
