"""Conditions over what an alert says, with Opsgenie's operators. No database.

As JSON they look as Opsgenie's API writes them: {"type": "match-all-conditions", "conditions": [{"field": "message", "operation": "contains",
"expectedValue": "disk", "not": false, "key": ""}]}. They are checked when they are saved, so that nothing of them can fail when an alert comes.
Texts are compared without regard to upper and lower case, save by regular expressions, which have to fit the whole text as in Opsgenie.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import labels
from common import errors

EVERY, ALL, ANY = "match-all", "match-all-conditions", "match-any-condition"
TYPES = {ALL: gettext_lazy("All of these"), ANY: gettext_lazy("Any of these"), EVERY: gettext_lazy("Every alert")}
TEXT, LIST, NUMBER, MAP = "text", "list", "number", "map"
FIELDS: dict[str, tuple[Any, str]] = {
    "message": (gettext_lazy("Message"), TEXT), "alias": (gettext_lazy("Alias"), TEXT), "description": (gettext_lazy("Description"), TEXT),
    "source": (gettext_lazy("Source"), TEXT), "entity": (gettext_lazy("Entity"), TEXT), "tags": (gettext_lazy("Tags"), LIST),
    "details": (gettext_lazy("Details"), MAP), "priority": (gettext_lazy("Priority"), NUMBER), "responders": (gettext_lazy("Responders"), LIST),
    "service": (gettext_lazy("Service"), TEXT), "tier": (gettext_lazy("Tier of the service"), NUMBER), "team": (gettext_lazy("Team"), TEXT),
    "integration": (gettext_lazy("Integration"), TEXT), "count": (gettext_lazy("Count"), NUMBER), "actions": (gettext_lazy("Actions"), LIST),
}  # fmt: skip
SYNONYMS = {"extra-properties": "details", "extraProperties": "details", "teams": "team"}  # as Opsgenie calls them
OPERATIONS: dict[str, tuple[Any, frozenset[str]]] = {
    "contains": (gettext_lazy("contains"), frozenset({TEXT, LIST})),
    "equals": (gettext_lazy("equals"), frozenset({TEXT, LIST, NUMBER})),
    "matches": (gettext_lazy("matches the expression"), frozenset({TEXT, LIST})),
    "starts-with": (gettext_lazy("starts with"), frozenset({TEXT, LIST})),
    "ends-with": (gettext_lazy("ends with"), frozenset({TEXT, LIST})),
    "equals-ignoring-whitespace": (gettext_lazy("equals, spaces aside,"), frozenset({TEXT})),
    "is-empty": (gettext_lazy("is empty"), frozenset({TEXT, LIST, NUMBER, MAP})),
    "greater-than": (gettext_lazy("is greater than"), frozenset({TEXT, NUMBER})),
    "less-than": (gettext_lazy("is less than"), frozenset({TEXT, NUMBER})),
    "contains-key": (gettext_lazy("contains the key"), frozenset({MAP})),
    "contains-value": (gettext_lazy("contains the value"), frozenset({MAP})),
}
OF_URGENCY = {"greater-than": gettext_lazy("is more urgent than"), "less-than": gettext_lazy("is less urgent than")}
MOST, LONGEST = 50, 1_000

Facts = Mapping[str, Any]
Test = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One condition. words: as people read it. test: whether it fits."""

    field: str
    key: str
    words: str
    test: Test


@dataclass(frozen=True, slots=True)
class Told:
    """What a line makes of an alert. given: what the alert says there."""

    words: str
    fits: bool
    given: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """Compiled conditions."""

    type: str
    lines: tuple[Line, ...]

    def fits(self, facts: Facts) -> bool:
        """Whether an alert is meant."""
        if self.type == EVERY:
            return True
        if self.type == ANY:
            return any(line.test(facts) for line in self.lines)
        return all(line.test(facts) for line in self.lines)

    def explain(self, facts: Facts) -> list[Told]:
        """Line by line whether it fits, and what was found there."""
        return [Told(line.words, line.test(facts), said(facts, f"{line.field}.{line.key}" if line.key else line.field)[:200]) for line in self.lines]

    @property
    def words(self) -> str:
        """All of it in one sentence; empty for every alert."""
        return (_(" or ") if self.type == ANY else _(" and ")).join(line.words for line in self.lines)


def explain(stored: Mapping[str, Any], facts: Facts) -> list[Told]:
    """Line by line whether it fits."""
    return compiled(stored).explain(facts)


