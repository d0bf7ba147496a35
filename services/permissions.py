"""Who may see and change services."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from common.decisions import ALLOWED, Decision
from services.models import Service, Tier


def can_manage(user: User | None) -> Decision:
    """Services are configured by admins; the system (seed, discovery) may too."""
    if user is None or user.has_right("settings.manage"):
        return ALLOWED
    return Decision(False, _("Only an admin may change services."))


def can_declare(user: User | None) -> Decision:
    """Whoever works on alerts may say that a service is down or up; so may the system."""
    if user is None or user.has_right("alert.act"):
        return ALLOWED
    return Decision(False, _("You may not say that a service is down: that needs the right alert.act."))


def visible_to(user: User, services: QuerySet[Service]) -> QuerySet[Service]:
    """Everybody on the desk sees every service."""
    return services if user.has_right("service.view") else services.none()


def visible_tiers(user: User) -> QuerySet[Tier]:
    """Tiers are seen by who sees services."""
    return Tier.objects.all() if user.has_right("service.view") else Tier.objects.none()
