"""Rules of integrations: making, changing, ordering (ALR-05)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import conditions, events, permissions, ruling, templating
from alerts.models import Integration, IntegrationRule
from common import errors
from journal import actions as journal

MOST = 100
COLUMNS = ("name", "action", "reported", "conditions", "values", "is_enabled")


@transaction.atomic
def add(integration: Integration, *, actor: User | None, values: Mapping[str, Any]) -> IntegrationRule:
    """A further rule, the last of its integration. Raises Refused, or Invalid for the value that is wrong."""
    known = _lock(integration, actor)
    if len(known) >= MOST:
        raise errors.Invalid("rules", _("Use at most %(most)d rules.") % {"most": MOST})
    rule = IntegrationRule(integration=integration, position=known[-1].position + 1 if known else 0, **_checked(values))
    rule.save(force_insert=True)
    _record(integration, actor)
    return rule


@transaction.atomic
def change(rule: IntegrationRule, *, actor: User | None, values: Mapping[str, Any]) -> IntegrationRule:
    """Changes a rule. Raises Refused, or Invalid for the value that is wrong."""
    locked = next((one for one in _lock(rule.integration, actor) if one.pk == rule.pk), None)
    if locked is None:
        raise errors.Conflict(_("This rule was removed meanwhile."))
    after = _checked({name: values.get(name, getattr(locked, name)) for name in COLUMNS})
    changed = [name for name, value in after.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, after[name])
    if changed:
        locked.save(update_fields=changed)
        _record(locked.integration, actor)
    return locked


@transaction.atomic
def remove(rule: IntegrationRule, *, actor: User | None) -> None:
    """Takes a rule away."""
    if any(one.pk == rule.pk for one in _lock(rule.integration, actor)):
        IntegrationRule.objects.filter(pk=rule.pk).delete()
        _record(rule.integration, actor)


@transaction.atomic
def move(rule: IntegrationRule, *, actor: User | None, by: int) -> IntegrationRule:
    """So many places down among the rules of its action, or up when negative; at the end it stays."""
    own = [one for one in _lock(rule.integration, actor) if one.action == rule.action]
    old = next((number for number, one in enumerate(own) if one.pk == rule.pk), None)
    new = old if old is None else min(max(0, old + by), len(own) - 1)
    if old is None or new is None or new == old:
        return rule
    places = [one.position for one in own]
    own.insert(new, own.pop(old))
    for one, position in zip(own, places, strict=True):
        one.position = position
    IntegrationRule.objects.bulk_update(own, ["position"])
    _record(rule.integration, actor)
    return own[new]


def _lock(integration: Integration, actor: User | None) -> list[IntegrationRule]:
    permissions.can_configure(actor).require()
    Integration.objects.select_for_update().get(pk=integration.pk)
    return list(IntegrationRule.objects.filter(integration=integration).order_by("position", "pk"))


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    name, action, reported = str(values.get("name") or "").strip(), values.get("action"), values.get("reported", ruling.ANY)
    if not 1 <= len(name) <= 120:
        raise errors.Invalid("name", _("Write 1 to %(most)d characters.") % {"most": 120})
    for field, value, known in (("action", action, ruling.ORDER), ("reported", reported, (ruling.ANY, ruling.PROBLEM, ruling.RECOVERY))):
        if value not in known:
            raise errors.Invalid(field, _("Write one of: %(known)s.") % {"known": ", ".join(known)})
    given = values.get("values") or {}
    if not isinstance(given, Mapping):
        raise errors.Invalid("values", _("Give an object: field to text."))
    for field, text in given.items():
        if text and field not in ruling.VALUES[str(action)]:
            able = ", ".join(ruling.VALUES[str(action)]) or _("nothing")
            raise errors.Invalid(f"values.{field}", _("This action writes over: %(able)s.") % {"able": able})
        templating.check(str(text), f"values.{field}")
    return {
        "name": name, "action": action, "reported": reported, "conditions": conditions.check(values.get("conditions")),
        "values": {field: str(text).strip() for field, text in given.items() if str(text).strip()}, "is_enabled": bool(values.get("is_enabled", True)),
    }  # fmt: skip


def _record(integration: Integration, actor: User | None) -> None:
    journal.record(events.INTEGRATION_RULES, integration, actor=actor, name=integration.name)
