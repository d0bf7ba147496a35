"""Reads of incidents."""

from accounts.models import User
from incidents.models import Incident
from tickets import queries as tickets


def incident_for(user: User, key: str) -> Incident:
    """One incident with its own columns. Raises Http404 when this user may not see it."""
    ticket = tickets.ticket_for(user, key, kind="incident")
    related = ("status", "service__tier", "category__parent", "team", "owner_team", "assignee", "reporter", "resolution", "organisation")
    return Incident.objects.select_related(*related).get(pk=ticket.pk)
