"""Who may see and do what with tickets. Rights carry the kind in front: resolving an incident needs `incident.resolve`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation, Team, User
from common.decisions import ALLOWED, Decision
from tickets import kinds
from tickets.models import Comment, Queue, Ticket
from workflows import rules
from workflows.models import Transition

NONE = Q(pk__in=[])
COMMENT_EDIT_WITHIN = timedelta(minutes=15)


def visible_to(user: User, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets this person may see: the desk its kinds or those of the teams it works for, everybody the own ones, and what colleagues share.

    Restricted ones only who is concerned or was let in.
    """
    is_desk = user.has_right("desk.access")
    own = Q(reporter=user) | Q(assignee=user) if is_desk else Q(reporter=user) | Q(watches__user=user) | shared(user)
    own |= admitted(user) | in_teams(user)
    seen = seen_kinds(user)
    unveiled = [name for name in seen if user.has_right(f"{name}.restricted")]
    if not seen:
        return tickets.filter(own) if is_desk else tickets.filter(own).distinct()
    if len(unveiled) == len(seen) == len(kinds.all_kinds()):
        return tickets
    concerned = own | Q(team__in=user.team_ids) | Q(owner_team__in=user.team_ids) | Q(kind__in=unveiled)
    if len(seen) == len(kinds.all_kinds()):
        return tickets.filter(Q(is_restricted=False) | concerned)
    return tickets.filter(own | (Q(kind__in=seen) & (Q(is_restricted=False) | concerned)))


def in_teams(user: User, prefix: str = "") -> Q:
    """The tickets that a role within a team lets this person see with their internal side, restricted ones too: he is a member of the team.

    prefix: the way to the ticket, such as "ticket__". Empty for everybody who holds no such role.
    """
    told = NONE
    for kind in kinds.all_kinds():
        teams = sorted(user.teams_with(f"{kind.name}.view"))
        if teams and not user.has_right(f"{kind.name}.view"):
            told |= Q(**{f"{prefix}kind": kind.name}) & (Q(**{f"{prefix}team__in": teams}) | Q(**{f"{prefix}owner_team__in": teams}))
    return told


def shared(user: User) -> Q:
    """What people of the requester's organisation reported, where its people see each other's requests; never a restricted ticket."""
    if user.organisation_id is None or not user.is_active:
        return NONE
    sharing = Organisation.objects.filter(pk=user.organisation_id, shares_requests=True)
    return Q(organisation__in=sharing.values("pk"), is_restricted=False)


def sharing_organisation(user: User) -> Organisation | None:
    """The organisation of a requester when its people see each other's requests."""
    if user.organisation is None or not user.organisation.shares_requests or not user.is_active or user.has_right("desk.access"):
        return None
    return user.organisation


def is_shared_with(user: User, ticket: Ticket) -> bool:
    """The same for one ticket: whether its organisation lets this colleague read it."""
    return not ticket.is_restricted and ticket.organisation_id is not None and ticket.organisation == sharing_organisation(user)


def admitted(user: User) -> Q:
    """Restricted tickets that somebody lets this person or one of his teams see (INC-28)."""
    listed = Q(admitted_people__contains=[user.pk])
    if user.team_ids:
        listed |= Q(admitted_teams__overlap=sorted(user.team_ids))
    return Q(is_restricted=True) & listed


def can_admit(user: User | None, ticket: Ticket) -> Decision:
    """Letting others see a restricted ticket: who may change it."""
    return can_edit(user, ticket)


def seen_kinds(user: User) -> list[str]:
    """The kinds of which this person sees every ticket that is not restricted, with its internal side, whatever its team."""
    return [kind.name for kind in kinds.all_kinds() if user.has_right(f"{kind.name}.view")]


def internal_side(user: User, prefix: str = "") -> Q | None:
    """Tickets whose internal side this person may read, among those he sees; None when it is that of all. prefix: the way to the ticket."""
    seen = seen_kinds(user)
    return None if len(seen) == len(kinds.all_kinds()) else Q(**{f"{prefix}kind__in": seen}) | in_teams(user, prefix)


