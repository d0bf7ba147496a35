"""Every write to integrations."""

import uuid
from collections.abc import Mapping
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Team, User
from alerts import adapters, events, permissions
from alerts.adapters import generic
from alerts.models import Integration
from common import clock, crypto, doorbell, errors
from journal import actions as journal
from services.models import Service

SHORTEST_SECRET, LONGEST_SECRET = 8, 500
# A test goes in as Opsgenie's clients send alerts, because this reads the same whatever tool and mapping the integration has.
TEST = "INSERT INTO alerts_inbox (integration_id, body, operation, request_id, context) VALUES (%s, %s, 'opsgenie.create', %s, '{}')"


@transaction.atomic
def create(
    *,
    actor: User | None,
    name: str,
    adapter: str = "alertmanager",
    service: Service | None = None,
    team: Team | None = None,
    mapping: Mapping[str, Any] | None = None,
    priority_map: Mapping[str, Any] | None = None,
    incident_from_priority: int | None = 1,
    incident_from_tier: int | None = 2,
) -> Integration:
    """Adds a source of alerts and makes its key. Raises Refused, or Invalid for the value that is wrong."""
    permissions.can_configure(actor).require()
    integration = Integration(
        name=name.strip(), adapter=adapter, service=service, team=team, mapping=dict(mapping or {}), priority_map=dict(priority_map or {}),
        incident_from_priority=incident_from_priority, incident_from_tier=incident_from_tier,
    )  # fmt: skip
    return add(integration, actor=actor)


@transaction.atomic
def add(integration: Integration, *, actor: User | None) -> Integration:
    """Saves a new integration that a form filled in, with a new key. For tools that tell again as long as it lasts nothing is too old to page at first."""
    permissions.can_configure(actor).require()
    _check(integration)
    if Integration.objects.filter(name__iexact=integration.name).exists():
        raise errors.Invalid("name", _("Another integration has this name."))
    integration.key = accounts.create_integration_key(actor=actor)
    if adapters.ADAPTERS[integration.adapter].tells_again:
        integration.stale_hours = 0  # there an old beginning says nothing about when it was sent
    integration.save(force_insert=True)
    journal.record(events.INTEGRATION_ADDED, integration, actor=actor, name=integration.name)
    return integration


@transaction.atomic
def change(integration: Integration, *, actor: User | None, fields: list[str]) -> Integration:
    """Saves the changed fields of an integration."""
    permissions.can_configure(actor).require()
    _check(integration)
    if integration.signing_cipher and not adapters.signing_of(integration.adapter):
        raise errors.Invalid("adapter", _("It asks for signatures, and this tool signs nothing: stop asking for them first."))
    if fields:
        integration.save(update_fields=fields)
        journal.record(events.INTEGRATION_CHANGED, integration, actor=actor, name=integration.name, fields=", ".join(sorted(fields)))
    return integration


def _check(integration: Integration) -> None:
    if not integration.name:
        raise errors.Invalid("name", _("Give it a name, such as “Prometheus, Oslo”."))
    if integration.adapter not in adapters.ADAPTERS:
        raise errors.Invalid("adapter", _("Choose one of %(known)s.") % {"known": ", ".join(adapters.ADAPTERS)})
    wrong = generic.check_mapping(integration.mapping)
    if wrong:
        raise errors.Invalid("mapping", wrong)
    if not isinstance(integration.priority_map, dict) or any(
        str(level).upper() not in ("P1", "P2", "P3", "P4", "P5") for level in integration.priority_map.values()
    ):
        raise errors.Invalid("priority_map", _("Write an object: word to P1, P2, P3, P4 or P5."))


@transaction.atomic
def rotate_key(integration: Integration, *, actor: User | None, hours: int = 24) -> Integration:
    """Gives the integration a new key; the door takes the old one for `hours` (0 to 168) more. Raises Refused, Invalid("hours")."""
    permissions.can_configure(actor).require()
    locked = Integration.objects.select_for_update().prefetch_related("key").get(pk=integration.pk)
    locked.key = accounts.rotate_integration_key(locked.key, actor=actor, hours=hours)
    journal.record(events.KEY_ROTATED, locked, actor=actor, name=locked.name)
    return locked


