"""What filters and menus offer to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from common import links, memo
from services.models import Service
from tickets import permissions, priority, priority_rules, queries
from tickets.models import Ticket
from tickets.models.registers import IMPACTS, PRIORITIES, URGENCIES
from workflows import queries as workflows

KEPT_SECONDS = 20
SHORT = 8


@dataclass(slots=True)
class Option:
    """One line of a menu or one tick of a filter."""

    value: str
    label: str
    is_current: bool = False
    is_on: bool = False
    key: str = ""
    icon: str = ""
    note: str = ""
    user: Any = None
    priority: int | None = None
    form_url: str = ""


@dataclass(slots=True)
class Choice:
    """A filter with its options, or a group of a menu. rest_url: where the rest of a long filter is read when it opens."""

    name: str
    label: str
    options: list[Option] = field(default_factory=list)
    rest_url: str = ""


Pairs = list[tuple[str, str]]


@memo.for_seconds(KEPT_SECONDS)
def _service_pairs() -> Pairs:
    return [(slug, name) for slug, name in Service.objects.order_by("name").values_list("slug", "name")]


@memo.for_seconds(KEPT_SECONDS)
def _status_pairs(kind: str) -> Pairs:
    return [(status.key, str(status.name)) for status in workflows.statuses_of(kind)]


@memo.for_seconds(KEPT_SECONDS)
def _team_pairs() -> Pairs:
    return [(team.slug, team.name) for team in queries.teams()]


@memo.for_seconds(KEPT_SECONDS)
def _people_pairs(kind: str) -> Pairs:
    return [(user.email, user.name) for user in queries.assignable_people(kind)]


def filter_choices(data: Any, kind: str = "incident") -> list[Choice]:
    """The filters of a ticket list: short ones with all their options, long ones with what the request has ticked."""
    return [shortened(known) for known in _all_choices(data, kind)]


def filter_choice(data: Any, name: str, kind: str = "incident") -> Choice | None:
    """One filter with all its options; None when no filter has that name."""
    return next((known for known in _all_choices(data, kind) if known.name == name), None)


def shortened(whole: Choice) -> Choice:
    """The filter as a page carries it: a long one with its ticks alone and the address of the rest."""
    if len(whole.options) <= SHORT:
        return whole
    ticked = [option for option in whole.options if option.is_on]
    return Choice(whole.name, whole.label, ticked, links.to("tickets:filter", whole.name))


def _all_choices(data: Any, kind: str) -> list[Choice]:
    people = [("me", _("Me")), ("none", _("Nobody")), *_people_pairs(kind)]
    offered = [
        ("priority", _("Priority"), [(str(value), str(label)) for value, label in PRIORITIES]),
        ("status", _("Status"), _status_pairs(kind)),
        ("service", _("Service"), _service_pairs()),
        ("team", _("Team"), _team_pairs()),
        ("assignee", _("Assignee"), people),
    ]
    return [choice(name, label, pairs, data.getlist(name)) for name, label, pairs in offered]


def choice(name: str, label: str, pairs: Iterable[tuple[str, str]], ticked: Iterable[str]) -> Choice:
    """A filter from value and label pairs."""
    on = set(ticked)
    return Choice(name, label, [Option(value, text, is_on=value in on) for value, text in pairs])


def common_value(tickets: list[Ticket], column: str) -> Any:
    """What all these tickets share in a column, None when they differ."""
    values = {getattr(ticket, column) for ticket in tickets}
    return values.pop() if len(values) == 1 else None


def people(tickets: list[Ticket], user: User) -> list[Choice]:
    """Whom the tickets can be given to: oneself first, then nobody, then their team, then all."""
    kind = tickets[0].kind if tickets else "incident"
    current = common_value(tickets, "assignee_id")
    teams = {team for ticket in tickets for team in permissions.teams_of(ticket)}
    known = list(queries.assignable_people(kind, teams))
    team = common_value(tickets, "team_id")
    mates = set(User.objects.filter(teams=team).values_list("pk", flat=True)) if team else set()
    quick = [Option("none", _("Nobody"), is_current=current is None and len(tickets) == 1, icon="user-x")]
    if permissions.is_assignable(user, kind, teams):
        quick.insert(0, Option(user.email, _("Me"), is_current=current == user.pk, user=user, note=user.name))
    others = [person for person in known if person.pk != user.pk]
    return [
        Choice("assignee", "", quick),
        Choice("assignee", _("Team"), [_person(one, current) for one in others if one.pk in mates]),
        Choice("assignee", _("Others") if mates else _("People"), [_person(one, current) for one in others if one.pk not in mates]),
    ]


def _person(user: User, current: Any) -> Option:
    return Option(user.email, user.name, is_current=current == user.pk, user=user)


def levels(tickets: list[Ticket]) -> list[Choice]:
    """Urgency and impact, each option with the priority that it would give to a single ticket."""
    matrix = priority_rules.matrix()
    urgency, impact = common_value(tickets, "urgency"), common_value(tickets, "impact")

    def result(row: int | None, column: int | None) -> int | None:
        return priority.compute(matrix, row, column).priority if len(tickets) == 1 else None

    urgencies = [
        Option(str(value), str(label), is_current=urgency == value, key=str(value), priority=result(impact, value)) for value, label in URGENCIES
    ]
    impacts = [
        Option(str(value), str(label), is_current=impact == value, key=str(value + 4), priority=result(value, urgency)) for value, label in IMPACTS
    ]
    return [Choice("urgency", _("Urgency"), urgencies), Choice("impact", _("Impact"), impacts)]


def pairs_menu(name: str, pairs: Iterable[tuple[str, str]], current: str) -> list[Choice]:
    """A plain menu."""
    return [Choice(name, "", [Option(value, label, is_current=value == current) for value, label in pairs])]


def service_pairs() -> Pairs:
    """Short name and name of every service, with the way to have none."""
    return [("none", _("No service")), *_service_pairs()]


def team_pairs() -> Pairs:
    """Short name and name of every team, with the way to have none."""
    return [("none", _("No team")), *_team_pairs()]


def category_pairs(kind: str) -> Pairs:
    """Id and name of every category in use."""
    return [(str(category.pk), str(category)) for category in queries.categories_in_use(kind)]
