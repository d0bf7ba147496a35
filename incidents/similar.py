"""Which open incident of the same service a new one reads like (INC-14)."""

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from common import likeness
from incidents.models import Incident, SimilarIncident
from tickets import queries as tickets
from tickets.models import Link, Ticket

WINDOW = timedelta(hours=2)
THRESHOLD = 0.6
MOST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """An open incident that reads like another: how much, and how many minutes before it came."""

    incident: Incident
    likeness: float
    minutes: int


def nearest(incident: Incident) -> Found | None:
    """The open incident of the same service and of the two hours before that reads most like this one; of a child its parent."""
    rows = Ticket.objects.filter(kind="incident", is_open=True, is_restricted=False, service=incident.service, pk__lt=incident.pk)
    recent = rows.filter(created_at__gte=incident.created_at - WINDOW).order_by("-pk").values_list("pk", "summary")[:MOST]
    own = likeness.masked(incident.summary)
    scored = [(round(likeness.of(own, likeness.masked(summary)), 4), -pk) for pk, summary in recent]
    best, negative = max(scored, default=(0.0, 0))
    if best < THRESHOLD:
        return None
    found = Incident.objects.in_bulk([_top(-negative)]).popitem()[1]
    if not found.is_open or found.is_restricted:
        return None
    return Found(found, best, int((incident.created_at - found.created_at).total_seconds() // 60))


def _top(pk: int) -> int:
    """The parent of an incident, itself when it has none: children stand side by side."""
    return Link.objects.filter(target_id=pk, relation="parent", source__kind="incident").values_list("source_id", flat=True).first() or pk


def told(user: User, incident: Incident) -> SimilarIncident | None:
    """What was found for an incident, when this user may see the other one."""
    row = SimilarIncident.objects.filter(child=incident).select_related("parent__status", "decided_by").first()
    return row if row is not None and tickets.tickets_for(user).filter(pk=row.parent_id).exists() else None