@transaction.atomic
def end_former_key(integration: Integration, *, actor: User | None) -> None:
    """The door refuses the key before the last rotation within five seconds."""
    permissions.can_configure(actor).require()
    accounts.end_former_key(integration.key, actor=actor)


@transaction.atomic
def sign(integration: Integration, *, actor: User | None, secret: str, hours: int = 24) -> Integration:
    """From now on only what is signed by this secret is taken; what the one before signs for `hours` (0 to 168) more. Empty: signatures are not asked for.

    Raises Refused, Invalid for a secret that is too short or a tool that signs nothing.
    """
    permissions.can_configure(actor).require()
    locked, at, secret = Integration.objects.select_for_update().get(pk=integration.pk), clock.now(), secret.strip()
    if not secret and not locked.signing_cipher:
        return locked
    if secret and not adapters.signing_of(locked.adapter):
        raise errors.Invalid("secret", _("This tool signs nothing that could be checked."))
    if secret and not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        raise errors.Invalid("secret", _("Give a secret of %(least)d to %(most)d characters.") % {"least": SHORTEST_SECRET, "most": LONGEST_SECRET})
    until = accounts.overlap(hours, at) if secret and locked.signing_cipher else None
    locked.former_signing_cipher, locked.former_signing_until = (locked.signing_cipher, until) if until else ("", None)
    locked.signing_cipher, locked.former_signing_used_at = crypto.encrypt(secret) if secret else "", None
    locked.save(update_fields=["signing_cipher", "former_signing_cipher", "former_signing_until", "former_signing_used_at"])
    event = events.SIGNING_SET if secret else events.SIGNING_ENDED
    journal.record(event, locked, actor=actor, at=at, name=locked.name, hours=hours if until else 0)
    return locked


@transaction.atomic
def end_former_secret(integration: Integration, *, actor: User | None) -> Integration:
    """What only the signing secret before the last change signed is refused within five seconds."""
    permissions.can_configure(actor).require()
    locked = Integration.objects.select_for_update().get(pk=integration.pk)
    if not locked.former_signing_cipher:
        return locked
    locked.former_signing_cipher, locked.former_signing_until = "", None
    locked.save(update_fields=["former_signing_cipher", "former_signing_until"])
    journal.record(events.FORMER_SECRET_ENDED, locked, actor=actor, name=locked.name)
    return locked


@transaction.atomic
def switch(integration: Integration, *, actor: User | None, is_enabled: bool) -> Integration:
    """Switches an integration on or off; within five seconds the door refuses its key, or takes it again."""
    permissions.can_configure(actor).require()
    locked = Integration.objects.select_for_update().get(pk=integration.pk)
    if locked.is_enabled == is_enabled:
        return locked
    locked.is_enabled = is_enabled
    locked.save(update_fields=["is_enabled"])
    journal.record(events.INTEGRATION_SWITCHED_ON if is_enabled else events.INTEGRATION_SWITCHED_OFF, locked, actor=actor, name=locked.name)
    return locked


@transaction.atomic
def send_test(integration: Integration, *, actor: User | None) -> None:
    """Puts an alert P5 in line, as if the tool had sent it: it goes the whole way, through its rules and to whom it concerns. Raises Refused, Conflict."""
    permissions.can_configure(actor).require()
    if not integration.is_enabled:
        raise errors.Conflict(_("%(name)s is switched off. Switch it on first.") % {"name": integration.name})
    said = {
        "alias": f"evenkeel-test/{integration.pk}", "message": _("Test alert of %(name)s") % {"name": integration.name}, "priority": "P5", "tags": ["test"],
        "description": _("Sent from the page of the integration. Close it when you have seen it."), "source": "Evenkeel",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TEST, [integration.pk, orjson.dumps(said), uuid.uuid4()])
    journal.record(events.INTEGRATION_TESTED, integration, actor=actor, name=integration.name)
    doorbell.ring("alerts.process_inbox", queue="critical")
