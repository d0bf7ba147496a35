"""What rules make of alerts that are about to be opened: enrichment, alert policies, notification policies, maintenance and silences, in this order.

Works on a whole batch that is not stored yet. Each decision leaves a line with the alert; nothing is dropped.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from alerts import conditions, effects, labels, normal, notifying, priorities, rulebook, templating
from alerts.models import Alert, AlertRule, LookupTable
from alerts.rulebook import Book
from services import queries as services
from services.models import Service

log = logging.getLogger(__name__)

LIMITS = {"message": normal.MESSAGE, "description": normal.DESCRIPTION, "source": normal.SOURCE, "entity": normal.ENTITY}
CHANGING = (AlertRule.ENRICHMENT, AlertRule.POLICY, AlertRule.NOTIFICATION)


def decide(alerts: Sequence[Alert], book: Book, at: datetime) -> None:
    """Changes the alerts as the rules of the moment say."""
    if any(book.has(kind) for kind in CHANGING):
        known = services_of(book)
        for alert in alerts:
            apply(alert, book, known, at)
    quiet = rulebook.quiet_at(at)
    for alert in alerts:
        if not quiet.is_empty or alert.held_until is not None:
            hush(alert, quiet, at)


def apply(alert: Alert, book: Book, known: Mapping[str, Service], at: datetime) -> None:
    """What the rules change in one alert; rules that come later see what earlier ones did."""
    facts = conditions.facts_of(alert)
    for kind in CHANGING:
        for rule in book.fitting(kind, alert, facts, at):
            try:
                follow(alert, rule, facts, book, known, at)
            except (OperationalError, InterfaceError):
                raise
            except Exception:  # it was checked when it was saved; whatever is wrong with it, people must still see the alert
                log.exception("rule %s could not be followed for %s", rule.pk, alert.key)
                alert.note(at, rule.kind, rule.name, _("could not be followed: see the log of the worker"))


def follow(alert: Alert, rule: AlertRule, facts: dict[str, Any], book: Book, known: Mapping[str, Service], at: datetime) -> None:
    """What follows from one rule that fits."""
    if rule.kind == AlertRule.ENRICHMENT:
        _enrich(alert, rule.does, book.tables, facts, known)
    elif rule.kind == AlertRule.POLICY:
        _rewrite(alert, rule.does, facts)
    elif rule.kind == AlertRule.NOTIFICATION:
        notifying.intend(alert, rule, at)
    facts.update(conditions.facts_of(alert))
    alert.note(at, rule.kind, rule.name, effects.words(rule.kind, rule.does))


def hush(alert: Alert, quiet: rulebook.Quiet, at: datetime) -> None:
    """Keeps an alert quiet as long as something says so; what it would set off waits until then (alerts.actions.silencing.hush)."""
    reasons = quiet.reasons(alert, at)
    for reason in reasons:
        if reason.stage != "rule":
            alert.note(at, reason.stage, reason.name, _("quiet until it is reviewed") if reason.is_review else quiet_words(reason.until))
        if reason.is_review:
            alert.held_until, alert.plan = Alert.FOREVER, {**alert.plan, "review": reason.name}
    ends = [Alert.FOREVER if reason.is_review else reason.until for reason in reasons]
    alert.silenced_until = max(ends, default=None)


def quiet_words(until: datetime) -> str:
    """“quiet until 2026-11-22 10:00 UTC”."""
    return _("quiet") if until >= Alert.FOREVER else _("quiet until {at} UTC").format(at=f"{until:%Y-%m-%d %H:%M}")


def services_of(book: Book) -> Mapping[str, Service]:
    """The services that lookup tables name."""
    names = {row["service"] for table in book.tables.values() for row in table.rows.values() if row.get("service")}
    return services.by_names(names) if names else {}


def _enrich(alert: Alert, does: Mapping[str, Any], tables: Mapping[int, LookupTable], facts: Mapping[str, Any], known: Mapping[str, Service]) -> None:
    given = conditions.said(facts, does["field"]) if does.get("field") else ""
    if "pattern" in does:
        found = labels.pattern(does["pattern"]).search(given[: labels.LONGEST_VALUE])
        if found is not None:
            alert.details = {**alert.details, **{name: text for name, text in found.groupdict("").items() if text}}
    table = tables.get(does.get("table", 0))
    if table is not None:
        _look_up(alert, table.rows.get(given.strip().casefold(), {}), known)
    if "facts" in does and alert.service is not None:
        service = alert.service
        told = {"service_owner": service.owner_team.name, "service_tier": service.tier.name, "runbook": service.runbook_url}
        alert.details = {**{name: text for name, text in told.items() if text}, **alert.details}
        alert.links = [*alert.links, *(dict(one) for one in normal.link(_("Runbook"), service.runbook_url) if one not in alert.links)]


def _look_up(alert: Alert, row: Mapping[str, str], known: Mapping[str, Service]) -> None:
    """service, priority and tags are set as such, other columns become details."""
    details = dict(alert.details)
    for column, value in row.items():
        name = column.casefold()
        if name == "service":
            alert.service = known.get(value.casefold(), alert.service)
        elif name == "priority":
            alert.priority = priorities.priority_of(value)
        elif name == "tags":
            alert.tags = list(normal.tags([*alert.tags, *value.replace(";", ",").split(",")]))
        elif value:
            details[column] = value
    alert.details = details


def _rewrite(alert: Alert, does: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    for name, limit in LIMITS.items():
        if name in does:
            filled = templating.fill(does[name], facts)
            setattr(alert, name, normal.text(filled, limit) if name == "description" else normal.line(filled, limit) or getattr(alert, name))
    alert.priority = does.get("priority", alert.priority)
    removed = {tag.casefold() for tag in does.get("tags_remove", ())}
    kept = [tag for tag in alert.tags if tag.casefold() not in removed]
    alert.tags = list(normal.tags([*kept, *(templating.fill(tag, facts) for tag in does.get("tags_add", ()))]))
    added = {key: normal.text(templating.fill(text, facts), normal.DETAIL) for key, text in does.get("details", {}).items()}
    alert.details = {**alert.details, **added}
    alert.responders = [*alert.responders, *(one for one in does.get("responders", ()) if one not in alert.responders)]
    if "suppress" in does:
        alert.held_until = Alert.FOREVER
