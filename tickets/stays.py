"""How long a ticket stood in each status and with each team, read from its journal (INC-30)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team
from journal.models import Entry
from tickets import events
from tickets.models import Ticket

Step = tuple[datetime, Any, Any]


def spent(started_at: datetime, steps: Iterable[Step], last: Any, ended_at: datetime) -> list[tuple[Any, int]]:
    """(place, whole seconds) in the order in which the places were first reached. steps: (at, place before, place after); last: without any."""
    seconds: dict[Any, float] = {}
    since, place = started_at, None
    known = list(steps)
    for at, before, after in known:
        seconds[before] = seconds.get(before, 0) + (at - since).total_seconds()
        since, place = at, after
    final = place if known else last
    seconds[final] = seconds.get(final, 0) + max(0.0, (ended_at - since).total_seconds())
    return [(name, round(amount)) for name, amount in seconds.items()]


def per_status(ticket: Ticket, at: datetime) -> list[tuple[str, int]]:
    """Seconds per status by its name at that time; a closed ticket stands still."""
    rows = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, event=events.TRANSITIONED).order_by("id")
    steps = [(row.at, row.data.get("before", ""), row.data.get("after", "")) for row in rows]
    return spent(ticket.created_at, steps, str(ticket.status.name), ticket.closed_at or at)


def per_team(ticket: Ticket, at: datetime) -> list[tuple[str, int]]:
    """Seconds per team, until it was resolved."""
    rows = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, event__in=[events.ASSIGNED, events.EDITED]).order_by("id")
    moves = [row for row in rows if "team_before" in row.data and row.data["team_before"] != row.data.get("team")]
    steps = [(row.at, row.data["team_before"], row.data.get("team")) for row in moves]
    found = spent(ticket.created_at, steps, ticket.team_id, ticket.resolved_at or at)
    names = dict(Team.objects.filter(pk__in=[pk for pk, _seconds in found if pk]).values_list("pk", "name"))
    return [(names.get(pk, _("No team")), seconds) for pk, seconds in found if seconds or pk]
