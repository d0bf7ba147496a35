"""The rules of a moment, read once for a whole batch of alerts."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from alerts import conditions, labels, queries, times, windows
from alerts.models import Alert, AlertRule, LookupTable, Maintenance, Silence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule, ready to be asked."""

    rule: AlertRule
    conditions: conditions.Conditions
    times: times.Times

    def fits(self, facts: Mapping[str, Any], at: datetime) -> bool:
        """Whether it means such an alert at such an instant."""
        return self.times.fits(at) and self.conditions.fits(facts)


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance that is under way. services: only these, empty for all."""

    row: Maintenance
    ends_at: datetime
    conditions: conditions.Conditions
    services: frozenset[int]

    def fits(self, alert: Alert, facts: Mapping[str, Any]) -> bool:
        """Whether an alert is kept quiet by it."""
        if self.row.team_id is not None and self.row.team_id != team_id(alert):
            return False
        return (not self.services or alert.service_id in self.services) and self.conditions.fits(facts)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an alert is quiet, and until when."""

    stage: str
    name: str
    until: datetime
    is_review: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """What keeps alerts quiet at a moment, beside what was decided about single ones."""

    silences: Sequence[Silence]
    windows: Sequence[Window]

    @property
    def is_empty(self) -> bool:
        """Nothing does."""
        return not self.silences and not self.windows

    def reasons(self, alert: Alert, at: datetime) -> list[Reason]:
        """Why an alert is quiet."""
        found = (
            [Reason("silence", one.comment or str(_matchers(one)), one.ends_at) for one in queries.silences_of(alert, self.silences)]
            if self.silences
            else []
        )
        if self.windows:
            facts = conditions.facts_of(alert)
            fitting = [one for one in self.windows if one.fits(alert, facts)]
            found += [Reason("maintenance", one.row.name, one.ends_at, one.row.mode == Maintenance.REVIEW) for one in fitting]
        if alert.held_by_id is not None or alert.held_for_id is not None:
            found.append(Reason("topology", "", Alert.FOREVER))
        if alert.flapping_until is not None:
            found.append(Reason("flapping", "", Alert.FOREVER))
        if alert.held_until is not None and alert.held_until > at:
            found.append(Reason("rule", "", alert.held_until))
        return found

    def until(self, alert: Alert, at: datetime) -> datetime | None:
        """Until when an alert is quiet; None when it is not. What a person released stays loud."""
        if alert.plan.get("released"):
            return None
        return max((one.until for one in self.reasons(alert, at)), default=None)


def _matchers(silence: Silence) -> str:
    return ", ".join(str(one) for one in labels.stored(silence.matchers))


def quiet_at(at: datetime) -> Quiet:
    """What keeps alerts quiet at an instant."""
    return Quiet(queries.silences_at(at), windows_at(at))


def windows_at(at: datetime) -> list[Window]:
    """The maintenance that is under way."""
    rows = Maintenance.objects.filter(Q(ends_at__gt=at) | ~Q(recurrence=""), starts_at__lte=at).order_by("pk").prefetch_related("services")
    found = []
    for row in rows:
        now = windows.current(row, at)
        if now is not None:
            found.append(Window(row, now[1], conditions.compiled(row.conditions), frozenset(one.pk for one in row.services.all())))
    return found


@dataclass(frozen=True, slots=True)
class Book:
    """The rules that are on, by kind and team (None: everybody's), in order; and the tables that they look things up in."""

    rules: Mapping[tuple[str, int | None], Sequence[Entry]] = field(default_factory=dict)
    tables: Mapping[int, LookupTable] = field(default_factory=dict)

    def has(self, kind: str) -> bool:
        """Whether there are rules of a kind."""
        return any(one == kind for one, _team in self.rules)

    def fitting(self, kind: str, alert: Alert, facts: Mapping[str, Any], at: datetime) -> Iterator[AlertRule]:
        """The rules that mean an alert, everybody's before its team's, until one does not continue. facts may change between two of them."""
        for team in _asked(alert):
            for one in self.rules.get((kind, team), ()):
                if one.fits(facts, at):
                    yield one.rule
                    if not one.rule.continues:
                        break

    def of(self, kind: str, alert: Alert) -> Iterator[Entry]:
        """The rules that concern an alert, whether they fit or not, everybody's before its team's."""
        for team in _asked(alert):
            yield from self.rules.get((kind, team), ())


def _asked(alert: Alert) -> tuple[int | None, ...]:
    """Whose rules an alert is asked by: everybody's, then its team's."""
    team = team_id(alert)
    return (None, team) if team is not None else (None,)


def entry(rule: AlertRule) -> Entry:
    """A rule, compiled."""
    return Entry(rule, conditions.compiled(rule.conditions), times.times_of(rule.times))


def read(*kinds: str) -> Book:
    """The rules that are on, of these kinds or of all: one query, and one more for tables when there are any."""
    rows = AlertRule.objects.filter(is_enabled=True).order_by("position", "pk")
    found: dict[tuple[str, int | None], list[Entry]] = {}
    for rule in rows.filter(kind__in=kinds) if kinds else rows:
        try:
            one = entry(rule)
        except Exception:  # it was checked when it was saved; whatever is wrong, alerts go on without it
            log.exception("rule %s cannot be used", rule.pk)
            continue
        found.setdefault((rule.kind, rule.team_id), []).append(one)
    wanted = {one.rule.does["table"] for rows_ in found.values() for one in rows_ if "table" in one.rule.does}
    return Book(found, LookupTable.objects.in_bulk(wanted) if wanted else {})


def team_id(alert: Alert) -> int | None:
    """The team whose rules concern an alert."""
    if alert.team_id is not None:
        return alert.team_id
    if alert.service is not None:
        return alert.service.owner_team_id
    return alert.integration.team_id if alert.integration is not None else None
