"""Rules about alerts: making, changing, ordering and removing them, and the tables that they look things up in."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts import conditions, effects, events, permissions, times
from alerts.models import AlertRule, LookupTable
from common import clock, errors
from journal import actions as journal
from services.models import Service

COLUMNS = ("name", "is_enabled", "conditions", "times", "does", "continues")
MOST, MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 100, 5_000, 30, 2_000_000


@transaction.atomic
def add(*, actor: User | None, kind: str, team: Team | None, values: Mapping[str, Any]) -> AlertRule:
    """One more rule, after the others of its kind and team. Raises Refused, or Invalid for the value that is wrong."""
    permissions.can_rule(actor, team).require()
    if kind not in effects.CHECKS:
        raise errors.Invalid("kind", _("Write one of: %(known)s.") % {"known": ", ".join(effects.CHECKS)})
    rows = _siblings(kind, team.pk if team is not None else None)
    if len(rows) >= MOST:
        raise errors.Invalid("name", _("Use at most %(most)d rules.") % {"most": MOST})
    rule = AlertRule(kind=kind, team=team, position=len(rows), **{name: values[name] for name in COLUMNS if name in values})
    check(rule)
    rule.save(force_insert=True)
    journal.record(events.RULE_ADDED, rule, actor=actor, name=rule.name, kind=str(rule.get_kind_display()))
    return rule


@transaction.atomic
def change(rule: AlertRule, *, actor: User | None, values: Mapping[str, Any]) -> AlertRule:
    """Another rule in its place; as it is changes nothing. Raises Refused, or Invalid for the value that is wrong."""
    locked = _lock(rule, actor)
    before = {name: getattr(locked, name) for name in COLUMNS}
    for name in COLUMNS:
        if name in values:
            setattr(locked, name, values[name])
    check(locked)
    changed = [name for name in COLUMNS if getattr(locked, name) != before[name]]
    if changed:
        locked.save(update_fields=changed)
        journal.record(events.RULE_CHANGED, locked, actor=actor, name=locked.name, fields=", ".join(changed))
    return locked


def switch(rule: AlertRule, *, actor: User | None, is_enabled: bool) -> AlertRule:
    """On or off."""
    return change(rule, actor=actor, values={"is_enabled": is_enabled})


@transaction.atomic
def remove(rule: AlertRule, *, actor: User | None) -> None:
    """One rule less. Doing it twice changes nothing."""
    permissions.can_rule(actor, rule.team_id).require()
    found = AlertRule.objects.select_for_update().filter(pk=rule.pk).first()
    if found is not None:
        journal.record(events.RULE_REMOVED, found, actor=actor, name=found.name)
        found.delete()


@transaction.atomic
def move(rule: AlertRule, *, actor: User | None, by: int) -> AlertRule:
    """So many places down, or up when negative; at the end it stays."""
    locked = _lock(rule, actor)
    rows = _siblings(locked.kind, locked.team_id)
    old = next(number for number, row in enumerate(rows) if row.pk == locked.pk)
    new = min(max(0, old + by), len(rows) - 1)
    if new != old:
        rows.insert(new, rows.pop(old))
        for number, row in enumerate(rows):
            row.position = number
        AlertRule.objects.bulk_update(rows, ["position"])
        journal.record(events.RULE_MOVED, locked, actor=actor, name=locked.name, place=new + 1)
    return rows[new]


def _siblings(kind: str, team_id: int | None) -> list[AlertRule]:
    rows = AlertRule.objects.filter(kind=kind, team_id=team_id) if team_id is not None else AlertRule.objects.filter(kind=kind, team__isnull=True)
    return list(rows.order_by("position", "pk").select_for_update(of=("self",)))


def _lock(rule: AlertRule, actor: User | None) -> AlertRule:
    permissions.can_rule(actor, rule.team_id).require()
    return AlertRule.objects.select_for_update().get(pk=rule.pk)


def check(rule: AlertRule) -> None:
    """Puts a rule into the form in which it is stored. Raises Invalid for the value that is wrong."""
    rule.conditions, rule.times = conditions.check(rule.conditions), times.check(rule.times)
    rule.does = effects.check(rule.kind, rule.does)
    table, service, team = (rule.does.get(name) for name in ("table", "service", "team"))
    if table and not LookupTable.objects.filter(pk=table).exists():
        raise errors.Invalid("does.table", _("There is no such table. Upload it first."))
    if service and not Service.objects.filter(slug=service).exists():
        raise errors.Invalid("does.service", _("There is no service with this short name."))
    if team and not Team.objects.filter(slug=team).exists():
        raise errors.Invalid("does.team", _("There is no team with this short name."))
    told = effects.words(rule.kind, rule.does)
    rule.name = str(rule.name).strip() or f"{told[:1].upper()}{told[1:120]}"
    try:
        rule.clean_fields(exclude=["team", "conditions", "times", "does"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise errors.Invalid(field, messages[0]) from error


@transaction.atomic
def save_table(*, actor: User | None, name: str, text: str, table: LookupTable | None = None) -> LookupTable:
    """Makes or replaces a lookup table from CSV: the first line names the columns, the first column is what alerts are looked up by. Raises Refused, Invalid."""
    permissions.can_rule(actor, None).require()
    columns, rows = read_csv(text)
    clean = name.strip()
    if not clean or len(clean) > 120:
        raise errors.Invalid("name", _("Write 1 to %(most)d characters.") % {"most": 120})
    if LookupTable.objects.filter(name__iexact=clean).exclude(pk=table.pk if table is not None and table.pk else 0).exists():
        raise errors.Invalid("name", _("There is a table with this name. Choose another one."))
    stored = LookupTable.objects.select_for_update().get(pk=table.pk) if table is not None else LookupTable()
    values: dict[str, Any] = {"name": clean, "key": columns[0], "columns": columns[1:], "rows": rows, "updated_at": clock.now()}
    if table is not None and all(getattr(stored, column) == values[column] for column in ("name", "key", "columns", "rows")):
        return stored
    for column, value in values.items():
        setattr(stored, column, value)
    if table is not None:
        stored.save(update_fields=list(values))
    else:
        stored.save(force_insert=True)
    journal.record(events.TABLE_SAVED, stored, actor=actor, name=stored.name, count=len(rows))
    return stored


def read_csv(text: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    """The columns, and the rows by the first of them in small letters. Raises Invalid("file") that says what to mend."""
    if len(text) > MOST_BYTES:
        raise errors.Invalid("file", _("The file is too large. Use at most %(most)d MB.") % {"most": MOST_BYTES // 1_000_000})
    try:
        dialect = csv.excel if ";" not in text.split("\n", 1)[0] else _Semicolons
        lines = [line for line in csv.reader(io.StringIO(text.lstrip("\ufeff")), dialect) if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise errors.Invalid("file", _("This is no CSV file: %(why)s.") % {"why": error}) from error
    head: Sequence[str] = [cell.strip()[:100] for cell in lines[0]] if lines else []
    if len(head) < 2 or len(head) > MOST_COLUMNS or len(set(head)) != len(head) or not all(head):
        raise errors.Invalid("file", _("The first line names 2 to %(most)d different columns.") % {"most": MOST_COLUMNS})
    if not 2 <= len(lines) <= MOST_ROWS + 1:
        raise errors.Invalid("file", _("Give 1 to %(most)d rows after the first line.") % {"most": MOST_ROWS})
    found: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines[1:], start=2):
        key = line[0].strip().casefold().replace("\0", "")
        if not key or len(line) > len(head):
            raise errors.Invalid(
                "file", _("Line %(number)d: its first cell is empty, or it has more cells than the first line.") % {"number": number}
            )
        found[key] = {name: cell.strip()[:1_000].replace("\0", "") for name, cell in zip(head[1:], line[1:], strict=False)}
    return list(head), found


class _Semicolons(csv.excel):
    """As spreadsheets write it where the comma is in numbers."""

    delimiter = ";"


@transaction.atomic
def remove_table(table: LookupTable, *, actor: User | None) -> None:
    """One table less. Raises Conflict while a rule uses it."""
    permissions.can_rule(actor, None).require()
    found = LookupTable.objects.select_for_update().filter(pk=table.pk).first()
    if found is None:
        return
    used = AlertRule.objects.filter(does__table=found.pk).first()
    if used is not None:
        raise errors.Conflict(_("The rule %(name)s uses it. Change or remove that one first.") % {"name": used.name})
    journal.record(events.TABLE_REMOVED, found, actor=actor, name=found.name)
    found.delete()
