"""Why a person can see a ticket, and which of its verbs he may use: the permissions of the desk, told in sentences (PRM-01)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as accounts
from accounts.models import User
from common.decisions import Decision
from tickets import permissions, records
from tickets.models import Admission, Ticket
from workflows import queries as workflows

Asked = Callable[[User, Ticket], Decision]


@dataclass(frozen=True, slots=True)
class Answer:
    """A verb, whether the person may use it on the ticket, and why or why not."""

    verb: str
    label: Any
    is_allowed: bool
    reason: str


def can_merge_now(user: User, ticket: Ticket) -> Decision:
    """The right to merge, on a ticket that has not ended."""
    edit = permissions.can_edit(user, ticket)
    return edit if edit.is_of_state else permissions.can_merge(user, ticket)


def can_confirm_now(user: User, ticket: Ticket) -> Decision:
    """The reporter's word, on a ticket that waits for it."""
    decision = permissions.can_confirm(user, ticket)
    if decision and not records.waits_for_reporter(ticket):
        return Decision(False, _("Nothing waits to be confirmed on %(key)s.") % {"key": ticket.key})
    return decision


VERBS: dict[str, tuple[Any, str, Asked]] = {
    "internal": (gettext_lazy("Read internal notes"), "view", permissions.can_see_internal),
    "edit": (gettext_lazy("Change fields"), "edit", permissions.can_edit),
    "assign": (gettext_lazy("Assign"), "assign", permissions.can_assign),
    "escalate": (gettext_lazy("Escalate"), "assign", permissions.can_escalate),
    "reply": (gettext_lazy("Reply in public"), "reply", permissions.can_reply),
    "note": (gettext_lazy("Write internal notes"), "note", permissions.can_note),
    "link": (gettext_lazy("Link to another record"), "edit", permissions.can_link),
    "merge": (gettext_lazy("Merge into another record"), "close", can_merge_now),
    "confirm": (gettext_lazy("Confirm that it is solved"), "", can_confirm_now),
}


def why_seen(user: User, ticket: Ticket) -> list[str]:
    """Every rule by which this person sees the ticket, each a sentence; empty when there is none. The same rules as permissions.visible_to."""
    view, is_desk = f"{ticket.kind}.view", user.has_right("desk.access")
    teams = permissions.teams_of(ticket)
    sees_kind = user.has_right_for(view, teams)
    concerned = {ticket.team_id, ticket.owner_team_id} & set(user.team_ids)
    admissions = _admissions(user, ticket)
    rules: list[tuple[bool, Callable[[], str]]] = [
        (ticket.reporter_id == user.pk, lambda: _("Reported it.")),
        (is_desk and ticket.assignee_id == user.pk, lambda: _("It is assigned to this person.")),
        (not is_desk and ticket.watches.filter(user=user).exists(), lambda: _("Watches it.")),
        (
            permissions.is_shared_with(user, ticket),
            lambda: _("A colleague reported it, and people of %(organisation)s see each other's requests.") % {"organisation": ticket.organisation},
        ),
        (sees_kind and not ticket.is_restricted, lambda: through(user, view, teams)),
        (sees_kind and ticket.is_restricted and bool(concerned), lambda: _("It is restricted, and this person is in its team.")),
        (
            sees_kind and ticket.is_restricted and user.has_right(f"{ticket.kind}.restricted"),
            lambda: through(user, f"{ticket.kind}.restricted", teams),
        ),
    ]
    return [*(sentence() for holds, sentence in rules if holds), *admissions]


def _admissions(user: User, ticket: Ticket) -> list[str]:
    """Who let the person, or one of his teams, see a restricted ticket."""
    if not ticket.is_restricted:
        return []
    rows = Admission.objects.filter(Q(user=user) | Q(team__in=user.team_ids), ticket_id=ticket.pk).select_related("team", "added_by").order_by("pk")
    return [
        _("It is restricted, and %(who)s added the team %(team)s.") % {"who": row.added_by or "Evenkeel", "team": row.team}
        if row.team
        else _("It is restricted, and %(who)s added this person.") % {"who": row.added_by or "Evenkeel"}
        for row in rows
    ]


def why_unseen(user: User, ticket: Ticket) -> str:
    """What is missing, for somebody who cannot see the ticket."""
    if not user.has_right_for(f"{ticket.kind}.view", permissions.teams_of(ticket)):
        return _("Neither reported it nor holds the right %(right)s.") % {"right": f"{ticket.kind}.view"}
    return _("It is restricted to its team, assignee, reporter and whom somebody added, and this person lacks the right %(right)s.") % {
        "right": f"{ticket.kind}.restricted"
    }


def through(user: User, right: str, teams: Iterable[int | None]) -> str:
    """Where a right comes from, as a sentence: a role of the whole site, one within a team of the ticket, or everything."""
    roles = accounts.roles_giving(user, right)
    if roles:
        return _("Through the right %(right)s of the role %(roles)s.") % {"right": right, "roles": ", ".join(roles)}
    in_teams = accounts.roles_giving_for(user, right, teams)
    if in_teams and not user.is_superuser:
        return _("Through the right %(right)s, %(roles)s.") % {"right": right, "roles": accounts.as_told(in_teams)}
    return _("As a superuser, who holds every right.")


def answers(user: User, ticket: Ticket) -> list[Answer]:
    """Seeing the ticket, its verbs, and each move that its status offers."""
    seen = why_seen(user, ticket)
    first = Answer("view", _("See it"), bool(seen), " ".join(seen) or why_unseen(user, ticket))
    given = [_answer(user, ticket, verb, label, right, decide(user, ticket)) for verb, (label, right, decide) in VERBS.items()]
    given += [
        _answer(user, ticket, move.verb, move.name, move.right, permissions.can_move(user, ticket, move))
        for move in workflows.transitions_from(ticket.status_id)
    ]
    if seen:
        return [first, *given]
    return [first, *(Answer(one.verb, one.label, False, _("Cannot see it.")) for one in given)]


def _answer(user: User, ticket: Ticket, verb: str, label: Any, right: str, decision: Decision) -> Answer:
    """The decision with its reason; a yes says where it comes from."""
    reason = decision.reason
    if decision:
        teams = permissions.teams_of(ticket)
        needed = f"{ticket.kind}.{right}"
        reason = through(user, needed, teams) if right and user.has_right_for(needed, teams) else _("As its reporter.")
    return Answer(verb, label, bool(decision), reason)
