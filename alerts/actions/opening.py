"""Firing: a new alert, one more occurrence of an open one, and the incident a critical one opens. Called by the intake inside its transaction."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from alerts import events, folding, priorities
from alerts.folding import Step
from alerts.models import Alert, Integration
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal import actions as journal
from services import queries as services
from services.models import Service
from tickets.actions.creation import EARLIEST
from tickets.models import Ticket

log = logging.getLogger(__name__)

PAYLOAD_BYTES = 64_000

COUNT = """
UPDATE alerts_alert SET count = count + given.more, last_occurred_at = greatest(last_occurred_at, given.last_at), payload = given.payload::jsonb
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[]) AS given(id, more, last_at, payload) WHERE alerts_alert.id = given.id
"""


def open_or_count(steps: Sequence[Step], integrations: Mapping[int, Integration], at: datetime) -> None:
    """Counts up what is open already, ignores firings that were closed before, opens the rest. Duplicates leave no trace in the journal."""
    aliases = [step.event.alias for step in steps]
    known = {
        alias: pk
        for pk, alias in Alert.objects.filter(alias__in=aliases)
        .exclude(status=Alert.CLOSED)
        .order_by("alias")
        .select_for_update()
        .values_list("pk", "alias")
    }
    missing = [alias for alias in aliases if alias not in known]
    closed = _last_closed(missing)
    counted = [(known[step.event.alias], step) for step in steps if step.event.alias in known]
    fresh = []
    for step in steps:
        if step.event.alias in known:
            continue
        start, pk = closed.get(step.event.alias, (None, 0))
        if folding.is_old_firing(step.event.starts_at, start):
            counted.append((pk, step))
        else:
            fresh.append(step)
    _count(counted)
    if fresh:
        _open(fresh, integrations, at)


def _last_closed(aliases: Sequence[str]) -> dict[str, tuple[datetime | None, int]]:
    """For each alias the latest start among its closed alerts, and the newest of them."""
    if not aliases:
        return {}
    rows = Alert.objects.filter(alias__in=aliases, status=Alert.CLOSED).values("alias").annotate(start=Max("starts_at"), newest=Max("id"))
    return {row["alias"]: (row["start"], row["newest"]) for row in rows}


def _count(counted: Sequence[tuple[int, Step]]) -> None:
    if not counted:
        return
    rows = sorted(counted, key=lambda pair: pair[0])
    columns: list[Any] = [
        [pk for pk, _step in rows],
        [step.count for _pk, step in rows],
        [step.last_at for _pk, step in rows],
        [_stored(step) for _pk, step in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, columns)


def _stored(step: Step) -> str:
    """The payload as JSON that the database can hold and a screen can show; the raw bytes stay in the inbox."""
    try:
        text = json.dumps(step.event.payload, default=str)
    except RecursionError:
        return json.dumps({"note": "Nested too deep to show"})
    return text if len(text) <= PAYLOAD_BYTES else json.dumps({"note": "Cut", "text": text[:PAYLOAD_BYTES]})


def _open(steps: Sequence[Step], integrations: Mapping[int, Integration], at: datetime) -> None:
    found = services.by_names(name for step in steps for name in step.event.services)
    numbers = _numbers(len(steps))
    alerts = [_alert(step, integrations.get(step.integration_id or 0), found, number, at) for step, number in zip(steps, numbers, strict=True)]
    Alert.objects.bulk_create(alerts)
    journal.record_many(
        events.OPENED,
        [
            (alert, {"key": alert.key, "message": alert.message, "source": alert.integration.name if alert.integration else "Evenkeel"})
            for alert in alerts
        ],
        actor=None,
        at=at,
    )
    for alert in alerts:
        if _asks_for_incident(alert):
            _give_incident(alert, at)


def _numbers(amount: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('alerts_number') FROM generate_series(1, %s)", [amount])
        return [row[0] for row in cursor.fetchall()]


def _alert(step: Step, integration: Integration | None, found: Mapping[str, Service], number: int, at: datetime) -> Alert:
    event = step.event
    service = next((found[name.lower()] for name in event.services if name.lower() in found), None)
    if service is None and integration is not None and not event.services:
        service = integration.service
    return Alert(
        number=number, alias=event.alias, message=event.message, description=event.description, entity=event.entity, source=event.source,
        priority=priorities.priority_of(event.priority, integration.priority_map if integration else None), tags=list(event.tags),
        details=dict(event.details), links=[dict(link) for link in event.links], payload=json.loads(_stored(step)), count=step.count,
        integration=integration, service=service, service_name=event.services[0] if event.services else "", starts_at=event.starts_at,
        first_occurred_at=step.first_at, last_occurred_at=step.last_at,
    )  # fmt: skip


def _asks_for_incident(alert: Alert) -> bool:
    """Whether the integration's rule says that this alert opens an incident."""
    rule = alert.integration
    if rule is None or rule.incident_from_priority is None or alert.priority > rule.incident_from_priority:
        return False
    if rule.incident_from_tier is None:
        return True
    return alert.service is not None and alert.service.tier_id <= rule.incident_from_tier


def _give_incident(alert: Alert, at: datetime) -> None:
    """Links the incident that an earlier alert of this alias opened while it is open, else opens one. A failure keeps the alert."""
    earlier = Ticket.objects.filter(as_incident__alerts__alias=alert.alias, is_open=True).select_related("as_incident").order_by("-pk").first()
    if earlier is not None:
        link(alert, earlier.as_incident, at)
        return
    try:
        with transaction.atomic():
            link(alert, open_incident(alert), at)
    except errors.DomainError as error:
        log.error("intake: %s opened no incident: %s", alert.key, error.message)


def open_incident(alert: Alert, *, actor: Any = None) -> Incident:
    """The incident of an alert: summary and payload from it, urgency from its priority, impact from the tier, team from the service."""
    text = [alert.description] if alert.description else []
    text += [f"{alert.key}, {alert.integration}" if alert.integration else alert.key]
    return incidents.create(
        actor=actor,
        summary=alert.message,
        description="\n\n".join(text),
        service=alert.service,
        urgency=priorities.urgency_of(alert.priority),
        team=alert.integration.team if alert.integration and alert.service is None else None,
        channel="alert",
        detected_at=min(alert.first_occurred_at, clock.now()),
        impact_started_at=alert.starts_at if alert.starts_at and EARLIEST <= alert.starts_at <= clock.now() else None,
    )


def link(alert: Alert, incident: Incident, at: datetime, *, actor: Any = None) -> None:
    """Points the alert at the incident and tells both timelines."""
    alert.incident = incident
    alert.save(update_fields=["incident"])
    journal.record(events.ATTACHED, alert, actor=actor, at=at, key=alert.key, incident=incident.key)
    journal.record(events.INCIDENT_ALERTED, incident, actor=actor, at=at, key=alert.key, message=alert.message, alert=alert.pk)
