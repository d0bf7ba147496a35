"""The rules of transitions that speak of tickets: who may move one, what must be true of it, what happens with it (FRM-03)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from tickets.models import Comment, Ticket
from workflows import rules


def _only_assignee(ticket: Ticket, user: User) -> str:
    return "" if ticket.assignee_id == user.pk else _("only its assignee may.")


def _only_team(ticket: Ticket, user: User) -> str:
    return "" if ticket.team_id in user.team_ids else _("only members of its team may.")


def _only_owner_team(ticket: Ticket, user: User) -> str:
    return "" if ticket.owner_team_id in user.team_ids else _("only members of the owner team may.")


def _not_reporter(ticket: Ticket, user: User) -> str:
    return _("somebody else than the reporter has to.") if ticket.reporter_id == user.pk else ""


def _not_assignee(ticket: Ticket, user: User) -> str:
    return _("somebody else than the assignee has to.") if ticket.assignee_id == user.pk else ""


def _is_assigned(ticket: Ticket, _user: User | None) -> str:
    return "" if ticket.assignee_id else _("Assign it to somebody first.")


def _has_service(ticket: Ticket, _user: User | None) -> str:
    return "" if ticket.service_id else _("Choose the affected service first.")


def _has_reply(ticket: Ticket, _user: User | None) -> str:
    replies = Comment.objects.filter(ticket_id=ticket.pk, is_internal=False).exclude(author_id=ticket.reporter_id)
    return "" if ticket.reporter_id is None or replies.exists() else _("Write a public reply to the reporter first.")


def _take(ticket: Ticket, user: User | None) -> list[str]:
    if ticket.assignee_id or user is None:
        return []
    ticket.assignee = user
    return ["assignee"]


def _release(ticket: Ticket, _user: User | None) -> list[str]:
    ticket.assignee = None
    return ["assignee"]


def _give_back(ticket: Ticket, _user: User | None) -> list[str]:
    if ticket.owner_team is None or ticket.team_id == ticket.owner_team_id:
        return []
    ticket.team, ticket.assignee = ticket.owner_team, None
    return ["team", "assignee"]


SHIPPED: list[tuple[str, str, Any, Any]] = [
    (rules.CONDITION, "assignee", gettext_lazy("Only the assignee"), _only_assignee),
    (rules.CONDITION, "team", gettext_lazy("Only members of its team"), _only_team),
    (rules.CONDITION, "owner_team", gettext_lazy("Only members of the owner team"), _only_owner_team),
    (rules.CONDITION, "not_reporter", gettext_lazy("Not the reporter"), _not_reporter),
    (rules.CONDITION, "not_assignee", gettext_lazy("Not the assignee (four eyes)"), _not_assignee),
    (rules.VALIDATOR, "assigned", gettext_lazy("It is assigned to somebody"), _is_assigned),
    (rules.VALIDATOR, "service", gettext_lazy("It names a service"), _has_service),
    (rules.VALIDATOR, "replied", gettext_lazy("The reporter has had a public reply"), _has_reply),
    (rules.EFFECT, "take", gettext_lazy("Assign it to who moves it, when nobody has it"), _take),
    (rules.EFFECT, "release", gettext_lazy("Clear the assignee"), _release),
    (rules.EFFECT, "give_back", gettext_lazy("Give it back to the owner team"), _give_back),
]


def register() -> None:
    """Makes the shipped rules known to workflows."""
    for purpose, name, label, run in SHIPPED:
        rules.register(purpose, rules.Rule(name, label, run))
