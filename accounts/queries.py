"""Reads of accounts."""

from django.db.models import QuerySet

from accounts.models import ApiToken, Team, User


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
