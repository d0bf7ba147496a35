"""The rules that a transition may name: conditions (who may make it), validators (what must be true), effects (what happens with it).

The apps that know the records fill this register; a workflow only holds the names. docs/admins.md lists those that ship.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CONDITION, VALIDATOR, EFFECT = "condition", "validator", "effect"


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule.

    run(record, actor): a condition or a validator answers what is wrong, an empty text when nothing is; an effect changes the locked
    record in memory and answers the names of the changed columns.
    """

    name: str
    label: Any
    run: Callable[[Any, Any], Any]


_rules: dict[str, dict[str, Rule]] = {CONDITION: {}, VALIDATOR: {}, EFFECT: {}}


def register(purpose: str, rule: Rule) -> None:
    """Adds a rule; the same name again replaces it."""
    _rules[purpose][rule.name] = rule


def get(purpose: str, name: str) -> Rule | None:
    """The rule of that name, None when no app registered it."""
    return _rules[purpose].get(name)


def choices(purpose: str) -> list[tuple[str, Any]]:
    """Name and label of every rule of a purpose, in order of registration."""
    return [(rule.name, rule.label) for rule in _rules[purpose].values()]


def named(purpose: str, names: list[str]) -> list[Rule]:
    """The rules of these names that exist; a name that an older version knew is left out."""
    return [rule for name in names if (rule := get(purpose, name)) is not None]
