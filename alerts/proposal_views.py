"""What a person answers to a proposed incident."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import desk
from alerts import proposal_queries
from alerts.actions import proposals
from common import htmx


@require_POST
@desk.required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """accept, dismiss or restore."""
    user = desk.user_of(request)
    proposal = proposal_queries.proposal_for(user, pk)
    if verb == "accept":
        incident = proposals.accept(proposal, actor=user)
        return htmx.done(_("{key} opened: {title}").format(key=incident.key, title=incident.summary))
    if verb == "dismiss":
        proposals.dismiss(proposal, actor=user)
        return htmx.done(_("Proposal dismissed"), undo=reverse("alerts:act_on_proposal", args=[pk, "restore"]))
    if verb != "restore":
        raise Http404
    proposals.restore(proposal, actor=user)
    return htmx.done(_("Proposed again"))
