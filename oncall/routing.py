"""Where a team's alerts and incidents go: its routing rules, the first that fits (ALR-13)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from oncall import plan
from oncall.models import EscalationPolicy, RoutingRule, Schedule


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
    if rule.priorities and facts.get("priority") not in rule.priorities:
        return False
    if rule.tiers and facts.get("tier") not in rule.tiers:
        return False
    text = f"{facts.get('title', '')} {facts.get('text', '')}".casefold()
    if rule.words and not any(word.casefold() in text for word in rule.words):
        return False
    if rule.tags and not set(rule.tags) & set(facts.get("tags", ())):
        return False
    zone = ZoneInfo(rule.time_zone)
    if rule.weekdays and at.astimezone(zone).weekday() not in rule.weekdays:
        return False
    return plan.is_within(_minute(rule.from_at), _minute(rule.until_at), at, zone)


def _minute(time: Any) -> int | None:
    return time.hour * 60 + time.minute if time is not None else None
