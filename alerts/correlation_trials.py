"""What correlation rules would have made of the alerts of the last day (ALR-16). Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from alerts import correlation, permissions, rulebook
from alerts.actions import correlating
from alerts.correlation import Board, Bundle
from alerts.models import Alert, AlertRule

SPAN, MOST, SHOWN = timedelta(hours=24), 5_000, 5
RELATED = ("service__tier", "service__owner_team", "integration__team", "team", "owner")


@dataclass(frozen=True, slots=True)
class Made:
    """What a rule would have put together once. first: its first alert. title: what its incident would be called."""

    title: str
    first: Alert
    size: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one rule. total: how often it would have been met, and by how many alerts; waited: alerts that would have waited in vain."""

    rule: AlertRule
    made: Sequence[Made]
    total: int
    alerts: int
    waited: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.made)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of each rule, each by itself. looked: at how many alerts, the newest. is_cut: the day had more."""

    rules: Sequence[Tried]
    looked: int
    is_cut: bool


def try_out(user: User, rules: Sequence[AlertRule], at: datetime) -> Trial:
    """Asks rules, saved or not, on or off, about the alerts of the last day as they stand now."""
    rows = permissions.visible_to(user, Alert.objects.filter(first_occurred_at__gte=at - SPAN)).select_related(*RELATED)
    found = list(rows.defer("payload", "decisions", "links").order_by("-id")[: MOST + 1])
    alerts = found[:MOST]
    return Trial([_tried(rule, alerts) for rule in rules], len(alerts), len(found) > MOST)


def _tried(row: AlertRule, alerts: Sequence[Alert]) -> Tried:
    rule, entry, board = correlating.rule_of(row), rulebook.entry(row), Board()
    concerned = [one for one in alerts if row.team_id in (None, rulebook.team_id(one))]
    bundles: dict[int, Bundle] = {}
    gathered: dict[int, list[Alert]] = {}
    for alert, look in correlation.looks(concerned, lambda one: [rule] if correlating.may_fit(entry, one, one.first_occurred_at) else []):
        bundle = board.place(alert, look).bundle
        bundles[id(bundle)] = bundle
        gathered.setdefault(id(bundle), []).append(alert)
    made, waited = [], 0
    for key, bundle in bundles.items():
        members = [one for one in gathered[key] if correlation.belongs(one, bundle)] if bundle.state != correlation.WAITING else []
        waited += len(gathered[key]) - len(members)
        if members:
            made.append(Made(correlating.titled(rule, members, len(members)), members[0], len(members)))
    return Tried(row, made[-SHOWN:][::-1], len(made), sum(one.size for one in made), waited)