def teams_of(ticket: Ticket) -> tuple[int | None, int | None]:
    """The teams whose roles count for a ticket: the one that works on it and the one that owns it."""
    return ticket.team_id, ticket.owner_team_id


def holds(user: User, ticket: Ticket, verb: str) -> bool:
    """Whether this person has the right to a verb on this ticket: by a role of the whole site, or by one within the ticket's team."""
    return user.has_right_for(f"{ticket.kind}.{verb}", teams_of(ticket))


def _decide(user: User | None, ticket: Ticket, verb: str, wish: str) -> Decision:
    if user is None or holds(user, ticket, verb):
        return ALLOWED
    return Decision(False, _("You may not %(wish)s: that needs the right %(right)s.") % {"wish": wish, "right": f"{ticket.kind}.{verb}"})


def _unless_closed(user: User | None, ticket: Ticket, decision: Decision) -> Decision:
    """The decision, unless the ticket is closed: then no, with the remedy. Where it was merged is told to who may see that."""
    if not decision or ticket.closed_at is None:
        return decision
    if ticket.merged_into_id is None:
        message = (
            _("%(key)s is closed. Reopen it first.")
            if ticket.can_reopen
            else _("%(key)s is closed and stays as it is. Report it anew if it comes back.")
        )
        return Decision(False, message % {"key": ticket.key}, is_of_state=True)
    into = ticket.merged_into
    if into is None or not can_see(user, into):
        return Decision(False, _("%(key)s was merged into another ticket and stays as it is.") % {"key": ticket.key}, is_of_state=True)
    message = _("%(key)s was merged into %(other)s. Go on there.")
    return Decision(False, message % {"key": ticket.key, "other": into.key}, is_of_state=True)


def _unless_merged(user: User | None, ticket: Ticket, decision: Decision) -> Decision:
    return decision if ticket.merged_into_id is None else _unless_closed(user, ticket, decision)


def can_edit(user: User | None, ticket: Ticket) -> Decision:
    """Changing fields; a closed ticket stays as it is."""
    return _unless_closed(user, ticket, _decide(user, ticket, "edit", _("change this ticket")))


def can_see(user: User | None, ticket: Ticket) -> Decision:
    """Knowing that the ticket exists; the system sees everything. Only what the record itself does not tell is asked of the database."""
    if (
        user is None
        or (not ticket.is_restricted and ticket.kind in seen_kinds(user))
        or visible_to(user, Ticket.objects.filter(pk=ticket.pk)).exists()
    ):
        return ALLOWED
    return Decision(False, _("There is no such ticket, or you may not see it."))


def can_relate(user: User | None, ticket: Ticket) -> Decision:
    """Seeing it and changing it, whatever its state: what both ends of a merge ask."""
    seen = can_see(user, ticket)
    return _decide(user, ticket, "edit", _("link %(key)s") % {"key": ticket.key}) if seen else seen


def can_link(user: User | None, ticket: Ticket) -> Decision:
    """Relating it to another ticket, while it is not closed. Asked of both ends."""
    return _unless_closed(user, ticket, can_relate(user, ticket))


def can_finish(user: User | None, ticket: Ticket, owner_id: int | None) -> Decision:
    """Ticking a task off: its owner may, and whoever may change the ticket."""
    is_owner = user is not None and owner_id == user.pk and ticket.closed_at is None and bool(can_see(user, ticket))
    return ALLOWED if is_owner else can_edit(user, ticket)


def can_assign(user: User | None, ticket: Ticket) -> Decision:
    """Giving it to a team or a person; a closed ticket stays as it is."""
    return _unless_closed(user, ticket, _decide(user, ticket, "assign", _("assign this ticket")))


