"""The priority matrix and the rules that are in force, read from the registers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from services.models import Service
from sla import clock as hours
from tickets import priority
from tickets.models import PriorityCell, PriorityModifier, Ticket


def matrix() -> priority.Matrix:
    """The priority matrix that is in force."""
    return {(impact, urgency): level for impact, urgency, level in PriorityCell.objects.values_list("impact", "urgency", "priority")}


@dataclass(frozen=True, slots=True)
class Rules:
    """The matrix and the rules that are in force, read once for many tickets."""

    matrix: priority.Matrix
    modifiers: tuple[tuple[priority.Modifier, hours.Hours | None], ...]

    def compute(
        self, impact: int | None, urgency: int | None, *, reporter: User | None, service: Service | None, reported_at: datetime
    ) -> priority.Computed:
        """The priority with the rules that apply to this reporter, service and time."""
        applied = [
            rule
            for rule, calendar in self.modifiers
            if rule.applies(
                is_vip=reporter is not None and reporter.is_vip,
                tier=service.tier_id if service else None,
                is_inside=calendar is None or hours.elapsed(calendar, reported_at, [], reported_at + timedelta(seconds=1)) > timedelta(),
            )
        ]
        return priority.compute(self.matrix, impact, urgency, applied)

    def of(self, ticket: Ticket) -> priority.Computed:
        """The priority that a ticket has by computation, whatever somebody set by hand."""
        return self.compute(ticket.impact, ticket.urgency, reporter=ticket.reporter, service=ticket.service, reported_at=ticket.reported_at)


def rules(kind: str, cells: priority.Matrix | None = None) -> Rules:
    """What is in force for a kind of ticket; `cells` looks at another matrix instead."""
    rows = (
        PriorityModifier.objects.filter(kind=kind, is_enabled=True)
        .select_related("calendar")
        .prefetch_related("calendar__openings", "calendar__holidays")
    )
    return Rules(cells or matrix(), tuple((_modifier(row), row.calendar.hours if row.calendar else None) for row in rows))


def _modifier(row: PriorityModifier) -> priority.Modifier:
    inside = {PriorityModifier.INSIDE: True, PriorityModifier.OUTSIDE: False}.get(row.hours)
    return priority.Modifier(row.name, row.levels, row.is_for_vip, row.tier, inside)
