"""Whom a new ticket of a team goes to: strategies by name. Apps above register theirs, such as the person on call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common import clock
from oncall import queries as oncall
from oncall.models import Schedule
from tickets.models import AssignmentRule, Ticket


@dataclass(frozen=True, slots=True)
class Choice:
    """A person, and the reason in words that the timeline keeps."""

    person: User
    reason: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to choose. choose(rule, ticket, candidates) gets the members who are there, by name, and answers one of them, or None."""

    name: str
    label: Any
    choose: Callable[[AssignmentRule, Ticket, Sequence[User]], Choice | None]


_strategies: dict[str, Strategy] = {}


def register(strategy: Strategy) -> None:
    """Adds a strategy; the same name again replaces it."""
    _strategies[strategy.name] = strategy


def get(name: str) -> Strategy | None:
    """The strategy of that name; None when no app offers it."""
    return _strategies.get(name)


def choices() -> list[tuple[str, Any]]:
    """Name and label of every strategy."""
    return [(strategy.name, strategy.label) for strategy in _strategies.values()]


def round_robin(rule: AssignmentRule, ticket: Ticket, candidates: Sequence[User]) -> Choice | None:
    """The next of the team, in the order of names, after whom it went to last."""
    if not candidates:
        return None
    ordered = sorted(candidates, key=lambda person: (person.name, person.pk))
    last = (rule.last_assignee.name, rule.last_assignee.pk) if rule.last_assignee else ("", 0)
    person = next((one for one in ordered if (one.name, one.pk) > last), ordered[0])
    told = (
        _("round robin, next after %(name)s") % {"name": rule.last_assignee.name} if rule.last_assignee else _("round robin, the first of the team")
    )
    return Choice(person, told)


def least_open(rule: AssignmentRule, ticket: Ticket, candidates: Sequence[User]) -> Choice | None:
    """Who has the fewest open tickets; among equals the one whom nothing was assigned to for the longest time."""
    if not candidates:
        return None
    amounts = {person.pk: 0 for person in candidates}
    for pk in Ticket.objects.filter(is_open=True, assignee__in=candidates).values_list("assignee", flat=True):
        amounts[pk] = amounts.get(pk, 0) + 1
    last = rule.last_assignee_id
    person = min(candidates, key=lambda one: (amounts[one.pk], one.pk == last, one.name, one.pk))
    return Choice(person, _("fewest open tickets: %(count)d") % {"count": amounts[person.pk]})


def on_call(rule: AssignmentRule, ticket: Ticket, candidates: Sequence[User]) -> Choice | None:
    """Who is on call in a schedule of the team now, the schedules in order of names."""
    at, there = clock.now(), {person.pk: person for person in candidates}
    for schedule in Schedule.objects.filter(team=rule.team_id, is_enabled=True).order_by("name"):
        person = next((there[one.pk] for one in oncall.people_on_call(schedule, at) if one.pk in there), None)
        if person is not None:
            return Choice(person, _("on call in %(schedule)s") % {"schedule": schedule.name})
    return None


register(Strategy("round_robin", gettext_lazy("Round robin"), round_robin))
register(Strategy("least_open", gettext_lazy("Fewest open tickets"), least_open))
register(Strategy("on_call", gettext_lazy("Who is on call"), on_call))