def can_transition(user: User | None, ticket: Ticket, right: str, name: str) -> Decision:
    """Moving it along its workflow; `right` is what the transition asks for."""
    return _decide(user, ticket, right, _("use “%(name)s”") % {"name": name})


def can_confirm(user: User | None, ticket: Ticket) -> Decision:
    """Saying whether it is solved: its reporter."""
    if user is not None and user.is_active and ticket.reporter_id == user.pk:
        return ALLOWED
    return Decision(False, _("Only who reported it can say whether it is solved."))


def can_merge(user: User | None, ticket: Ticket) -> Decision:
    """Ending it as a duplicate of another ticket: that closes it, so it needs the right to close besides the one to edit."""
    decision = can_relate(user, ticket)
    return _decide(user, ticket, "close", _("merge this ticket")) if decision else decision


def can_escalate(user: User | None, ticket: Ticket) -> Decision:
    """Handing it over to another level of support, while it is open."""
    if not ticket.is_open:
        return Decision(False, _("%(key)s is done. Reopen it first.") % {"key": ticket.key})
    return _decide(user, ticket, "assign", _("escalate this ticket"))


def can_page(user: User | None, ticket: Ticket) -> Decision:
    """Calling people for it by hand, and answering for all who are called, while it is open."""
    if not ticket.is_open:
        return Decision(False, _("%(key)s is done. Reopen it first.") % {"key": ticket.key})
    return _decide(user, ticket, "assign", _("call people for this ticket"))


def can_acknowledge(user: User | None, ticket: Ticket, *, is_paged: bool) -> Decision:
    """Answering for all who are called: whoever was paged himself, and whoever may work on it."""
    return ALLOWED if is_paged else _decide(user, ticket, "progress", _("acknowledge this ticket"))


def can_move(user: User | None, ticket: Ticket, move: Transition) -> Decision:
    """The right that a transition asks for, and its conditions; the reason names the one that fails. The system may always."""
    decision = _unless_merged(user, ticket, can_transition(user, ticket, move.right, move.name))
    if user is None or not decision:
        return decision
    for rule in rules.named(rules.CONDITION, move.conditions):
        wrong = rule.run(ticket, user)
        if wrong:
            return Decision(False, _("You may not use “%(name)s”: %(why)s") % {"name": move.name, "why": wrong})
    return ALLOWED


def can_note(user: User | None, ticket: Ticket) -> Decision:
    """Writing an internal note, also on a closed ticket; not on one that was merged."""
    return _unless_merged(user, ticket, _decide(user, ticket, "note", _("write internal notes here")))


def can_reply(user: User | None, ticket: Ticket) -> Decision:
    """Writing in public: the desk with the right, and the reporter on the own ticket, while it is not closed."""
    is_own = user is not None and ticket.reporter_id == user.pk
    return _unless_closed(user, ticket, ALLOWED if is_own else _decide(user, ticket, "reply", _("reply here")))


