"""What becomes of an event by the rules of its integration (ALR-05). No database.

One rule decides: the first that fits, Ignore before Create before Close before Acknowledge before Add note, within one kind by position. When none fits,
or there is none, what the adapter read stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts import commands, conditions, normal, templating
from alerts.conditions import Told
from alerts.normal import Event

IGNORE, CREATE, CLOSE, ACKNOWLEDGE, NOTE = ORDER = ("ignore", "create", "close", "acknowledge", "note")
ANY, PROBLEM, RECOVERY = "any", "problem", "recovery"
# What each action writes over, in the order of the form.
VALUES = {
    IGNORE: (), CREATE: ("alias", "message", "description", "priority", "service", "entity", "source", "tags"), CLOSE: ("alias", "note"),
    ACKNOWLEDGE: ("alias", "note"), NOTE: ("alias", "note"),
}  # fmt: skip
LIMITS = {"alias": normal.ALIAS, "message": normal.MESSAGE, "entity": normal.ENTITY, "source": normal.SOURCE, "priority": 40}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is stored."""

    name: str
    action: str
    reported: str
    conditions: Mapping[str, Any]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that was asked. why: what the tool reports is not what it is for; else its conditions one by one."""

    rule: Rule
    fits: bool
    is_other_report: bool
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one event: these events instead, none when it is ignored. rule: which decided, None for what the adapter read."""

    events: tuple[Event, ...]
    rule: Rule | None = None


def ordered(rules: Iterable[Rule]) -> list[Rule]:
    """In the order in which they are asked; rules of one action keep theirs."""
    return sorted(rules, key=lambda rule: ORDER.index(rule.action))


def decide(event: Event, rules: Sequence[Rule], integration: str, priority: int) -> Verdict:
    """The verdict on an event. rules: ordered. Commands of other products' APIs are what they say, whatever the rules."""
    if "by" in event.extra or not rules:
        return Verdict((event,))
    facts = conditions.facts_of_event(event, integration=integration, priority=priority)
    rule = next((one for one in rules if _reports(event, one) and conditions.compiled(one.conditions).fits(facts)), None)
    return Verdict(_done(event, rule, facts) if rule is not None else (event,), rule)


def explain(event: Event, rules: Sequence[Rule], integration: str, priority: int) -> list[Tried]:
    """The rules that were asked, up to the one that decided, each with its conditions one by one."""
    facts = conditions.facts_of_event(event, integration=integration, priority=priority)
    tried = []
    for rule in rules if "by" not in event.extra else ():
        is_other, compiled = not _reports(event, rule), conditions.compiled(rule.conditions)
        tried.append(Tried(rule, not is_other and compiled.fits(facts), is_other, compiled.explain(facts)))
        if tried[-1].fits:
            break
    return tried


def _reports(event: Event, rule: Rule) -> bool:
    return rule.reported == ANY or (event.kind == normal.CLOSE) == (rule.reported == RECOVERY)


def _done(event: Event, rule: Rule, facts: Mapping[str, Any]) -> tuple[Event, ...]:
    said = {name: templating.fill(text, facts) for name, text in rule.values.items() if text and name in VALUES[rule.action]}
    if rule.action == IGNORE:
        return ()
    alias = normal.line(said.get("alias"), normal.ALIAS) or event.alias
    note = normal.text(said.get("note"), commands.NOTE_LENGTH)
    noted = (commands.command(commands.NOTE, alias, note=note),) if note else ()
    if rule.action == NOTE:
        return noted or (commands.command(commands.NOTE, alias, note=event.message),)
    if rule.action == ACKNOWLEDGE:
        return (commands.command(commands.ACKNOWLEDGE, alias), *noted)
    if rule.action == CLOSE:
        begun = event.ended_at if event.kind == normal.CLOSE else None
        return (*noted, replace(event, kind=normal.CLOSE, alias=alias, starts_at=None, ended_at=begun))
    return (_created(event, said, alias, rule),)


def _created(event: Event, said: Mapping[str, str], alias: str, rule: Rule) -> Event:
    """A firing with what the rule writes over; tags are added."""
    changed: dict[str, Any] = {name: line for name, limit in LIMITS.items() if name != "alias" and (line := normal.line(said.get(name), limit))}
    if said.get("description"):
        changed["description"] = normal.text(said["description"], normal.DESCRIPTION)
    if said.get("service"):
        changed["services"], changed["hints"] = normal.names(said["service"]), ()
    if said.get("tags"):
        changed["tags"] = normal.tags([*event.tags, *said["tags"].split(",")])
    if event.kind == normal.CLOSE:
        changed["ended_at"] = None
    return replace(event, kind=normal.OPEN, alias=alias, extra={**event.extra, "rule": rule.name}, **changed)
