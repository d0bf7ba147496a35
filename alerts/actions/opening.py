"""Firing: a new alert, one more occurrence of an open one, and the incident a critical one opens. Called by the intake inside its transaction."""

import logging
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Team
from alerts import adapters, commands, conditions, effects, events, folding, kinds, notifying, priorities, queries, rulebook, templating
from alerts.actions import correlating, deciding, early, escalating, flapping, grouping, late, recovery, topology
from alerts.folding import Past, Step
from alerts.models import Alert, AlertGroup, AlertRule, Integration
from common import clock, copying
from incidents import actions as incidents
from incidents.models import Incident
from journal import actions as journal
from services import queries as services
from services.models import Service
from tickets.actions import conversation
from tickets.actions.creation import EARLIEST, SUMMARY_LENGTH

log = logging.getLogger(__name__)

PAYLOAD_BYTES = 64_000

COUNT = """
UPDATE alerts_alert SET count = count + given.more, last_occurred_at = greatest(last_occurred_at, given.last_at), payload = given.payload::jsonb,
  starts_at = CASE WHEN status = 'closed' THEN alerts_alert.starts_at ELSE greatest(alerts_alert.starts_at, given.starts_at) END,
  expires_at = given.expires_at,
  beats = alerts_beats(alerts_alert.beats, count, coalesce(beats_at, alerts_minute(first_occurred_at)), given.more, alerts_minute(given.last_at)),
  beats_at = greatest(beats_at, alerts_minute(first_occurred_at), alerts_minute(given.last_at)),
  flapping_until = CASE WHEN flapping_until IS NOT NULL AND recovered_at IS NOT NULL THEN given.last_at + (flapping_until - recovered_at)
    ELSE flapping_until END,
  recovered_at = CASE WHEN flapping_until IS NOT NULL AND status <> 'closed' THEN NULL ELSE alerts_alert.recovered_at END
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::timestamptz[])
  AS given(id, more, last_at, starts_at, payload, expires_at)
WHERE alerts_alert.id = given.id
"""


@dataclass(frozen=True, slots=True)
class Home:
    """Whom alerts concern that the product raises itself: a service and a team, where known."""

    service: Service | None = None
    team: Team | None = None


def open_or_count(steps: Sequence[Step], integrations: Mapping[int, Integration], at: datetime, *, home: Home | None = None) -> None:
    """Counts up what is open already, ignores firings that were closed before, opens the rest. Duplicates leave no trace in the journal."""
    grouping.hold()
    aliases = [step.event.alias for step in steps]
    active = Alert.objects.filter(alias__in=aliases).exclude(status=Alert.CLOSED).order_by("alias").select_for_update()
    rows = active.values_list("pk", "alias", "priority", "uid", "held_until")
    known = {alias: (pk, priority, uid, held) for pk, alias, priority, uid, held in rows}
    past = _past([alias for alias in aliases if alias not in known])
    counted, risen, fresh, held = [], {}, [], []
    for step in steps:
        alias, old = step.event.alias, past.get(step.event.alias)
        if alias in known:
            pk, before, uid, held_until = known[alias]
            counted.append((pk, step))
            if held_until is not None:
                held.append((pk, step))
            step.tell("Increased alert count", uid)
            level = _priority(step, integrations.get(step.integration_id or 0))
            if level < before:
                risen[pk] = level
        elif old is not None and folding.is_old_firing(step.event.starts_at, step.last_at, old):
            counted.append((old.pk, step))
            step.tell("Alert was closed before")
        else:
            fresh.append(step)
    _count(counted)
    if held:
        _free_counted(held, at)
    if risen:
        _raise(risen, at)
    if fresh:
        for step, alert in zip(fresh, _open(fresh, integrations, at, home or Home(), past), strict=True):
            step.tell("Created alert, too old to page anybody" if alert.plan.get("stale") else "Created alert", alert.uid)


