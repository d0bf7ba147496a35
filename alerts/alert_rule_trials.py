"""Trying rules: what they would make of an alert that is only described. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from alerts import alert_rule_queries, conditions, normal, priorities, rulebook
from alerts.actions import deciding
from alerts.models import Alert, AlertRule, LookupTable
from common import errors
from services import queries as services

TEXTS = {"message": normal.MESSAGE, "alias": normal.ALIAS, "description": normal.DESCRIPTION, "source": normal.SOURCE, "entity": normal.ENTITY}

_NEVER: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial. changes: the fields that would change, {field, before, after}."""

    asked: Sequence[alert_rule_queries.Asked]
    changes: Sequence[Mapping[str, str]]
    key: str


def alert_of(said: Any) -> Alert:
    """An alert as somebody describes it, as JSON. It is not stored. Raises Invalid("text")."""
    if not isinstance(said, Mapping):
        raise errors.Invalid("text", _("Write an object, such as {“message”: “Disk full”}."))
    unknown = sorted(set(map(str, said)) - set(conditions.FIELDS))
    if unknown:
        raise errors.Invalid(
            "text", _("There is no field “%(name)s”. Known: %(known)s.") % {"name": unknown[0][:60], "known": ", ".join(conditions.FIELDS)}
        )
    tags, details = said.get("tags", []), said.get("details", {})
    if not isinstance(tags, list) or not isinstance(details, Mapping):
        raise errors.Invalid("text", _("Write tags as a list and details as an object."))
    name = normal.line(said.get("service"), normal.SERVICE)
    count = said.get("count", 1)
    return Alert(
        **{field: normal.text(said.get(field), limit) for field, limit in TEXTS.items()}, tags=list(normal.tags(tags)), details=normal.details(details),
        priority=priorities.priority_of(str(said.get("priority", ""))), service=services.by_names([name]).get(name.lower()), service_name=name,
        count=count if isinstance(count, int) and count > 0 else 1, responders=[], actions=[], links=[],
    )  # fmt: skip


def try_out(kind: str, alert: Alert, rules: Sequence[AlertRule], at: datetime) -> Tried:
    """Rule by rule whether it fits and why not, and what the alert would become."""
    alert.plan, alert.held_until = {}, _NEVER
    before = conditions.facts_of(alert)
    tables = LookupTable.objects.in_bulk({rule.does["table"] for rule in rules if "table" in rule.does})
    book = rulebook.Book({}, tables)
    known = deciding.services_of(book)
    asked = alert_rule_queries.trace(kind, alert, rules, at, lambda rule, facts: deciding.follow(alert, rule, facts, book, known, at))
    after = conditions.facts_of(alert)
    changes = [
        {"field": str(conditions.FIELDS[name][0]), "before": conditions.said(before, name), "after": conditions.said(after, name)}
        for name in conditions.FIELDS if before[name] != after[name]
    ]  # fmt: skip
    if alert.held_until is not None:
        changes.append({"field": _("Paging"), "before": _("at once"), "after": deciding.quiet_words(alert.held_until)})
    return Tried(asked, changes, alert.key if alert.pk else "")