def check(given: Any, where: str = "conditions") -> dict[str, Any]:
    """Conditions as they are stored; nothing stands for every alert. Raises Invalid that names the line and the remedy."""
    if given in (None, "", {}, []):
        return {"type": EVERY, "conditions": []}
    if isinstance(given, list):
        given = {"type": ALL, "conditions": given}
    if not isinstance(given, Mapping) or given.get("type", ALL) not in TYPES:
        raise errors.Invalid(f"{where}.type", _("Write one of: %(known)s.") % {"known": ", ".join(TYPES)})
    lines = given.get("conditions") or []
    if not isinstance(lines, list) or len(lines) > MOST:
        raise errors.Invalid(where, _("Give a list of at most %(most)d conditions.") % {"most": MOST})
    kind = given.get("type", ALL)
    if kind == EVERY:
        return {"type": EVERY, "conditions": []}
    if not lines:
        raise errors.Invalid(where, _("Add a condition, or choose “Every alert”."))
    return {"type": kind, "conditions": [_checked(line, f"{where}.{number}") for number, line in enumerate(lines)]}


def _checked(line: Any, where: str) -> dict[str, Any]:
    if not isinstance(line, Mapping):
        raise errors.Invalid(where, _("A condition is an object with field, operation and expectedValue."))
    field, key = _field(str(line.get("field", "")), str(line.get("key") or ""), where)
    operation, value, is_not = line.get("operation", ""), line.get("expectedValue", ""), line.get("not", False)
    if operation not in OPERATIONS:
        raise errors.Invalid(f"{where}.operation", _("Write one of: %(known)s.") % {"known": ", ".join(OPERATIONS)})
    kind = TEXT if key else FIELDS[field][1]
    if kind not in OPERATIONS[operation][1]:
        able = ", ".join(name for name, (_label, kinds) in OPERATIONS.items() if kind in kinds)
        raise errors.Invalid(f"{where}.operation", _("%(field)s can be asked by: %(known)s.") % {"field": FIELDS[field][0], "known": able})
    if not isinstance(is_not, bool):
        raise errors.Invalid(f"{where}.not", _("Write true or false."))
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise errors.Invalid(f"{where}.expectedValue", _("Write a text."))
    checked = {"field": field, "key": key, "not": is_not, "operation": operation, "expectedValue": str(value)}
    _check_value(checked, f"{where}.expectedValue")
    return checked


def _field(name: str, key: str, where: str) -> tuple[str, str]:
    base, _dot, rest = name.partition(".")
    base, key = SYNONYMS.get(base, base), key or rest
    if base not in FIELDS or (key and base != "details"):
        raise errors.Invalid(f"{where}.field", _("Write one of: %(known)s, or details.KEY.") % {"known": ", ".join(FIELDS)})
    if len(key) > 200:
        raise errors.Invalid(f"{where}.key", _("Write at most %(most)d characters.") % {"most": 200})
    return base, key


def _check_value(line: Mapping[str, Any], where: str) -> None:
    operation, value = line["operation"], line["expectedValue"]
    if operation == "is-empty":
        return
    if not value or len(value) > LONGEST:
        raise errors.Invalid(where, _("Write 1 to %(most)d characters.") % {"most": LONGEST})
    is_number = FIELDS[line["field"]][1] == NUMBER or operation in ("greater-than", "less-than")
    if is_number and (_level(value) if line["field"] == "priority" else _number(value)) is None:
        remedy = _("Write P1 to P5.") if line["field"] == "priority" else _("Write a number.")
        raise errors.Invalid(where, remedy)
    if operation == "matches":
        try:
            labels.pattern(value)
        except labels.BadMatcher as error:
            raise errors.Invalid(where, _("This is no expression that can be used: %(why)s. Mend it, or use “contains”.") % {"why": error}) from error


def compiled(stored: Mapping[str, Any]) -> Conditions:
    """Stored conditions, ready to be asked; the same ones are compiled once."""
    return _compiled(orjson.dumps(stored)) if stored else Conditions(EVERY, ())


@lru_cache(maxsize=1024)
def _compiled(stored: bytes) -> Conditions:
    given = orjson.loads(stored)
    return Conditions(given.get("type", EVERY), tuple(_line(line) for line in given.get("conditions", ())))


def _line(stored: Mapping[str, Any]) -> Line:
    field, key, is_not = stored["field"], stored.get("key", ""), bool(stored.get("not"))
    kind = TEXT if key else FIELDS[field][1]
    asked = _test(field, kind, stored["operation"], stored.get("expectedValue", ""))
    get: Callable[[Facts], Any] = (lambda facts: facts.get("details", {}).get(key, "")) if key else (lambda facts: facts.get(field))
    test: Test = (lambda facts: not asked(get(facts))) if is_not else (lambda facts: asked(get(facts)))
    return Line(field, key, words(stored), test)


