"""Reads of rules and maintenance, and what rules would make of an alert."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Team, User
from alerts import conditions, effects, rulebook, windows
from alerts.models import Alert, AlertRule, LookupTable, Maintenance
from oncall import permissions as oncall


def teams_for(user: User) -> QuerySet[Team]:
    """The teams whose rules somebody may change: all for admins, else those he leads."""
    rows = Team.objects.order_by("name")
    if user.has_right("settings.manage"):
        return rows
    return rows.filter(pk__in=oncall.leads(user)) if user.has_right("alert.act") else rows.none()


def rules_for(user: User) -> QuerySet[AlertRule]:
    """Every rule, for whoever may see alerts: those of everybody first."""
    rows = AlertRule.objects.select_related("team")
    return rows if user.has_right("alert.view") else rows.none()


def rule_for(user: User, pk: int) -> AlertRule:
    """One rule. Raises Http404."""
    found = rules_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def maintenance_for(user: User) -> QuerySet[Maintenance]:
    """Every window, for whoever may see alerts."""
    rows = Maintenance.objects.select_related("team").prefetch_related("services")
    return rows if user.has_right("alert.view") else rows.none()


def window_for(user: User, pk: int) -> Maintenance:
    """One window. Raises Http404."""
    found = maintenance_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def table_for(user: User, pk: int) -> LookupTable:
    """One lookup table. Raises Http404."""
    found = LookupTable.objects.filter(pk=pk).first() if user.has_right("alert.view") else None
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Planned:
    """A window with its occurrence: the one under way, else the next, else the last."""

    window: Maintenance
    state: str
    begin: datetime
    end: datetime


def plan(user: User, at: datetime) -> list[Planned]:
    """Windows under way, then those to come by their time, then the last twenty that are over."""
    found: list[Planned] = []
    for window in maintenance_for(user).order_by("-starts_at")[:500]:
        now = windows.current(window, at)
        later = windows.following(window, at) if now is None else None
        if now is not None:
            found.append(Planned(window, "active", *now))
        elif later is not None:
            found.append(Planned(window, "upcoming", *later))
        else:
            found.append(Planned(window, "over", window.starts_at, min(window.ends_at, window.ended_at or window.ends_at)))
    over = [one for one in found if one.state == "over"][:20]
    order = {"active": 0, "upcoming": 1}
    return sorted((one for one in found if one.state != "over"), key=lambda one: (order[one.state], one.begin)) + over


def waiting_for_review() -> int:
    """How many open alerts came up in maintenance that somebody reviews."""
    return Alert.objects.filter(silenced_until=Alert.FOREVER, plan__has_key="review").exclude(status=Alert.CLOSED).count()


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that was asked about an alert. state: fits, not, time (not at this time), off, or unasked as one before it was the last."""

    rule: AlertRule
    state: str
    words: str = ""
    lines: Sequence[conditions.Told] = field(default_factory=list)


def trace(kind: str, alert: Alert, rules: Sequence[AlertRule], at: datetime, follow: Any = None) -> list[Asked]:
    """What each rule of a kind makes of an alert, in the order in which they are asked. follow(rule, facts): carries out what follows."""
    facts, found, team = conditions.facts_of(alert), [], rulebook.team_id(alert)
    ended: set[int | None] = set()
    concerned = [rule for rule in rules if rule.kind == kind and rule.team_id in (None, team)]
    for rule in sorted(concerned, key=lambda one: (one.team_id is not None, one.position, one.pk)):
        entry = rulebook.entry(rule)
        told, lines = effects.words(kind, rule.does), entry.conditions.explain(facts)
        if not rule.is_enabled or rule.team_id in ended:
            found.append(Asked(rule, "off" if not rule.is_enabled else "unasked", told))
        elif not entry.times.fits(at):
            found.append(Asked(rule, "time", told, lines))
        elif not entry.conditions.fits(facts):
            found.append(Asked(rule, "not", told, lines))
        else:
            found.append(Asked(rule, "fits", told, lines))
            if follow is not None:
                follow(rule, facts)
            if not rule.continues:
                ended.add(rule.team_id)
    return found
