"""Which goal holds for which ticket: the first by position whose query matches, for each metric."""

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from tickets.models import Goal, Metric, Ticket

BY_PRIORITY = re.compile(r"\s*priority\s*(?:=\s*P?([1-5])|in\s*\(([P\d\s,]+)\))\s*", re.IGNORECASE)

Chosen = dict[int, dict[str, Goal]]


def goals_of(kind: str) -> list[Goal]:
    """The goals of a kind's metrics that are in use, in the order in which they are tried."""
    goals = Goal.objects.filter(metric__kind=kind, metric__is_active=True).select_related("metric", "calendar")
    return list(goals.order_by("metric__position", "metric_id", "position", "id"))


def chosen(tickets: Sequence[Ticket]) -> Chosen:
    """Ticket id → metric → the goal that holds now. Tickets that no goal of a metric matches have none there."""
    found: Chosen = {ticket.pk: {} for ticket in tickets}
    for kind in {ticket.kind for ticket in tickets}:
        mine = [ticket for ticket in tickets if ticket.kind == kind]
        for goal in goals_of(kind):
            undecided = [ticket for ticket in mine if goal.metric.slug not in found[ticket.pk]]
            for pk in _matching(goal, undecided):
                found[pk][goal.metric.slug] = goal
    return found


def _matching(goal: Goal, tickets: Sequence[Ticket]) -> Iterable[int]:
    """The ids of those tickets that a goal's query matches."""
    levels = priorities_of(goal.query)
    if levels is not None:
        return [ticket.pk for ticket in tickets if ticket.priority in levels]
    return []


def priorities_of(query: str) -> set[int] | None:
    """The priorities that a query is about when it is about nothing else; all of them for an empty one, None for any other query."""
    if not query.strip():
        return {1, 2, 3, 4, 5}
    match = BY_PRIORITY.fullmatch(query)
    if match is None:
        return None
    return {int(level) for level in re.findall(r"[1-5]", match.group(1) or match.group(2))}


def problem(query: str) -> str:
    """What is wrong with a goal's query, nothing when it can be used."""
    return "" if priorities_of(query) is not None else _("Write for example: priority = P1, or priority in (P1, P2).")


def gaps(kind: str) -> dict[str, list[int]]:
    """Name of each metric in use → priorities for which it surely has no goal, because every priority needs one (SLA-02).

    Goals that ask for more than the priority do not count: they may match nothing.
    """
    covered: dict[str, set[int]] = {metric.name: set() for metric in Metric.objects.filter(kind=kind, is_active=True)}
    for goal in goals_of(kind):
        covered[goal.metric.name] |= priorities_of(goal.query) or set()
    return {name: sorted({1, 2, 3, 4, 5} - levels) for name, levels in covered.items()}