def words(stored: Mapping[str, Any]) -> str:
    """A condition as people read it: “Message contains “disk””."""
    field, key, operation = stored["field"], stored.get("key", ""), stored["operation"]
    label = OF_URGENCY.get(operation) if field == "priority" else None
    verb = str(label or OPERATIONS[operation][0])
    if stored.get("not"):
        verb = _("not: {verb}").format(verb=verb)
    value = "" if operation == "is-empty" else f" “{stored.get('expectedValue', '')}”"
    return f"{key or FIELDS[field][0]} {verb}{value}"


def _test(field: str, kind: str, operation: str, value: str) -> Callable[[Any], bool]:
    if operation == "is-empty":
        return lambda given: given in (None, "", 0) or not given
    if kind == MAP:
        wanted = value.casefold()
        if operation == "contains-key":
            return lambda given: any(str(key).casefold() == wanted for key in given or ())
        return lambda given: any(wanted in str(one).casefold() for one in (given or {}).values())
    if kind == NUMBER or operation in ("greater-than", "less-than"):
        return _number_test(field, operation, value)
    asked = _text_test(operation, value)
    if kind == LIST:
        asked = _text_test("equals", value) if operation == "contains" else asked
        return lambda given: any(asked(str(one)) for one in given or ())
    return lambda given: asked(str(given or ""))


def _number_test(field: str, operation: str, value: str) -> Callable[[Any], bool]:
    read = _level if field == "priority" else _number
    wanted = read(value)
    sign = {"equals": 0, "greater-than": 1, "less-than": -1}[operation] * (-1 if field == "priority" else 1)

    def test(given: Any) -> bool:
        found = read(given)
        return found is not None and wanted is not None and (found > wanted) - (found < wanted) == sign

    return test


def _text_test(operation: str, value: str) -> Callable[[str], bool]:
    if operation == "matches":
        pattern = labels.pattern(value)
        return lambda given: pattern.fullmatch(given[: labels.LONGEST_VALUE]) is not None
    wanted = value.casefold()
    if operation == "equals-ignoring-whitespace":
        bare = "".join(wanted.split())
        return lambda given: "".join(given.casefold().split()) == bare
    tests: dict[str, Callable[[str], bool]] = {
        "contains": lambda given: wanted in given.casefold(), "equals": lambda given: given.casefold() == wanted,
        "starts-with": lambda given: given.casefold().startswith(wanted), "ends-with": lambda given: given.casefold().endswith(wanted),
    }  # fmt: skip
    return tests[operation]


def _level(value: Any) -> float | None:
    """1 for P1, the most urgent."""
    found = _number(str(value).upper().removeprefix("P"))
    return found if found is not None and 1 <= found <= 5 else None


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if abs(found) < 1e15 else None


def is_field(name: str) -> bool:
    """Whether a place in a template names a field, such as message or details.host."""
    base, dot, key = name.partition(".")
    return base in FIELDS and (not dot or (base == "details" and bool(key)))


def said(facts: Facts, name: str) -> str:
    """What an alert says in a field, as text."""
    base, _dot, key = name.partition(".")
    value = facts.get(base)
    if key:
        return str((value or {}).get(key, ""))
    if base == "priority" and value:
        return f"P{value}"
    if isinstance(value, Mapping):
        return ", ".join(f"{one}: {other}" for one, other in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def facts_of(alert: Any) -> dict[str, Any]:
    """The facts of an alert."""
    service = alert.service
    team = alert.team or (service.owner_team if service is not None else None) or (alert.integration.team if alert.integration is not None else None)
    return {
        "message": alert.message, "alias": alert.alias, "description": alert.description, "source": alert.source, "entity": alert.entity, "tags": alert.tags,
        "details": alert.details, "priority": alert.priority, "responders": [_name(one) for one in alert.responders],
        "service": service.name if service is not None else alert.service_name, "tier": service.tier_id if service is not None else None,
        "team": team.name if team is not None else "", "integration": alert.integration.name if alert.integration is not None else "", "count": alert.count,
        "actions": alert.actions,
    }  # fmt: skip


def facts_of_event(event: Any, *, integration: str = "", priority: int | None = None) -> dict[str, Any]:
    """The facts of an event that is no alert yet."""
    return {
        "message": event.message, "alias": event.alias, "description": event.description, "source": event.source, "entity": event.entity, "tags": event.tags,
        "details": event.details, "priority": priority or event.priority, "responders": [_name(one) for one in event.extra.get("responders", ())],
        "service": event.services[0] if event.services else "", "tier": None, "team": "", "integration": integration, "count": 1,
        "actions": event.extra.get("actions", ()),
    }  # fmt: skip


def _name(responder: Mapping[str, Any]) -> str:
    return str(responder.get("name") or responder.get("username") or responder.get("id") or "")