def _past(aliases: Sequence[str]) -> dict[str, Past]:
    """The newest closed alert of each alias."""
    if not aliases:
        return {}
    rows = Alert.objects.filter(alias__in=aliases, status=Alert.CLOSED).order_by("alias", "-id").distinct("alias")
    rows = rows.only("alias", "starts_at", "recovered_at", "last_occurred_at")
    return {row.alias: Past(row.pk, row.starts_at, row.recovered_at, row.last_occurred_at) for row in rows}


def _priority(step: Step, integration: Integration | None) -> int:
    if integration is None:
        return priorities.priority_of(step.event.priority)
    return priorities.priority_of(step.event.priority, integration.priority_map, adapters.words_of(integration.adapter))


def _raise(levels: Mapping[int, int], at: datetime) -> None:
    """Open alerts whose tool now calls them more urgent; one that has become critical opens its incident now."""
    rows = Alert.objects.filter(pk__in=levels).select_related("integration", "service__tier", "service__owner_team", "incident", "group__incident")
    rows = rows.order_by("pk")
    book = rulebook.read(AlertRule.INCIDENT)
    for alert in rows:
        before, alert.priority = alert.priority, levels[alert.pk]
        alert.save(update_fields=["priority"])
        journal.record(events.PRIORITY_RAISED, alert, actor=None, at=at, key=alert.key, before=before, after=alert.priority)
        give_due_incident(alert, at, book)


def _free_counted(held: Sequence[tuple[int, Step]], at: datetime) -> None:
    """Alerts that wait for more events before they page (ALR-11) or for one that is not too old: those that have it now are loud."""
    freed = late.wake(held, at)
    more = dict[int, int]()
    for pk, step in held:
        more[pk] = more.get(pk, 0) + step.count
    waiting = list(Alert.objects.filter(pk__in=more, plan__has_key="dedup").prefetch_related(*queries.RELATED).order_by("pk"))
    quiet = rulebook.quiet_at(at) if waiting else None
    for alert in waiting:
        before, (alert.plan, is_enough) = alert.plan["dedup"], notifying.counted(alert.plan, alert.count, more[alert.pk], at)
        if is_enough and quiet is not None and "review" not in alert.plan:
            alert.held_until = datetime.fromisoformat(before["until"]) if before.get("until") else None
            alert.silenced_until = quiet.until(alert, at)
            alert.note(at, AlertRule.NOTIFICATION, alert.plan.get("rule", ""), _("enough events came: {n}").format(n=alert.count))
            freed += [alert] if alert.silenced_until is None and alert.status == Alert.OPEN else []
    Alert.objects.bulk_update(waiting, ["plan", "held_until", "silenced_until", "decisions"])
    free(freed, at)


def free(alerts: Sequence[Alert], at: datetime) -> None:
    """Open alerts that nothing keeps quiet any more: what they would have set off follows now."""
    if alerts:
        book = rulebook.read(AlertRule.INCIDENT)
        for alert in alerts:
            give_due_incident(alert, at, book)
        escalating.begin(alerts, at)


def give_due_incident(alert: Alert, at: datetime, book: rulebook.Book | None = None) -> None:
    """An incident for an alert that has become urgent enough for one and has none that is open."""
    if alert.silenced_until is None and not has_incident(alert):
        _give_asked_incident(alert, book or rulebook.read(AlertRule.INCIDENT), at)