def can_edit_comment(user: User | None, ticket: Ticket, comment: Comment, at: datetime) -> Decision:
    """Changing the words of a comment: its author, for some minutes or with the right to moderate. Its audience never changes."""
    if user is None or comment.author_id != user.pk:
        return Decision(False, _("Only who wrote a comment can edit it."))
    decision = can_note(user, ticket) if comment.is_internal else can_reply(user, ticket)
    if not decision or at - comment.created_at <= COMMENT_EDIT_WITHIN:
        return decision
    return _decide(user, ticket, "moderate", _("edit a comment after %(n)d minutes") % {"n": COMMENT_EDIT_WITHIN.total_seconds() // 60})


def can_pin(user: User | None, ticket: Ticket) -> Decision:
    """Pinning a line of the timeline to the review: whoever writes notes."""
    return _decide(user, ticket, "note", _("pin lines of the timeline"))


def can_hide(user: User | None, ticket: Ticket) -> Decision:
    """Hiding a line of the timeline, showing it again, and reading what is hidden."""
    return _decide(user, ticket, "moderate", _("hide lines of the timeline"))


def can_see_internal(user: User | None, ticket: Ticket) -> Decision:
    """Reading internal notes and internal events."""
    return _decide(user, ticket, "view", _("read internal notes"))


def can_watch(user: User, ticket: Ticket) -> Decision:
    """Hearing of a ticket. To watch lets a requester see it for good, so whom a list or the organisation lets read does not make himself a watcher."""
    seen = can_see(user, ticket)
    if not seen or user.has_right("desk.access") or ticket.reporter_id == user.pk or ticket.watches.filter(user=user).exists():
        return seen
    return Decision(False, _("Only its reporter and the desk can watch %(key)s.") % {"key": ticket.key})


def can_create(user: User | None, kind: str, reporter: User | None, teams: Iterable[int | None] = ()) -> Decision:
    """Raising a ticket: everybody for himself, with the right also for somebody else. teams: whose ticket it becomes."""
    if user is None or user.has_right_for(f"{kind}.create", teams) or (reporter is not None and reporter.pk == user.pk):
        return ALLOWED
    return Decision(False, _only_own_teams(user, kind) or _("You may raise tickets for yourself only."))


def can_log(user: User, kind: str) -> Decision:
    """Opening the desk's own form for a new ticket."""
    if user.has_right_somewhere(f"{kind}.create"):
        return ALLOWED
    return Decision(False, _("You may not log tickets for others: that needs the right %(right)s.") % {"right": f"{kind}.create"})


def can_triage(user: User | None, kind: str, teams: Iterable[int | None] = ()) -> Decision:
    """Giving a new ticket an impact, further services, a category, labels, a team or an assignee: the desk does, a requester does not."""
    if user is None or user.has_right_for(f"{kind}.create", teams):
        return ALLOWED
    return Decision(False, _only_own_teams(user, kind) or _("The service desk sets impact, category, labels, team and assignee. Leave them out."))


def _only_own_teams(user: User, kind: str) -> str:
    """What to say to somebody who logs tickets for some teams and gave this one to none of them."""
    return _("You log tickets for your team only: choose it, or a service of it.") if user.teams_with(f"{kind}.create") else ""


def is_assignable(user: User, kind: str, teams: Iterable[int | None]) -> bool:
    """Whether a ticket of this kind that belongs to these teams can be given to this person."""
    return user.is_active and user.has_right_for(f"{kind}.progress", teams)


def visible_queues(user: User, rows: QuerySet[Queue]) -> QuerySet[Queue]:
    """The own queues, those of the own teams, and shared ones; an admin sees all that are not personal."""
    mine = Q(visibility=Queue.SHARED) | Q(visibility=Queue.PERSONAL, owner=user) | Q(visibility=Queue.TEAM, team__in=user.team_ids)
    if user.has_right("settings.manage"):
        mine |= Q(visibility=Queue.TEAM)
    return rows.filter(mine)


def can_save_queue(user: User, visibility: str, team: Team | None) -> Decision:
    """Everybody on the desk saves queues for himself and for the own teams; sharing one with all needs the right queue.share."""
    if not user.has_right("desk.access"):
        return Decision(False, _("Queues belong to the desk."))
    if visibility == Queue.SHARED and not user.has_right("queue.share"):
        return Decision(False, _("You may not share a queue with everybody: that needs the right %(right)s.") % {"right": "queue.share"})
    if visibility == Queue.TEAM and team is not None and team.pk not in user.team_ids and not user.has_right("settings.manage"):
        return Decision(False, _("You may share a queue with your own teams only."))
    return ALLOWED


def can_change_queue(user: User | None, queue: Queue) -> Decision:
    """Its owner may, and an admin; queues that ship are an admin's."""
    if user is None or user.has_right("settings.manage") or (queue.owner_id == user.pk and not queue.is_shipped):
        return ALLOWED
    return Decision(False, _("Only its owner or an admin may change this queue."))
