"""What a person may do, and why he can or cannot see or do something with one ticket (PRM-01)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import desk
from accounts import permissions as accounts
from accounts import queries as people
from accounts.models import User
from tickets import queries, sight


@login_required
@never_cache
@require_safe
def rights(request: HttpRequest, user_id: int) -> HttpResponse:
    """The rights of a person with the roles they come from; `?ticket=` answers for one ticket. Others than admins see their own page only."""
    user = desk.user_of(request)
    person = get_object_or_404(User.objects.select_related("organisation"), pk=user_id)
    if not accounts.can_see_rights(user, person):
        raise Http404
    key = request.GET.get("ticket", "").strip()[:24]
    asked: dict[str, Any] = {"key": key, "answers": [], "ticket": None, "error": ""}
    if key:
        try:
            asked["ticket"] = queries.ticket_for(user, key)
            asked["answers"] = sight.answers(person, asked["ticket"])
        except Http404:
            asked["error"] = _("There is no record %(key)s, or you may not see it.") % {"key": key}
    context = {
        "person": person, "is_own": person == user, "rights": people.rights_of(person), "roles": list(person.roles.order_by("name")),
        "memberships": list(person.memberships.select_related("team").prefetch_related("roles").order_by("team__name")), **asked,
    }  # fmt: skip
    return render(request, "tickets/rights.html", context, status=422 if asked["error"] else 200)
