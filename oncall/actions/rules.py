"""Where a team's alerts and incidents go: making, changing, ordering routing rules (ALR-13). The screens, the API and the admin all check here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.validators import known_zone
from common import errors
from journal import actions as journal
from oncall import events, permissions, subjects
from oncall.models import RoutingRule

MOST = 100
COLUMNS = ("name", "priorities", "tiers", "words", "tags", "weekdays", "from_at", "until_at", "time_zone", "policy", "schedule")


def check(rule: RoutingRule) -> None:
    """What the database cannot say about a routing rule. Raises Invalid for the value that is wrong."""
    if rule.policy_id is not None and rule.schedule_id is not None:
        raise errors.Invalid("schedule", _("Choose a policy or a schedule, not both; neither pages no one."))
    if rule.policy is not None and rule.policy.archived_at is not None:
        raise errors.Invalid("policy", _("%(name)s is archived.") % {"name": rule.policy.name})
    try:
        known_zone(rule.time_zone)
    except ValidationError as error:
        raise errors.Invalid("time_zone", error.messages[0]) from error
    if any(not 0 <= day <= 6 for day in rule.weekdays):
        raise errors.Invalid("weekdays", _("Weekdays are 0 (Monday) to 6 (Sunday)."))
    if any(not 1 <= value <= 5 for value in rule.priorities):
        raise errors.Invalid("priorities", _("Choose priorities from 1 to 5."))


@transaction.atomic
def set_rules(team: Team, *, actor: User | None, rules: Sequence[Mapping[str, Any]]) -> list[RoutingRule]:
    """Replaces the routing rules of a team; the first that fits decides. Raises Refused, or Invalid for the value that is wrong."""
    _lock(team, actor)
    if len(rules) > MOST:
        raise errors.Invalid("rules", _("Use at most %(most)d rules.") % {"most": MOST})
    made = [RoutingRule(**{**rule, "team": team, "position": number}) for number, rule in enumerate(rules)]
    for number, rule in enumerate(made):
        try:
            _check(rule)
        except errors.Invalid as error:
            raise errors.Invalid(f"rules.{number}.{error.field}", error.message) from error
    before = _rows(team)
    if [_values(rule) for rule in before] == [_values(rule) for rule in made]:
        return before
    RoutingRule.objects.filter(team=team).delete()
    RoutingRule.objects.bulk_create(made)
    _record(team, actor)
    return made


def _values(rule: RoutingRule) -> list[Any]:
    return [getattr(rule, field.attname) for field in RoutingRule._meta.concrete_fields if field.name not in ("id", "team", "position")]


@transaction.atomic
def add(team: Team, *, actor: User | None, values: Mapping[str, Any]) -> RoutingRule:
    """One more rule, after the others. Raises Refused, or Invalid for the value that is wrong."""
    _lock(team, actor)
    rows = _rows(team)
    if len(rows) >= MOST:
        raise errors.Invalid("name", _("Use at most %(most)d rules.") % {"most": MOST})
    rule = RoutingRule(team=team, **{name: values[name] for name in COLUMNS if name in values})
    _check(rule)
    _order([*rows, rule])
    rule.save(force_insert=True)
    _record(team, actor)
    return rule


@transaction.atomic
def change(rule: RoutingRule, *, actor: User | None, values: Mapping[str, Any]) -> RoutingRule:
    """Another rule in its place; as it is changes nothing. Raises Refused, or Invalid for the value that is wrong."""
    _lock(rule.team, actor)
    locked = RoutingRule.objects.get(pk=rule.pk)
    before = _values(locked)
    for name in COLUMNS:
        if name in values:
            setattr(locked, name, values[name])
    _check(locked)
    if _values(locked) != before:
        locked.save(update_fields=COLUMNS)
        _record(rule.team, actor)
    return locked


@transaction.atomic
def remove(rule: RoutingRule, *, actor: User | None) -> None:
    """One rule less. Doing it twice changes nothing."""
    _lock(rule.team, actor)
    if RoutingRule.objects.filter(pk=rule.pk).delete()[0]:
        _record(rule.team, actor)


@transaction.atomic
def move(rule: RoutingRule, *, actor: User | None, by: int) -> list[RoutingRule]:
    """So many places down, or up when negative; at the end it stays. Answers the rules in their order."""
    _lock(rule.team, actor)
    rows = _rows(rule.team)
    old = next((number for number, row in enumerate(rows) if row.pk == rule.pk), None)
    if old is None:
        return rows
    new = min(max(0, old + by), len(rows) - 1)
    if new != old:
        rows.insert(new, rows.pop(old))
        _order(rows)
        _record(rule.team, actor)
    return rows


def _lock(team: Team, actor: User | None) -> None:
    permissions.can_manage(actor, team).require()
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def _rows(team: Team) -> list[RoutingRule]:
    return list(RoutingRule.objects.filter(team=team).order_by("position", "pk"))


def _order(rows: Sequence[RoutingRule]) -> None:
    """Numbers them from 0; what is not stored yet only gets its number."""
    for number, row in enumerate(rows):
        row.position = number
    RoutingRule.objects.bulk_update([row for row in rows if row.pk], ["position"])


def _check(rule: RoutingRule) -> None:
    check(rule)
    try:
        rule.clean_fields(exclude=["team"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise errors.Invalid(field, messages[0]) from error


def _record(team: Team, actor: User | None) -> None:
    count = RoutingRule.objects.filter(team=team).count()
    journal.record(events.ROUTING_CHANGED, subjects.journal_subject("team", team.pk), actor=actor, name=team.name, count=count)
