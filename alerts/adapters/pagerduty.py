"""PagerDuty's own forms: what is sent to it, and what it sends."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, obj, rows, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent

ACTIONS = {"trigger": OPEN, "acknowledge": ACKNOWLEDGE, "resolve": CLOSE}
STATES = {"triggered": OPEN, "acknowledged": ACKNOWLEDGE, "resolved": CLOSE, "reopened": OPEN, "unacknowledged": OPEN}


class PagerDuty(Adapter):
    """Bodies for the Events API (https://developer.pagerduty.com/docs/events-api-v2-overview), versions 2 and 1, and PagerDuty's webhooks, versions 3 and 2
    (https://developer.pagerduty.com/docs/webhooks-overview). The alias is the dedup key, or the incident.
    """

    slug = "pagerduty"
    label = "PagerDuty"
    signing = "pagerduty"
    docs = "https://developer.pagerduty.com/docs/events-api-v2-overview"
    snippet = """{url}

For programs that post PagerDuty events to an address of their own. In PagerDuty itself: Integrations, Generic Webhooks (v3), New Webhook, paste this address,
and choose incident.triggered, incident.acknowledged, incident.reopened and incident.resolved."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """Events for PagerDuty, or from it."""
        payload = obj(sent.payload)
        if first(payload, "event_action") in ACTIONS:
            return _sent(payload)
        if first(payload, "event_type") in ACTIONS:
            return [_first_version(payload)]
        if "routing_key" in payload and obj(payload, "payload") and "event_action" not in payload:
            return Ignored(f"“{first(payload, 'payload.summary')}” is a change that PagerDuty keeps for context, and no alert.")
        happened = obj(payload, "event")
        if first(happened, "event_type").startswith(("incident.", "pagey.", "service.")):
            return _webhook(happened)
        messages = [message for message in rows(payload.get("messages")) if obj(message, "incident") or obj(message, "data", "incident")]
        if messages:
            return _second_version(messages)
        if first(payload, "type") == "incident" and first(payload, "status") in STATES:
            return [_incident(payload, STATES[first(payload, "status")], payload)]
        return []


def _sent(payload: Mapping[str, Any]) -> list[Event]:
    """Events API version 2 (https://developer.pagerduty.com/docs/send-alert-event)."""
    given = obj(payload, "payload")
    title, key = first(given, "summary"), first(payload, "dedup_key")
    if not title and not key:
        return []
    links = tuple(link for item in rows(payload.get("links")) for link in normal.link(first(item, "text") or "Link", item.get("href")))
    return [
        event(
            ACTIONS[first(payload, "event_action")],
            key or normal.fingerprint(title, first(given, "source")),
            title or key,
            priority=first(given, "severity"),
            services=(first(given, "component"),),
            hints=(first(given, "group"),),
            entity=first(given, "source"),
            source=first(payload, "client") or first(given, "source"),
            tags=[first(given, "class"), first(given, "group"), first(given, "component")],
            details=obj(given, "custom_details"),
            links=normal.link(first(payload, "client") or "Source", payload.get("client_url")) + links,
            starts_at=normal.instant(given.get("timestamp")),
            ended_at=normal.instant(given.get("timestamp")),
            payload=payload,
        )
    ]


def _first_version(payload: Mapping[str, Any]) -> Event:
    """Events API version 1 (https://developer.pagerduty.com/docs/send-v1-event)."""
    title, key = first(payload, "description"), first(payload, "incident_key")
    return event(
        ACTIONS[first(payload, "event_type")],
        key or normal.fingerprint(title),
        title or key,
        description=text(payload.get("details")),
        source=first(payload, "client") or "PagerDuty",
        details=obj(payload, "details"),
        links=normal.link(first(payload, "client") or "Source", payload.get("client_url")),
        payload=payload,
    )


def _webhook(happened: Mapping[str, Any]) -> list[Event] | Ignored:
    """Webhooks version 3 (https://developer.pagerduty.com/docs/webhooks-overview)."""
    kind = first(happened, "event_type")
    state = kind.rpartition(".")[2]
    if not kind.startswith("incident.") or state not in STATES:
        return Ignored("PagerDuty tests the webhook." if kind == "pagey.ping" else f"PagerDuty says “{kind}”, which opens or closes no alert.")
    return [_incident(obj(happened, "data"), STATES[state], happened)] if first(obj(happened, "data"), "id") else []


def _second_version(messages: list[Mapping[str, Any]]) -> list[Event] | Ignored:
    """Webhooks version 2, and 1 with the incident one level deeper."""
    found = []
    for message in messages:
        kind = first(message, "event", "type").removeprefix("incident.")
        incident = obj(message, "incident") or obj(message, "data", "incident")
        if kind in ACTIONS and first(incident, "id"):
            found.append(_incident(incident, ACTIONS[kind], message))
    return found or Ignored("PagerDuty tells of changes that open or close no alert.")


def _incident(incident: Mapping[str, Any], kind: str, payload: Mapping[str, Any]) -> Event:
    number = first(incident, "number", "incident_number")
    service = first(incident, "service.summary", "service.name")
    at = normal.instant(incident.get("resolved_at") or incident.get("last_status_change_at") or incident.get("last_status_change_on"))
    return event(
        kind,
        alias("pagerduty", first(incident, "id") or first(incident, "incident_key")),
        first(incident, "title", "trigger_summary_data.subject", "trigger_summary_data.description", "description") or f"PagerDuty incident {number}",
        priority=first(incident, "priority.summary", "priority.name") or first(incident, "urgency"),
        services=(service,),
        source="PagerDuty",
        tags=["pagerduty", first(incident, "urgency")],
        details={
            "number": number,
            "service": service,
            "policy": first(incident, "escalation_policy.summary"),
            "key": first(incident, "incident_key"),
        },
        links=normal.link("Incident", incident.get("html_url")),
        starts_at=normal.instant(incident.get("created_at") or incident.get("created_on")),
        ended_at=at,
        payload=payload,
    )
