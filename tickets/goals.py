"""Which goal holds for which ticket: the first by position whose query matches, for each metric."""

import logging
import re
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common.query.errors import QueryError
from tickets import queries
from tickets.models import Goal, Metric, Ticket

log = logging.getLogger(__name__)

BY_PRIORITY = re.compile(r"\s*priority\s*(?:=\s*P?([1-5])|in\s*\(([P\d\s,]+)\))\s*", re.IGNORECASE)
BY_ASKER = re.compile(r"\bcurrentUser\s*\(", re.IGNORECASE)

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
    """The ids of those tickets that a goal's query matches. A query that can no longer be read matches nothing, and the log says so."""
    levels = priorities_of(goal.query)
    if levels is not None:
        return [ticket.pk for ticket in tickets if ticket.priority in levels]
    if not tickets:
        return []
    try:
        return _found(goal.query, [ticket.pk for ticket in tickets])
    except QueryError as error:
        log.error("sla goal cannot be read goal=%s query=%r: %s", goal.pk, goal.query, error.message)
        return []


def _found(query: str, ids: Sequence[int]) -> list[int]:
    return list(Ticket.objects.filter(pk__in=ids).filter(_condition(query)).values_list("pk", flat=True).distinct())


def _condition(query: str) -> Q:
    """What a query means for the house itself, which sees everything and is nobody. Raises QueryError."""
    return queries.compiled(User(name="Evenkeel", is_superuser=True, time_zone="UTC"), query).condition


def priorities_of(query: str) -> set[int] | None:
    """The priorities that a query is about when it is about nothing else; all of them for an empty one, None for any other query."""
    if not query.strip():
        return {1, 2, 3, 4, 5}
    match = BY_PRIORITY.fullmatch(query)
    if match is None:
        return None
    return {int(level) for level in re.findall(r"[1-5]", match.group(1) or match.group(2))}


def problem(query: str) -> str:
    """What is wrong with a goal's query and where, nothing when it can be used."""
    if priorities_of(query) is not None:
        return ""
    if BY_ASKER.search(query):
        return _("A goal is asked for by nobody: leave out currentUser().")
    try:
        _found(query, [0])
    except QueryError as error:
        return _("Column %(position)d: %(message)s") % {"position": error.position, "message": error.message}
    return ""


def gaps(kind: str) -> dict[str, list[int]]:
    """Name of each metric in use → priorities for which it surely has no goal, because every priority needs one (SLA-02).

    Goals that ask for more than the priority do not count: they may match nothing.
    """
    covered: dict[str, set[int]] = {metric.name: set() for metric in Metric.objects.filter(kind=kind, is_active=True)}
    for goal in goals_of(kind):
        covered[goal.metric.name] |= priorities_of(goal.query) or set()
    return {name: sorted({1, 2, 3, 4, 5} - levels) for name, levels in covered.items()}
