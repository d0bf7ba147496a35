"""What higher floors know of a service: tickets register how to read it, so that services need not import them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from services.models import Service


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read the tickets of services for a user.

    counts(user, ids) → {service id: (open tickets, worst priority)}; open_tickets(user, service) → rows as lists show them;
    resolved(user, service) → how many were resolved in the last 30 days.
    """

    counts: Callable[[Any, list[int]], Mapping[int, tuple[int, int]]]
    open_tickets: Callable[[Any, Service], list[Any]]
    resolved: Callable[[Any, Service], int]


_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Names the one reader of tickets."""
    _readers[:] = [reader]


def with_counts(user: Any, services: list[Service]) -> list[Service]:
    """The services with `open_count` and `worst_priority`."""
    counts = _readers[0].counts(user, [service.pk for service in services]) if _readers else {}
    for service in services:
        amount, worst = counts.get(service.pk, (0, 5))
        service.open_count, service.worst_priority = amount, worst  # type: ignore[attr-defined]  # shown by the list
    return services


def open_tickets(user: Any, service: Service) -> list[Any]:
    """The open tickets of a service, the most urgent first."""
    return _readers[0].open_tickets(user, service) if _readers else []


def resolved_count(user: Any, service: Service) -> int:
    """How many tickets were resolved in the last 30 days."""
    return _readers[0].resolved(user, service) if _readers else 0


def health(tickets: list[Any]) -> tuple[Any, str]:
    """A word and its tone for what is open: P1 an outage, P2 degraded, anything else operational."""
    worst = min((ticket.priority for ticket in tickets), default=5)
    if worst == 1:
        return _("P1 open"), "danger"
    if worst == 2:
        return _("P2 open"), "warn"
    return _("Operational"), "done"
