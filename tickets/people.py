"""Who may read what is written on a ticket, as one query: the set-based form of permissions.visible_to and can_see_internal."""

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from accounts.models import User
from tickets.models import Ticket

OFFERED = 8


def readers(ticket: Ticket, *, is_internal: bool) -> QuerySet[User]:
    """The active people who may read a note (is_internal) or a reply on this ticket."""
    desk = _holding(f"{ticket.kind}.view")
    if ticket.is_restricted:
        teams = [team for team in (ticket.team_id, ticket.owner_team_id) if team]
        concerned = Q(pk__in=[pk for pk in (ticket.reporter_id, ticket.assignee_id) if pk]) | Q(teams__in=teams)
        desk &= concerned | _holding(f"{ticket.kind}.restricted")
    found = Q(pk__in=User.objects.filter(desk).values("pk"))
    if not is_internal:
        watching = User.objects.filter(watches__ticket=ticket.pk).exclude(_holding("desk.access"))
        found |= Q(pk=ticket.reporter_id) | Q(pk__in=watching.values("pk"))
    return User.objects.filter(found, is_active=True)


def _holding(right: str) -> Q:
    return Q(is_superuser=True) | Q(pk__in=User.objects.filter(roles__rights__right=right).values("pk"))


def named(ticket: Ticket, text: str, *, is_internal: bool) -> list[User]:
    """At most eight readers whose name or mailbox begins like the text, with `handle`, which mentions them."""
    rows = readers(ticket, is_internal=is_internal).annotate(handle=Substr("email", 1, StrIndex("email", Value("@")) - 1))
    words = text.strip().replace(".", " ").split()
    for word in words:
        rows = rows.filter(Q(name__istartswith=word) | Q(name__icontains=f" {word}") | Q(handle__istartswith=word))
    return list(rows.order_by("name")[:OFFERED])
