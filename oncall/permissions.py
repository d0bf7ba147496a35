"""Who may see schedules, who may change them, and who may stand in for whom."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, User
from common.decisions import ALLOWED, Decision
from oncall.models import CoverRequest, Override, Schedule


def visible_to(user: User, schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Everybody with oncall.view sees every schedule: whoever needs help must know whom to ask."""
    return schedules if user.has_right("oncall.view") else schedules.none()


def leads(user: User) -> frozenset[int]:
    """The ids of the teams that this person leads; read once per object."""
    known: frozenset[int] | None = getattr(user, "_led_team_ids", None)
    if known is None:
        known = frozenset(Membership.objects.filter(user=user, is_lead=True).values_list("team_id", flat=True))
        user._led_team_ids = known  # type: ignore[attr-defined]
    return known


def can_manage(user: User | None, team: Team | int) -> Decision:
    """A team's schedules and policies belong to its leads, and to who holds oncall.manage; the system may always."""
    team_id = team if isinstance(team, int) else team.pk
    if user is None or user.has_right("oncall.manage") or (user.has_right("oncall.view") and team_id in leads(user)):
        return ALLOWED
    return Decision(False, _("Only the leads of the team and who manages on-call may change this. Ask one of them."))


def managed_teams(user: User) -> QuerySet[Team]:
    """The teams whose schedules and policies this person may change, by name."""
    rows = Team.objects.order_by("name")
    return rows if user.has_right("oncall.manage") else rows.filter(pk__in=leads(user) if user.has_right("oncall.view") else [])


def can_override(user: User | None, schedule: Schedule, who: User | Team | None) -> Decision:
    """Members of the team may take over themselves; leads may put anybody on call."""
    if can_manage(user, schedule.team_id):
        return ALLOWED
    if user is not None and user.has_right("oncall.cover") and user == who and schedule.team_id in user.team_ids:
        return ALLOWED
    return Decision(False, _("You may take over yourself in the schedules of your own teams. Ask a lead of the team to put somebody else on call."))


def can_cancel(user: User | None, override: Override) -> Decision:
    """Whoever made an override, whom it puts on call, and the leads may cancel it."""
    if can_manage(user, override.schedule.team_id):
        return ALLOWED
    if user is not None and user.has_right("oncall.cover") and user.pk in (override.user_id, override.created_by_id):
        return ALLOWED
    return Decision(False, _("Only who made the override, the person on call by it, and the leads of the team may cancel it."))


def can_ask(user: User, schedule: Schedule) -> Decision:
    """Whoever works on call may ask for cover of his own time; it must be his, which the action checks."""
    return ALLOWED if user.has_right("oncall.cover") else Decision(False, _("You need the right to take over and ask for cover."))


def can_subscribe(user: User) -> Decision:
    """Whoever sees schedules may have them in his calendar."""
    return ALLOWED if user.has_right("oncall.view") else Decision(False, _("You need the right to see on-call schedules."))


def can_be_away(user: User | None) -> Decision:
    """Whoever works on call may say when he is away; the system reads his calendar."""
    return ALLOWED if user is None or user.has_right("oncall.cover") else Decision(False, _("You need the right to take over and ask for cover."))


def can_note(user: User, schedule: Schedule) -> Decision:
    """Who works for the schedule's team on call, and its leads, leave notes for the next one."""
    if (user.has_right("oncall.cover") and schedule.team_id in user.team_ids) or can_manage(user, schedule.team_id):
        return ALLOWED
    return Decision(False, _("Only members of the team leave notes for who is on call next."))


def can_answer(user: User, request: CoverRequest) -> Decision:
    """The person who was asked, or any member of the team when nobody was named; never the one who asks."""
    if not user.has_right("oncall.cover"):
        return Decision(False, _("You need the right to take over and ask for cover."))
    if user.pk == request.asker_id:
        return Decision(False, _("You asked yourself. Somebody else has to take it; you can withdraw the request."))
    if request.asked_id == user.pk or (request.asked_id is None and user.pk and request.schedule.team_id in user.team_ids):
        return ALLOWED
    return Decision(False, _("Somebody else was asked.") if request.asked_id else _("Members of the team were asked. You are not one of them."))
