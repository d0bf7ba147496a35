"""Who may see and act on alerts."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts.models import Alert, Integration, SavedSearch, Silence
from common.decisions import ALLOWED, Decision
from oncall import permissions as oncall


def visible_to(user: User, alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """The desk sees every alert; nobody else sees any."""
    return alerts if user.has_right("alert.view") else alerts.none()


def within(integration: Integration | None) -> QuerySet[Alert]:
    """The alerts that an integration's key may read and change."""
    if integration is None:
        return Alert.objects.none()
    return Alert.objects.all() if integration.reach == Integration.ALL else Alert.objects.filter(integration=integration)


def silences_within(integration: Integration | None) -> QuerySet[Silence]:
    """The silences that an integration's key reads and changes; for None, a person, all."""
    return Silence.objects.all() if integration is None or integration.reach == Integration.ALL else Silence.objects.filter(integration=integration)


def can_act(user: User | None) -> Decision:
    """Acknowledging, snoozing, closing, assigning, attaching."""
    if user is None or user.has_right("alert.act"):
        return ALLOWED
    return Decision(False, _("You may look at alerts and not act on them: that needs the right alert.act."))


def can_open_incident(user: User | None) -> Decision:
    """Opening an incident from an alert by hand."""
    if user is None or (user.has_right("alert.act") and user.has_right("incident.create")):
        return ALLOWED
    return Decision(False, _("You may not open incidents: that needs the right incident.create."))


def can_change_heartbeats(user: User | None, team: Team | None) -> Decision:
    """A team's heartbeats belong to those of its members who act on alerts; all of them to admins."""
    if user is None or user.has_right("settings.manage"):
        return ALLOWED
    if team is not None and user.has_right("alert.act") and team.pk in user.team_ids:
        return ALLOWED
    return Decision(False, _("The heartbeats of a team belong to its members. Choose a team of yours, or ask an admin."))


def can_configure(user: User | None) -> Decision:
    """Integrations belong to admins."""
    if user is None or user.has_right("settings.manage"):
        return ALLOWED
    return Decision(False, _("Only an admin may change integrations."))


def can_rule(user: User | None, team: Team | int | None) -> Decision:
    """Rules and maintenance of everybody belong to admins, those of a team also to its leads."""
    if user is None or user.has_right("settings.manage"):
        return ALLOWED
    if team is not None and user.has_right("alert.act") and (team if isinstance(team, int) else team.pk) in oncall.leads(user):
        return ALLOWED
    return Decision(False, _("Rules of everybody are changed by admins, those of a team also by its leads. Ask one of them."))


def visible_searches(user: User | None, rows: QuerySet[SavedSearch]) -> QuerySet[SavedSearch]:
    """The own searches, those of the own teams, and shared ones; an admin and (None) an integration's key see all that are not personal."""
    if user is None:
        return rows.exclude(visibility=SavedSearch.PERSONAL)
    if not user.has_right("alert.view"):
        return rows.none()
    seen = Q(visibility=SavedSearch.SHARED) | Q(owner=user) | Q(visibility=SavedSearch.TEAM, team__in=user.team_ids)
    return rows.filter(seen | Q(visibility=SavedSearch.TEAM) if user.has_right("settings.manage") else seen)


def can_save_search(user: User | None, visibility: str, team: Team | None) -> Decision:
    """Whoever sees alerts saves searches for himself and for the own teams; sharing one with all needs the right alert.act."""
    if user is None:
        return ALLOWED
    if not user.has_right("alert.view"):
        return Decision(False, _("You may not see alerts: that needs the right alert.view."))
    if visibility == SavedSearch.SHARED and not user.has_right("alert.act"):
        return Decision(False, _("You may not share a search with everybody: that needs the right alert.act. Keep it for yourself or a team."))
    if visibility == SavedSearch.TEAM and team is not None and team.pk not in user.team_ids and not user.has_right("settings.manage"):
        return Decision(False, _("You may share a search with your own teams only."))
    return ALLOWED


def can_change_search(user: User | None, search: SavedSearch) -> Decision:
    """Its owner may, the team that it is shared with, and an admin; one without an owner belongs to whoever acts on alerts."""
    if user is None or user.has_right("settings.manage"):
        return ALLOWED
    is_of_team = search.visibility == SavedSearch.TEAM and search.team_id in user.team_ids
    if user.has_right("alert.view") and (search.owner_id == user.pk or is_of_team or (search.owner_id is None and user.has_right("alert.act"))):
        return ALLOWED
    return Decision(False, _("Only its owner, its team or an admin may change this search. Save it under a name of your own instead."))
