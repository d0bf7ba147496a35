"""Reads of accounts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Membership, Organisation, RoleRight, Team, User
from accounts.rights import IN_A_TEAM, OPENS_DESK, RIGHTS
from common import paging


def people_for(user: User) -> QuerySet[User]:
    """Whom this person may look up: the desk sees everybody, a requester only himself."""
    people = User.objects.filter(is_active=True)
    return people if user.has_right("desk.access") else people.filter(pk=user.pk)


def teams_for(user: User) -> QuerySet[Team]:
    """The teams, for the desk."""
    return Team.objects.all() if user.has_right("desk.access") else Team.objects.none()


def organisations_for(user: User) -> QuerySet[Organisation]:
    """The organisations: all of them for the desk, the own one for everybody else, who learns there whether colleagues see his requests."""
    rows = Organisation.objects.all()
    return rows if user.has_right("desk.access") else rows.filter(pk__in=[user.organisation_id])


def organisation_for(user: User, pk: int) -> Organisation:
    """One organisation. Raises Http404 when there is none for this person."""
    found = organisations_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def organisations_page(user: User, text: str, *, after: str | None = None, size: int = 50) -> paging.Page[Organisation]:
    """Organisations by a part of the name, each with `people_count`: how many active people belong to it."""
    rows = organisations_for(user).filter(name__icontains=text) if text else organisations_for(user)
    page = paging.page(rows, (paging.Key("name"), paging.Key("id")), after=after, size=size)
    people = User.objects.filter(organisation__in=page.rows, is_active=True).order_by().values_list("organisation").annotate(amount=Count("pk"))
    counted = dict(people)
    for row in page.rows:
        row.people_count = counted.get(row.pk, 0)  # type: ignore[attr-defined]  # shown by the list
    return page


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The person's tokens that were not revoked, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).order_by("-id")


def people_with_rights(ids: Iterable[int]) -> list[User]:
    """Active people by id, with their rights and teams, in three queries for all of them."""
    people = list(User.objects.filter(pk__in=list(ids), is_active=True).order_by("pk"))
    rights: dict[int, set[str]] = defaultdict(set)
    for pk, right in RoleRight.objects.filter(role__people__in=people).values_list("role__people", "right"):
        rights[pk].add(right)
    teams: dict[int, list[tuple[int, str | None]]] = defaultdict(list)
    for pk, team, right in Membership.objects.filter(user__in=people).values_list("user_id", "team_id", "roles__rights__right").distinct():
        teams[pk].append((team, right))
    for person in people:
        person.rights, person.held_in_teams = frozenset(rights[person.pk]), teams[person.pk]
    return people


@dataclass(frozen=True, slots=True)
class InTeam:
    """A role that somebody holds within a team, by their names."""

    role: str
    team: str

    def __str__(self) -> str:
        return _("as %(role)s of team %(team)s") % {"role": self.role, "team": self.team}


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A right of the product, whether a person holds it everywhere, and through what: names of roles, or nothing for a superuser.

    in_teams: the roles that give it for the tickets of a team.
    """

    right: str
    meaning: Any
    is_held: bool
    roles: list[str]
    in_teams: list[InTeam]

    @property
    def reason(self) -> str:
        """Why or why not, as a sentence."""
        if self.roles:
            return _("Through the role %(roles)s.") % {"roles": ", ".join(self.roles)}
        if self.in_teams and not self.is_held:
            return _("For the tickets of a team only: %(roles)s.") % {"roles": as_told(self.in_teams)}
        if self.in_teams and self.right == OPENS_DESK:
            return _("Works for a team: %(roles)s.") % {"roles": as_told(self.in_teams)}
        return _("As a superuser, who holds every right.") if self.is_held else _("No role of this person holds it.")


def rights_of(user: User) -> list[HeldRight]:
    """Every right of the product as this person has it or not, in the order of the product's table."""
    givers: dict[str, list[str]] = {}
    for right, role in RoleRight.objects.filter(role__people=user).order_by("role__name").values_list("right", "role__name"):
        givers.setdefault(right, []).append(role)
    in_teams = _roles_in_teams(user)
    return [
        HeldRight(right, meaning, user.has_right(right), givers.get(right, []) if user.is_active else [], in_teams.get(right, []))
        for right, meaning in RIGHTS.items()
    ]


def _roles_in_teams(user: User) -> dict[str, list[InTeam]]:
    """Right → the roles that this person holds within teams and that give it there."""
    found: dict[str, list[InTeam]] = {}
    rows = Membership.objects.filter(user=user, roles__rights__right__in=IN_A_TEAM).order_by("team__name", "roles__name")
    for right, role, team in rows.values_list("roles__rights__right", "roles__name", "team__name") if user.is_active else ():
        found.setdefault(right, []).append(InTeam(role, team))
    return found


def roles_giving_for(user: User, right: str, team_ids: Iterable[int | None]) -> list[InTeam]:
    """The roles of this person that hold a right within one of these teams."""
    teams = user.teams_with(right) & set(team_ids)
    rows = Membership.objects.filter(user=user, team__in=teams, roles__rights__right=right).order_by("team__name", "roles__name")
    return [InTeam(role, team) for role, team in rows.values_list("roles__name", "team__name")]


def as_told(roles: Iterable[InTeam]) -> str:
    """Roles within teams in words: as Resolver of team Network."""
    return ", ".join(str(role) for role in roles)


def roles_giving(user: User, right: str) -> list[str]:
    """The names of this person's roles that hold a right."""
    return list(user.roles.filter(rights__right=right).order_by("name").values_list("name", flat=True))


def token_of(digest: str, at: datetime) -> ApiToken | None:
    """The token whose text has this digest, or had it before a rotation that is still being followed."""
    known = Q(digest=digest) | Q(former_digest=digest, former_until__gt=at)
    return ApiToken.objects.select_related("user").filter(known).first()
