"""Rules of integrations: making, changing, ordering (ALR-05)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import adapters, conditions, events, permissions, priorities, ruling, templating
from alerts.models import Integration, IntegrationRule
from common import errors
from journal import actions as journal
from services import queries as services

MOST = 100
COLUMNS = ("name", "action", "reported", "conditions", "values", "is_enabled")


@transaction.atomic
def add(integration: Integration, *, actor: User | None, values: Mapping[str, Any]) -> IntegrationRule:
    """A further rule, the last of its integration. Raises Refused, or Invalid for the value that is wrong."""
    known = _lock(integration, actor)
    if len(known) >= MOST:
        raise errors.Invalid("rules", _("Use at most %(most)d rules.") % {"most": MOST})
    rule = IntegrationRule(integration=integration, position=known[-1].position + 1 if known else 0, **_checked(integration, values))
    rule.save(force_insert=True)
    _record(integration, actor)
    return rule


@transaction.atomic
def change(rule: IntegrationRule, *, actor: User | None, values: Mapping[str, Any]) -> IntegrationRule:
    """Changes a rule. Raises Refused, or Invalid for the value that is wrong."""
    locked = next((one for one in _lock(rule.integration, actor) if one.pk == rule.pk), None)
    if locked is None:
        raise errors.Conflict(_("This rule was removed meanwhile."))
    after = _checked(rule.integration, {name: values.get(name, getattr(locked, name)) for name in COLUMNS})
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


def _checked(integration: Integration, values: Mapping[str, Any]) -> dict[str, Any]:
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
    _check_words(integration, {field: str(text).strip() for field, text in given.items()})
    return {
        "name": name, "action": action, "reported": reported, "conditions": conditions.check(values.get("conditions")),
        "values": {field: str(text).strip() for field, text in given.items() if str(text).strip()}, "is_enabled": bool(values.get("is_enabled", True)),
    }  # fmt: skip


def _check_words(integration: Integration, given: Mapping[str, str]) -> None:
    """What stands there as it is, not as a field of the alert, has to be something that is known. Raises Invalid."""
    priority, service = given.get("priority", ""), given.get("service", "")
    if priority and "{{" not in priority and not priorities.is_word(priority, integration.priority_map, adapters.words_of(integration.adapter)):
        raise errors.Invalid("values.priority", _("Write P1 to P5, a word such as critical, or a field such as {{details.severity}}."))
    if service and "{{" not in service and not services.by_names([service]):
        raise errors.Invalid(
            "values.service", _("There is no service “%(name)s”. Write its name, or a field such as {{details.app}}.") % {"name": service[:60]}
        )


def _record(integration: Integration, actor: User | None) -> None:
    journal.record(events.INTEGRATION_RULES, integration, actor=actor, name=integration.name)
