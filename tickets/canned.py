"""Canned replies as the composer offers them."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from tickets import placeholders
from tickets.models import CannedReply, Ticket


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply, filled in for one ticket."""

    name: str
    text: str


def offered(user: User, ticket: Ticket, *, is_internal: bool) -> list[Offered]:
    """Those for this kind of ticket and audience that are shared or of a team of this person, by name."""
    audience = CannedReply.INTERNAL if is_internal else CannedReply.PUBLIC
    rows = CannedReply.objects.filter(
        Q(team__isnull=True) | Q(team__in=user.team_ids),
        kind__in=["", ticket.kind],
        audience__in=[CannedReply.ANY, audience],
        retired_at__isnull=True,
    )
    return [Offered(row.name, placeholders.filled(row.body, ticket, user)) for row in rows]
