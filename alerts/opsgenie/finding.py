"""The query language of Opsgenie's alert list against the database."""

import re
from datetime import UTC, datetime
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from alerts.models import Alert
from alerts.opsgenie.language import Both, Either, Node, Not, Term
from notifications.models import Page

TEXTS = ("message", "alias", "entity", "source", "description", "service_name")
KEY = re.compile(r"(?i:alr)-[0-9]{1,18}")
COLUMNS = {"message": "message", "description": "description", "source": "source", "entity": "entity"}
INSTANTS = {"createdAt": "first_occurred_at", "lastOccurredAt": "last_occurred_at", "updatedAt": "last_occurred_at", "snoozedUntil": "snoozed_until"}
OPERATORS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
# Values of a JSON list or object that match a pattern.
TAGGED = "EXISTS (SELECT 1 FROM unnest(alerts_alert.tags) AS one WHERE one ILIKE %s)"
ACTIONS = "EXISTS (SELECT 1 FROM jsonb_array_elements_text(alerts_alert.actions) AS one WHERE one ILIKE %s)"
KEYS = "EXISTS (SELECT 1 FROM jsonb_object_keys(alerts_alert.details) AS one WHERE one ILIKE %s)"
VALUES = "EXISTS (SELECT 1 FROM jsonb_each_text(alerts_alert.details) AS one WHERE one.value ILIKE %s)"
PAIRS = "EXISTS (SELECT 1 FROM jsonb_each_text(alerts_alert.details) AS one WHERE lower(one.key) = lower(%s) AND one.value ILIKE %s)"
RESPONDERS = """EXISTS (SELECT 1 FROM jsonb_array_elements(alerts_alert.responders) AS one
  WHERE one ->> 'name' ILIKE %s OR one ->> 'username' ILIKE %s OR one ->> 'id' ILIKE %s)"""
EVERYTHING = ~Q(pk=None)


def condition(tree: Node | None) -> Q:
    """What a query asks for."""
    if tree is None:
        return Q()
    if isinstance(tree, Not):
        return ~condition(tree.part)
    if isinstance(tree, Both):
        return reduce(and_, (condition(part) for part in tree.parts))
    if isinstance(tree, Either):
        return reduce(or_, (condition(part) for part in tree.parts))
    return _term(tree)


def _term(term: Term) -> Q:
    field, value = term.field, term.value
    if field in COLUMNS:
        return _in_text(COLUMNS[field], value)
    if field in INSTANTS:
        return _at(INSTANTS[field], term.op, value)
    if field in ("tinyId", "count"):
        column = "number" if field == "tinyId" else "count"
        return Q(**{f"{column}__{OPERATORS.get(term.op, 'exact')}": value})
    if field == "priority":  # P1 is above P5
        return Q(**{f"priority__{OPERATORS.get(term.op, 'exact')}": int(value[1])})
    found: Q = PLAIN[field](term)
    return found


def _in_text(column: str, value: str) -> Q:
    """The words of a value; with a wildcard at the end, a text that begins a word."""
    word = value.strip("*")
    return Q(**{f"{column}__icontains": word}) if word else ~Q(**{column: ""})


def _exact(column: str, value: str) -> Q:
    """A whole value, letter case ignored, with a wildcard at either end."""
    starts, ends, word = value.startswith("*"), value.endswith("*"), value.strip("*")
    if not word:
        return ~Q(**{column: ""})
    how = "icontains" if starts and ends else "iendswith" if starts else "istartswith" if ends else "iexact"
    return Q(**{f"{column}__{how}": word})


def _pattern(value: str) -> str:
    """For ILIKE: only a wildcard at either end is one."""
    word = value.strip("*").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{'%' if value.startswith('*') else ''}{word}{'%' if value.endswith('*') else ''}"


def _among(sql: str, *params: str) -> Q:
    return Q(RawSQL(sql, params, output_field=BooleanField()))  # the statements are the constants above; values are parameters


def _at(column: str, op: str, value: tuple[int, int]) -> Q:
    begin, end = (datetime.fromtimestamp(min(max(one, 0), 7_000_000_000_000) / 1000, UTC) for one in value)
    if op == "is":
        return Q(**{f"{column}__gte": begin, f"{column}__lt": end})
    bound = {"<": ("lt", begin), ">=": ("gte", begin), "<=": ("lt", end), ">": ("gte", end)}[op]
    return Q(**{f"{column}__{bound[0]}": bound[1]})


def _anywhere(term: Term) -> Q:
    word = str(term.value)
    if word == "*":
        return EVERYTHING
    if KEY.fullmatch(word):
        return Q(number=int(word[4:]))
    return reduce(or_, (_in_text(column, word) for column in TEXTS)) | _among(TAGGED, _pattern(word))


def _uid(term: Term) -> Q:
    try:
        return Q(uid=UUID(str(term.value)))
    except ValueError:
        return ~EVERYTHING


def _person(column: str, term: Term) -> Q:
    return _exact(column, str(term.value))


def _owner(term: Term) -> Q:
    return _exact("owner__email", str(term.value)) | Q(owner__name__iexact=str(term.value))


def _recipients(term: Term) -> Q:
    pages = Page.objects.filter(_exact("user__email", str(term.value)), subject_type="alert", subject_id=OuterRef("pk"))
    return Q(Exists(pages))


def _teams(term: Term) -> Q:
    pattern = _pattern(str(term.value))
    named = _exact("service__owner_team__name", str(term.value)) | _exact("integration__team__name", str(term.value))
    return _among(RESPONDERS, pattern, pattern, pattern) | named


def _service(term: Term) -> Q:
    """By name, by short name, or as the tool called it."""
    return reduce(or_, (_exact(column, str(term.value)) for column in ("service__name", "service__slug", "service_name")))


PLAIN: dict[str, Any] = {
    "text": _anywhere, "service": _service, "alertId": _uid, "alias": lambda term: _exact("alias", term.value), "owner": _owner, "recipients": _recipients,
    "acknowledgedBy": lambda term: _person("acknowledged_by", term), "closedBy": lambda term: _person("closed_by_name", term),
    "status": lambda term: Q(status=Alert.CLOSED) if term.value == "closed" else ~Q(status=Alert.CLOSED),
    "isSeen": lambda term: Q(seen_at__isnull=not term.value), "acknowledged": lambda term: Q(acknowledged_at__isnull=not term.value),
    "snoozed": lambda term: Q(status=Alert.SNOOZED) if term.value else ~Q(status=Alert.SNOOZED), "teams": _teams, "responders": _teams,
    "integration.name": lambda term: _exact("integration__name", term.value), "integration.type": lambda term: _exact("integration__adapter", term.value),
    "tag": lambda term: _among(TAGGED, _pattern(term.value)), "actions": lambda term: _among(ACTIONS, _pattern(term.value)),
    "details.key": lambda term: _among(KEYS, _pattern(term.value)), "details.value": lambda term: _among(VALUES, _pattern(term.value)),
    "detailsPair": lambda term: _among(PAIRS, term.key, _pattern(term.value)),
}  # fmt: skip
