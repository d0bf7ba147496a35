"""Every write to services."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors
from journal import actions as journal
from journal import registers
from services import events, permissions
from services.models import Dependency, Service, Tier

GRAPH_LOCK = 7203001
LONGEST_DOWN, NOTE_LENGTH = 168, 200

DEFAULT_TIERS = [
    (1, "Tier 1", "An outage hits customers or revenue at once", 1),
    (2, "Tier 2", "Important: a degraded experience or the loss of a feature", 2),
    (3, "Tier 3", "Minor or hard to notice", 3),
    (4, "Tier 4", "No significant effect", 4),
]


@transaction.atomic
def create_default_tiers(*, actor: User | None = None) -> None:
    """Makes the four tiers of a fresh installation; leaves those that exist."""
    for level, name, meaning, impact in DEFAULT_TIERS:
        if not Tier.objects.filter(level=level).exists():
            registers.save(Tier(level=level, name=name, meaning=meaning, default_impact=impact), changed=[], is_new=True, actor=actor)


@transaction.atomic
def create(*, actor: User | None, **columns: Any) -> Service:
    """Adds a service. Raises Refused, or Invalid when the short name or name is taken."""
    permissions.can_manage(actor).require()
    for column in ("slug", "name"):
        if Service.objects.filter(**{f"{column}__iexact": columns[column]}).exists():
            raise errors.Invalid(column, _("Another service has this %(column)s.") % {"column": column})
    service = Service(**columns)
    service.save(force_insert=True)
    journal.record(events.SERVICE_CREATED, service, actor=actor)
    return service


@transaction.atomic
def add_dependency(service: Service, needs: Service, *, actor: User | None) -> Dependency:
    """Notes that `service` needs `needs`. Raises Invalid("needs") when that would close a circle."""
    permissions.can_manage(actor).require()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GRAPH_LOCK])
    known = Dependency.objects.filter(service=service, needs=needs).first()
    if known is not None:
        return known
    require_no_circle(service, needs)
    link = Dependency.objects.create(service=service, needs=needs)
    journal.record(events.DEPENDENCY_ADDED, service, actor=actor, name=needs.name, needs=needs.pk)
    return link


def require_no_circle(service: Service, needs: Service) -> None:
    """Raises Invalid("needs") when `needs` is the service itself or already depends on it, however far."""
    if service.pk == needs.pk:
        raise errors.Invalid("needs", _("A service cannot need itself."))
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE below(id) AS (
                 SELECT needs_id FROM services_dependency WHERE service_id = %s
                 UNION SELECT d.needs_id FROM services_dependency d JOIN below b ON d.service_id = b.id)
               SELECT 1 FROM below WHERE id = %s LIMIT 1""",
            [needs.pk, service.pk],
        )
        if cursor.fetchone():
            message = _("%(needs)s already depends on %(service)s: that would be a circle. Remove the other dependency first.")
            raise errors.Invalid("needs", message % {"needs": needs.name, "service": service.name})


@transaction.atomic
def remove_dependency(link: Dependency, *, actor: User | None) -> None:
    """Removes a dependency."""
    permissions.can_manage(actor).require()
    service, name = link.service, link.needs.name
    deleted, _rows = Dependency.objects.filter(pk=link.pk).delete()
    if deleted:
        journal.record(events.DEPENDENCY_REMOVED, service, actor=actor, name=name)


@transaction.atomic
def declare_down(service: Service, *, actor: User | None, hours: int, note: str = "") -> Service:
    """Says that a service is down for `hours` (1 to 168) from now: new alerts of services that need it wait. Said again it holds from now. Raises Refused, Invalid."""
    permissions.can_declare(actor).require()
    if not 1 <= hours <= LONGEST_DOWN:
        raise errors.Invalid("hours", _("Declare it down for 1 to %(most)d hours.") % {"most": LONGEST_DOWN})
    at, locked = clock.now(), Service.objects.select_for_update().get(pk=service.pk)
    note = " ".join(note.split())[:NOTE_LENGTH]
    locked.down_since = locked.down_since if locked.is_declared_down(at) else at
    locked.down_until, locked.down_note = at + timedelta(hours=hours), note
    locked.save(update_fields=["down_since", "down_until", "down_note"])
    journal.record(events.DECLARED_DOWN, locked, actor=actor, at=at, until=f"{locked.down_until:%Y-%m-%d %H:%M} UTC", note=note or "–")
    return locked


@transaction.atomic
def declare_up(service: Service, *, actor: User | None) -> Service:
    """Says that it is up again: what waits for it is paged two minutes later, if it is still open. Raises Refused."""
    permissions.can_declare(actor).require()
    at, locked = clock.now(), Service.objects.select_for_update().get(pk=service.pk)
    if not locked.is_declared_down(at):
        return locked
    locked.down_until = at
    locked.save(update_fields=["down_until"])
    journal.record(events.DECLARED_UP, locked, actor=actor, at=at)
    return locked
