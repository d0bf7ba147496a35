"""The services that a ticket hits: one primary, which lists sort by, and any number of others (INC-04)."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from common import errors
from services.models import Service
from tickets.models import AffectedService, Ticket

MOST = 50


def all_of(ticket: Ticket) -> list[Service]:
    """The primary service first, then the others by name."""
    others = Service.objects.filter(hits__ticket_id=ticket.pk).select_related("tier", "owner_team").order_by("name") if ticket.pk else []
    return [*([ticket.service] if ticket.service else []), *others]


def worst_impact(services: Iterable[Service]) -> int | None:
    """The impact that the most critical of these services gives by its tier; None without any."""
    return min((service.tier.default_impact for service in services), default=None)


def clean(services: Sequence[Service]) -> list[Service]:
    """Each service once, in the given order. Raises Invalid("services") for too many."""
    once = list({service.pk: service for service in services}.values())
    if len(once) > MOST:
        raise errors.Invalid("services", _("A ticket has at most %(most)d services.") % {"most": MOST})
    return once


def sorted_behind_first(services: Sequence[Service]) -> list[Service]:
    """The primary service and then the others in one order, so that two choices can be compared."""
    return [*services[:1], *sorted(services[1:], key=lambda service: (service.name, service.pk))]


def settle(ticket: Ticket, services: Sequence[Service] | None) -> set[str]:
    """Makes the first of the services the primary one and the rest the others; answers which of the two columns changed.

    None: the primary one was changed alone, so it leaves the others; without a primary one the first of the others takes its place.
    The caller saves the ticket.
    """
    before = ticket.service
    if services is None:
        others = [service for service in all_of(ticket) if ticket.service is None or service.pk != ticket.service.pk]
        services = [*([ticket.service] if ticket.service else []), *others]
    ticket.service = services[0] if services else None
    changed = {"service"} if ticket.service != before else set()
    return changed | ({"other_services"} if store_others(ticket, services[1:]) else set())


def store_others(ticket: Ticket, others: Iterable[Service]) -> bool:
    """Makes these the services beside the primary one; answers whether that changed anything."""
    wanted = {service.pk for service in others if ticket.service is None or service.pk != ticket.service.pk}
    stored = set(AffectedService.objects.filter(ticket_id=ticket.pk).values_list("service_id", flat=True))
    AffectedService.objects.filter(ticket_id=ticket.pk, service_id__in=stored - wanted).delete()
    AffectedService.objects.bulk_create(AffectedService(ticket_id=ticket.pk, service_id=pk) for pk in sorted(wanted - stored))
    return wanted != stored
