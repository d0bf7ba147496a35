"""The query language of Opsgenie's alert list against one alert in memory, as alerts/opsgenie/finding.py asks the database. No database, no expressions
that could run away: only comparisons of texts and numbers.

`recipients` is the one field that is not asked here: whom an alert paged is in another table, and at the time of rules it paged nobody.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from alerts.opsgenie.language import Both, Either, Node, Not, Term, parse

Test = Callable[[Any], bool]

NEEDS_DATABASE = "recipients"
TEXTS = ("message", "alias", "entity", "source", "description", "service_name")
INSTANTS = {"createdAt": "first_occurred_at", "lastOccurredAt": "last_occurred_at", "updatedAt": "last_occurred_at", "snoozedUntil": "snoozed_until"}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda given, wanted: given == wanted, "<": lambda given, wanted: given < wanted, "<=": lambda given, wanted: given <= wanted,
    ">": lambda given, wanted: given > wanted, ">=": lambda given, wanted: given >= wanted,
}  # fmt: skip
LATEST = 7_000_000_000_000  # milliseconds, beyond every alert


@lru_cache(maxsize=512)
def compiled(text: str) -> Test:
    """Whether an alert is meant by a query; the same text is compiled once. Raises BadQuery."""
    return predicate(parse(text))


def predicate(tree: Node | None) -> Test:
    """Whether an alert is meant by the tree of a query."""
    if tree is None:
        return lambda alert: True
    if isinstance(tree, Not):
        part = predicate(tree.part)
        return lambda alert: not part(alert)
    if isinstance(tree, Both):
        parts = tuple(predicate(one) for one in tree.parts)
        return lambda alert: all(one(alert) for one in parts)
    if isinstance(tree, Either):
        parts = tuple(predicate(one) for one in tree.parts)
        return lambda alert: any(one(alert) for one in parts)
    return _term(tree)


def folded(text: str) -> str:
    """A text without regard to upper and lower case, as PostgreSQL compares: letter by letter, so that its length stays."""
    if text.isascii():
        return text.upper()
    return "".join(big if len(big := letter.upper()) == 1 else letter for letter in text)


def _term(term: Term) -> Test:
    field, value = term.field, term.value
    if field in ("message", "description", "source", "entity"):
        return _of(field, _in_text(value))
    if field in INSTANTS:
        return _at(INSTANTS[field], term.op, value)
    if field in ("tinyId", "count", "priority"):
        column = "number" if field == "tinyId" else field
        wanted, compare = int(value[1]) if field == "priority" else value, ORDER[term.op]
        return lambda alert: compare(getattr(alert, column), wanted)
    return PLAIN[field](term)


def _of(column: str, test: Callable[[str | None], bool]) -> Test:
    return lambda alert: test(getattr(alert, column))


def _in_text(value: str) -> Callable[[str | None], bool]:
    """A part of a text; a wildcard alone asks that there is one."""
    word = folded(value.strip("*"))
    return (lambda given: given is not None and word in folded(given)) if word else (lambda given: given != "")


def _exact(value: str) -> Callable[[str | None], bool]:
    """A whole text, with a wildcard at either end."""
    return _pattern(value) if value.strip("*") else (lambda given: given != "")


def _pattern(value: str) -> Callable[[str | None], bool]:
    starts, ends, word = value.startswith("*"), value.endswith("*"), folded(value.strip("*"))
    if starts and ends:
        return lambda given: given is not None and word in folded(given)
    if starts:
        return lambda given: given is not None and folded(given).endswith(word)
    if ends:
        return lambda given: given is not None and folded(given).startswith(word)
    return lambda given: given is not None and folded(given) == word


def _at(column: str, op: str, value: tuple[int, int]) -> Test:
    begin, end = (min(max(one, 0), LATEST) for one in value)
    bound = {"<": begin, ">=": begin, "<=": end, ">": end}.get(op)

    def test(alert: Any) -> bool:
        given = getattr(alert, column)
        if given is None:
            return False
        at = given.timestamp() * 1000
        if bound is None:
            return bool(begin <= at < end)
        return bool(at < bound if op in ("<", "<=") else at >= bound)

    return test


def _anywhere(term: Term) -> Test:
    word = str(term.value)
    if word == "*":
        return lambda alert: True
    prefix, digits = word[:4].lower(), word[4:]
    if prefix == "alr-" and digits.isascii() and digits.isdecimal() and len(digits) <= 18:
        number = int(digits)
        return lambda alert: bool(alert.number == number)
    said, tagged = _in_text(word), _pattern(word)
    return lambda alert: any(said(getattr(alert, column)) for column in TEXTS) or any(map(tagged, alert.tags))


def _uid(term: Term) -> Test:
    try:
        wanted = UUID(str(term.value))
    except ValueError:
        return lambda alert: False
    return lambda alert: bool(alert.uid == wanted)


def _owner(term: Term) -> Test:
    mail, name = _exact(str(term.value)), folded(str(term.value))
    return lambda alert: mail(alert.owner.email if alert.owner else None) or (alert.owner is not None and folded(alert.owner.name) == name)


def _teams(term: Term) -> Test:
    named, listed = _exact(str(term.value)), _pattern(str(term.value))

    def test(alert: Any) -> bool:
        called = any(listed(_json_text(one.get(name))) for one in alert.responders for name in ("name", "username", "id"))
        service, source = alert.service, alert.integration
        return (
            called or named(service.owner_team.name if service is not None else None)
            or named(source.team.name if source is not None and source.team is not None else None)
        )  # fmt: skip

    return test


def _service(term: Term) -> Test:
    named = _exact(str(term.value))
    return lambda alert: (
        named(alert.service.name if alert.service else None) or named(alert.service.slug if alert.service else None) or named(alert.service_name)
    )


def _source(term: Term, column: str) -> Test:
    named = _exact(str(term.value))
    return lambda alert: named(getattr(alert.integration, column) if alert.integration is not None else None)


def _any_of(term: Term, column: str) -> Test:
    fits = _pattern(str(term.value))
    return lambda alert: any(fits(_json_text(one)) for one in getattr(alert, column))


def _values(term: Term) -> Test:
    fits = _pattern(str(term.value))
    return lambda alert: any(fits(_json_text(one)) for one in alert.details.values())


def _pair(term: Term) -> Test:
    fits, key = _pattern(str(term.value)), term.key.lower()
    return lambda alert: any(str(name).lower() == key and fits(_json_text(one)) for name, one in alert.details.items())


def _json_text(value: Any) -> str | None:
    """A value of a JSON object as PostgreSQL writes it out."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is(test: Test) -> Callable[[Term], Test]:
    """A field that is true or false."""
    return lambda term: test if term.value else lambda alert: not test(alert)


PLAIN: dict[str, Callable[[Term], Test]] = {
    "text": _anywhere, "service": _service, "alertId": _uid, "alias": lambda term: _of("alias", _exact(term.value)), "owner": _owner,
    "acknowledgedBy": lambda term: _of("acknowledged_by", _exact(term.value)), "closedBy": lambda term: _of("closed_by_name", _exact(term.value)),
    "status": lambda term: lambda alert: (alert.status == "closed") == (term.value == "closed"), "isSeen": _is(lambda alert: alert.seen_at is not None),
    "acknowledged": _is(lambda alert: alert.acknowledged_at is not None), "snoozed": _is(lambda alert: alert.status == "snoozed"), "teams": _teams,
    "responders": _teams, "integration.name": lambda term: _source(term, "name"), "integration.type": lambda term: _source(term, "adapter"),
    "tag": lambda term: _any_of(term, "tags"), "actions": lambda term: _any_of(term, "actions"),
    "details.key": lambda term: _any_of(term, "details"), "details.value": _values, "detailsPair": _pair,
}  # fmt: skip