def _count(counted: Sequence[tuple[int, Step]]) -> None:
    if not counted:
        return
    rows = sorted(counted, key=lambda pair: pair[0])
    columns: list[Any] = [
        [pk for pk, _step in rows],
        [step.count for _pk, step in rows],
        [step.last_at for _pk, step in rows],
        [step.event.starts_at for _pk, step in rows],
        [_stored(step) for _pk, step in rows],
        [_expiry(step) for _pk, step in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, columns)


def _stored(step: Step) -> str:
    """The payload as JSON that the database can hold and a screen can show; the raw bytes stay in the inbox."""
    if step.event.payload is None:
        return "{}"
    try:
        text = orjson.dumps(step.event.payload, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # orjson says so too of what is nested too deep
        return '{"note": "Cannot be shown"}'
    return (text if len(text) <= PAYLOAD_BYTES else orjson.dumps({"note": "Cut", "text": text[:PAYLOAD_BYTES].decode("utf-8", "ignore")})).decode()


def _open(steps: Sequence[Step], integrations: Mapping[int, Integration], at: datetime, home: Home, again: Collection[str]) -> list[Alert]:
    found = services.by_names(name for step in steps for name in (*step.event.services, *step.event.hints))
    numbers = _numbers(len(steps))
    alerts = [_alert(step, integrations.get(step.integration_id or 0), found, number, home) for step, number in zip(steps, numbers, strict=True)]
    for step, alert in zip(steps, alerts, strict=True):
        if "rule" in step.event.extra:
            alert.note(at, "rule", step.event.extra["rule"], _("A rule of the integration created it"))
    book = rulebook.read()
    deciding.decide(alerts, book, at)
    over = early.over(steps)
    for alert in alerts if over else ():
        if alert.alias in over:
            recovery.end(alert, at)
    staying = [alert for alert in alerts if alert.alias not in over]
    late.mark(staying, at)
    flapping.mark(staying, again, at)
    parents = topology.hold(staying, at)
    together = correlating.gather(staying, book, at)
    grouping.place(together.left(staying), at)
    correlating.settle(together, at)
    for alert in alerts:
        alert.kind = kinds.of(alert)
    _note_homeless([alert for alert in alerts if alert.silenced_until is None and alert.alias not in over], at)
    copying.insert(alerts)
    topology.tie(alerts, parents)
    journal.record_many(
        events.OPENED,
        [
            (
                alert,
                {"key": alert.key, "message": alert.message, "source": alert.integration.name if alert.integration else alert.source or "Evenkeel"},
            )
            for alert in alerts
        ],
        actor=None,
        at=at,
    )
    noted = [(alert, step.event.extra) for alert, step in zip(alerts, steps, strict=True) if step.event.extra.get("note")]
    if noted:
        told = [(alert, {"note": said["note"], "hand": commands.hand(said, str(alert.integration or ""))}) for alert, said in noted]
        journal.record_many(events.NOTED, told, actor=None, at=at)
    recovery.tell([alert for alert in alerts if alert.alias in over], None, at)
    loud = [alert for alert in alerts if alert.silenced_until is None and alert.alias not in over]
    _give_shared_incidents([alert for alert, _row in together.moved], loud, book, at)
    for alert in loud:
        if alert.incident is None:
            _give_asked_incident(alert, book, at)
    _join([alert for alert in alerts if alert.flapping_until is not None], at)
    escalating.begin(loud, at)
    return alerts


def _note_homeless(loud: Sequence[Alert], at: datetime) -> None:
    """Says of an alert for which nobody can be called that it is so: monitoring must not seem to page when it does not."""
    words = ""
    for alert in loud:
        if alert.service_id is None and not alert.responders and escalating.team_of(alert) is None:
            words = words or _("no service, no team and no responder: nobody is called")
            alert.note(at, "routing", "", words)


def _numbers(amount: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('alerts_number') FROM generate_series(1, %s)", [amount])
        return [row[0] for row in cursor.fetchall()]


def _alert(step: Step, integration: Integration | None, found: Mapping[str, Service], number: int, home: Home) -> Alert:
    event = step.event
    service = next((found[name.lower()] for name in (*event.services, *event.hints) if name.lower() in found), None)
    if service is None and integration is not None and not event.services:
        service = integration.service
    service = service or home.service
    columns = {
        "number": number, "alias": event.alias, "message": event.message, "description": event.description, "entity": event.entity, "source": event.source,
        "priority": _priority(step, integration), "tags": list(event.tags), "group_key": event.group,
        "details": dict(event.details), "links": [dict(link) for link in event.links], "payload": orjson.loads(_stored(step)), "count": step.count,
        "service_name": event.services[0] if event.services else "", "starts_at": event.starts_at,
        "first_occurred_at": step.first_at, "last_occurred_at": step.last_at, "expires_at": _expiry(step), "uid": event.extra.get("uid") or uuid.uuid4(),
        "responders": event.extra.get("responders", []), "visible_to": event.extra.get("visible_to", []), "actions": event.extra.get("actions", []),
    }  # fmt: skip
    alert = copying.made(Alert, columns)
    alert.integration, alert.service = integration, service
    if home.team is not None:
        alert.team = home.team
    return alert


def _expiry(step: Step) -> datetime | None:
    """When a firing is over unless it is sent again: Alertmanager's API says so with an end that is to come."""
    return step.event.ended_at if step.event.extra.get("api") == "alertmanager" else None


def _give_asked_incident(alert: Alert, book: rulebook.Book, at: datetime) -> None:
    """The incident that the first incident rule that fits asks for (ALR-14), else the integration; whatever they say, that of what happens together."""
    group, rule = alert.group, None
    if group is not None and group.mode == AlertGroup.CORRELATED and group.incident is not None and group.incident.is_open:
        link(alert, group.incident, at)
        return
    title = group.title if group is not None else ""
    if book.has(AlertRule.INCIDENT):
        rule = next(book.fitting(AlertRule.INCIDENT, alert, conditions.facts_of(alert), at), None)
    if rule is None:
        if title or _asks_for_incident(alert):
            _give_incident(alert, at, title=title)
        return
    alert.note(at, rule.kind, rule.name, effects.words(rule.kind, rule.does))
    alert.save(update_fields=["decisions"])
    if title or "none" not in rule.does:
        _give_incident(alert, at, rule.does, title=title)


def _give_shared_incidents(stored: Sequence[Alert], fresh: Sequence[Alert], book: rulebook.Book, at: datetime) -> None:
    """Alerts that a correlation rule has just put together: the most urgent opens the incident, those that were stored before are linked at once."""
    waiting: dict[int, list[Alert]] = {}
    for alert in [*stored, *fresh] if stored else fresh:
        if (
            alert.group is not None
            and alert.group.title
            and alert.status != Alert.CLOSED
            and alert.silenced_until is None
            and not has_incident(alert)
        ):
            waiting.setdefault(alert.group.pk, []).append(alert)
    old = {alert.pk for alert in stored}
    for members in waiting.values():
        _give_asked_incident(min(members, key=lambda alert: (alert.priority, alert.number)), book, at)
        incident = members[0].group.incident if members[0].group is not None else None
        if incident is not None and incident.is_open:
            link_many([alert for alert in members if alert.pk in old and not has_incident(alert)], incident, at)


def has_incident(alert: Alert) -> bool:
    """Whether one is open for it."""
    return alert.incident is not None and alert.incident.is_open


def _asks_for_incident(alert: Alert) -> bool:
    """Whether the integration says that this alert opens an incident."""
    rule = alert.integration
    if rule is None or rule.incident_from_priority is None or alert.priority > rule.incident_from_priority:
        return False
    if rule.incident_from_tier is None:
        return True
    return alert.service is not None and alert.service.tier_id <= rule.incident_from_tier


def _give_incident(alert: Alert, at: datetime, does: Mapping[str, Any] | None = None, *, title: str = "") -> None:
    """Links the open incident of its group, of an earlier alert of this alias, or of what the tool tells together of this service (INC-17), else opens one.

    A failure keeps the alert. does: what an incident rule says.
    """
    if alert.group is not None and alert.group.incident is not None and alert.group.incident.is_open:
        link(alert, alert.group.incident, at)
        return
    earlier = _with_open_incident(Q(alias=alert.alias))
    if earlier is None and alert.group_key:
        earlier = _with_open_incident(Q(group_key=alert.group_key, service_id=alert.service_id))
    if earlier is not None and earlier.incident is not None:
        link(alert, earlier.incident, at)
        return
    try:
        with transaction.atomic():
            link(alert, open_incident(alert, does=does or {}, title=title), at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # whatever is wrong with the incident, people must still see the alert
        log.exception("intake: %s opened no incident", alert.key)
        alert.incident = None
        journal.record(events.INCIDENT_FAILED, alert, actor=None, at=at, key=alert.key, reason=getattr(error, "message", type(error).__name__))


def _join(alerts: Sequence[Alert], at: datetime) -> None:
    """Flapping alerts belong to the open incident of their alias; they open none."""
    for alert in alerts:
        earlier = _with_open_incident(Q(alias=alert.alias))
        if earlier is not None and earlier.incident is not None:
            link(alert, earlier.incident, at)


def _with_open_incident(condition: Q) -> Alert | None:
    """The newest such alert whose incident is still open."""
    return Alert.objects.filter(condition, incident__is_open=True).select_related("incident").order_by("-id").first()


def open_incident(alert: Alert, *, actor: Any = None, does: Mapping[str, Any] | None = None, title: str = "") -> Incident:
    """The incident of an alert: summary and payload from it, urgency from its priority, impact from the tier, team from the service.

    does: what an incident rule says instead, see alerts/effects.py. title: what a correlation rule calls it.
    """
    said, facts = does or {}, conditions.facts_of(alert)
    text = [templating.fill(said["description"], facts) if "description" in said else alert.description]
    text += [f"{alert.key}, {alert.integration}" if alert.integration else alert.key]
    detected_at = min(alert.first_occurred_at, clock.now())
    service = (Service.objects.filter(slug=said["service"]).first() if "service" in said else None) or alert.service
    team = (Team.objects.filter(slug=said["team"]).first() if "team" in said else None) or alert.team
    summary = title or (templating.fill(said["summary"], facts) if "summary" in said else "")
    incident = incidents.create(
        actor=actor,
        summary=summary[:SUMMARY_LENGTH].strip() or alert.message,
        description="\n\n".join(part for part in text if part),
        service=service,
        impact=said.get("impact"),
        urgency=priorities.urgency_of(said.get("priority", alert.priority)),
        team=team or (alert.integration.team if alert.integration and service is None else None),
        labels=said.get("labels", ()),
        channel="alert",
        must_fill=False,
        detected_at=detected_at,
        impact_started_at=min(alert.starts_at, detected_at) if alert.starts_at and alert.starts_at >= EARLIEST else None,
    )
    if said.get("message"):
        conversation.comment(incident, actor=None, body=templating.fill(said["message"], facts), is_internal=False)
    return incident


def link(alert: Alert, incident: Incident, at: datetime, *, actor: Any = None) -> None:
    """Points the alert at the incident and tells both timelines."""
    alert.incident = incident
    alert.save(update_fields=["incident"])
    if alert.group is not None and (alert.group.incident is None or not alert.group.incident.is_open):
        alert.group.incident = incident
        alert.group.save(update_fields=["incident"])
    journal.record(events.ATTACHED, alert, actor=actor, at=at, key=alert.key, incident=incident.key)
    journal.record(events.INCIDENT_ALERTED, incident, actor=actor, at=at, key=alert.key, message=alert.message, alert=alert.pk)


def link_many(alerts: Sequence[Alert], incident: Incident, at: datetime, *, actor: Any = None) -> None:
    """The same for several that are stored, in a few queries; their groups are left as they are."""
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(incident=incident)
    for alert in alerts:
        alert.incident = incident
    told = [(alert, {"key": alert.key, "incident": incident.key}) for alert in alerts]
    journal.record_many(events.ATTACHED, told, actor=actor, at=at)
    named = [(incident, {"key": alert.key, "message": alert.message, "alert": alert.pk}) for alert in alerts]
    journal.record_many(events.INCIDENT_ALERTED, named, actor=actor, at=at)
