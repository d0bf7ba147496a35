"""The upkeep of an installation."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from accounts import actions as accounts
from accounts.models import User
from common import clock
from journal.models import Delivery
from services import actions as services
from sla import actions as sla
from tickets.actions import defaults
from workflows import actions as workflows
from workflows.defaults import INCIDENT

KEEP_DELIVERED = timedelta(days=3)
BATCH = 10_000


@transaction.atomic
def install_defaults(*, actor: User | None = None, time_zone: str = "UTC") -> None:
    """What every installation needs before its first ticket: roles, tiers, calendars, the workflow, matrix, goals, categories.

    Makes what is missing and leaves what an admin changed, so it runs at every start.
    """
    accounts.create_default_roles(actor=actor)
    services.create_default_tiers(actor=actor)
    always, business = sla.create_default_calendars(actor=actor, time_zone=time_zone)
    workflows.create_from_plan(INCIDENT, actor=actor)
    defaults.create_defaults(always, business, actor=actor)


def keep_house() -> None:
    """Forgets delivered reactions after three days and sessions that ended."""
    at = clock.now()
    old = Delivery.objects.filter(state=Delivery.DONE, due_at__lt=at - KEEP_DELIVERED).order_by("id").values_list("pk", flat=True)[:BATCH]
    Delivery.objects.filter(pk__in=list(old)).delete()
    Session.objects.filter(expire_date__lt=at).delete()
