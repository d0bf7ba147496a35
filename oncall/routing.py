"""Where a team's alerts and incidents go: its routing rules, the first that fits (ALR-13)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oncall import plan
from oncall.models import EscalationPolicy, RoutingRule, Schedule

DAYS: dict[tuple[int, ...], Any] = {(0, 1, 2, 3, 4): gettext_lazy("on weekdays"), (5, 6): gettext_lazy("at weekends")}


class Times(Protocol):
    """When a rule holds: weekdays from Monday = 0, empty for all; from and until a time of the zone's wall, None for no limit."""

    @property
    def weekdays(self) -> Sequence[int]: ...
    @property
    def from_at(self) -> time | None: ...
    @property
    def until_at(self) -> time | None: ...
    @property
    def time_zone(self) -> str: ...


def route(team_id: int, facts: Mapping[str, Any], at: datetime) -> EscalationPolicy | Schedule | None:
    """The policy or schedule that pages for a team; None when no rule fits, or the first that fits pages no one.

    facts: priority, tier, title, text, tags.
    """
    return first(rules_of([team_id]).get(team_id, ()), facts, at)


def rules_of(team_ids: Iterable[int]) -> dict[int, list[RoutingRule]]:
    """The rules of teams, in order."""
    found: dict[int, list[RoutingRule]] = {}
    rows = RoutingRule.objects.filter(team__in=list(team_ids)).select_related("policy__team", "schedule__team").order_by("position", "id")
    for rule in rows:
        found.setdefault(rule.team_id, []).append(rule)
    return found


def first(rules: Iterable[RoutingRule], facts: Mapping[str, Any], at: datetime) -> EscalationPolicy | Schedule | None:
    """Where the first rule that fits sends it."""
    found = next((rule for rule in rules if fits(rule, facts, at)), None)
    return (found.policy or found.schedule) if found is not None else None


def fits(rule: RoutingRule, facts: Mapping[str, Any], at: datetime) -> bool:
    """Whether a rule speaks of such a subject at such a time. What a rule leaves empty does not matter."""
    return not refusal(rule, facts, at)


def refusal(rule: RoutingRule, facts: Mapping[str, Any], at: datetime) -> str:
    """By what a rule does not speak of such a subject: priority, tier, text, tags, weekday or time; empty when it does."""
    if rule.priorities and facts.get("priority") not in rule.priorities:
        return "priority"
    if rule.tiers and facts.get("tier") not in rule.tiers:
        return "tier"
    text = f"{facts.get('title', '')} {facts.get('text', '')}".casefold()
    if rule.words and not any(word.casefold() in text for word in rule.words):
        return "text"
    if rule.tags and not set(rule.tags) & set(facts.get("tags", ())):
        return "tags"
    return wrong_time(rule, at)


def wrong_time(times: Times, at: datetime) -> str:
    """Whether an instant is of another weekday or time than the given ones; empty when it fits."""
    zone = ZoneInfo(times.time_zone)
    if times.weekdays and at.astimezone(zone).weekday() not in times.weekdays:
        return "weekday"
    return "" if plan.is_within(_minute(times.from_at), _minute(times.until_at), at, zone) else "time"


def words(rule: RoutingRule) -> str:
    """Of what a rule speaks: “P1 or P2, on weekdays 09:00–18:00 (Europe/Oslo)”; empty when of everything."""
    parts = [_or(f"P{number}" for number in rule.priorities), _or(f"T{number}" for number in rule.tiers)]
    if rule.words:
        parts.append(_("with {words} in the text").format(words=_or(f"“{word}”" for word in rule.words)))
    if rule.tags:
        parts.append(_("tagged {tags}").format(tags=_or(rule.tags)))
    return ", ".join(part for part in (*parts, hours(rule)) if part)


def _or(names: Iterable[str]) -> str:
    *others, last = [*names] or [""]
    return _("{others} or {last}").format(others=", ".join(others), last=last) if others else last


def hours(rule: Times) -> str:
    """“on weekdays 09:00–18:00 (Europe/Oslo)”; empty for always."""
    days, begin, end = sorted(set(rule.weekdays)), rule.from_at, rule.until_at
    told = "" if not days else DAYS.get(tuple(days)) or _("on {days}").format(days=", ".join(str(WEEKDAYS_ABBR[day]) for day in days))
    if begin or end:
        hours = f"{begin:%H:%M}" if begin else "00:00", f"{end:%H:%M}" if end else "24:00"
        told = f"{told} {'–'.join(hours)} ({rule.time_zone})".strip()
    elif told:
        told = f"{told} ({rule.time_zone})"
    return str(told)


def _minute(wall: time | None) -> int | None:
    return wall.hour * 60 + wall.minute if wall is not None else None
