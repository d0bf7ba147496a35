"""Reads of accounts."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import ApiToken, Membership, RoleRight, Team, User


def people_for(user: User) -> QuerySet[User]:
    """Whom this person may look up: the desk sees everybody, a requester only himself."""
    people = User.objects.filter(is_active=True)
    return people if user.has_right("desk.access") else people.filter(pk=user.pk)


def teams_for(user: User) -> QuerySet[Team]:
    """The teams, for the desk."""
    return Team.objects.all() if user.has_right("desk.access") else Team.objects.none()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The person's tokens that were not revoked, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).order_by("-id")


def people_with_rights(ids: Iterable[int]) -> list[User]:
    """Active people by id, with their rights and teams, in three queries for all of them."""
    people = list(User.objects.filter(pk__in=list(ids), is_active=True).order_by("pk"))
    rights: dict[int, set[str]] = defaultdict(set)
    for pk, right in RoleRight.objects.filter(role__people__in=people).values_list("role__people", "right"):
        rights[pk].add(right)
    teams: dict[int, set[int]] = defaultdict(set)
    for pk, team in Membership.objects.filter(user__in=people).values_list("user_id", "team_id"):
        teams[pk].add(team)
    for person in people:
        person.rights, person.team_ids = frozenset(rights[person.pk]), frozenset(teams[person.pk])
    return people
