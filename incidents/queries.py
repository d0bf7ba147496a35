"""Reads of incidents."""

from accounts.models import User
from incidents.models import Incident
from tickets import queries as tickets


def incident_for(user: User, key: str) -> Incident:
    """One incident with its own columns. Raises Http404 when this user may not see it."""
    return Incident.objects.select_related(*tickets.RELATED, "hold_reason").get(pk=tickets.id_for(user, key, kind="incident"))
