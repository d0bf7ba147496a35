"""Opsgenie's own form of an alert."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent

KINDS = {"create": OPEN, "close": CLOSE, "acknowledge": ACKNOWLEDGE}
FIELDS = {
    "alias",
    "description",
    "responders",
    "visibleTo",
    "visibleto",
    "actions",
    "tags",
    "details",
    "entity",
    "source",
    "priority",
    "user",
    "note",
}


class Opsgenie(Adapter):
    """The body of “Create Alert” (https://docs.opsgenie.com/docs/alert-api#create-alert), and what Opsgenie's outgoing webhook sends
    (https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/). The alias is Opsgenie's.
    Clients of the API use the address /v2/alerts instead.
    """

    slug = "opsgenie"
    label = "Opsgenie"
    docs = "https://docs.opsgenie.com/docs/alert-api#create-alert"
    snippet = """{url}

For programs that post the body of “Create Alert” to an address of their own, and for Opsgenie's integration “Webhook” while both run side by side.
Clients of Opsgenie's API need only another host name."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """An alert to create, or what happened to one in Opsgenie."""
        payload = obj(sent.payload)
        alert = obj(payload, "alert")
        if alert and "action" in payload:
            action = first(payload, "action")
            if action.lower() not in KINDS:
                return Ignored(f"Opsgenie says “{action}” of an alert, which opens or closes none.")
            return [_event(KINDS[action.lower()], alert, first(payload, "integrationName") or "Opsgenie", payload)]
        if first(payload, "message"):
            return [_event(OPEN, payload, "Opsgenie", payload)]
        if payload and set(payload) <= FIELDS:
            return Ignored("This is a change of an alert that exists. Send it to Opsgenie's address /v2/alerts/… of this host.")
        return []


def _event(kind: str, alert: Mapping[str, Any], tool: str, payload: Mapping[str, Any]) -> Event:
    title = first(alert, "message")
    details = obj(alert, "details")
    return event(
        kind,
        first(alert, "alias") or alias("opsgenie", first(alert, "alertId")).removesuffix("opsgenie") or normal.fingerprint(title),
        title,
        description="\n".join(filter(None, (text(alert.get("description")), text(alert.get("note"))))),
        priority=first(alert, "priority"),
        services=(first(details, "service"),),
        hints=(first(details, "job"),),
        entity=first(alert, "entity"),
        source=first(alert, "source") or tool,
        tags=listed(alert.get("tags")),
        details=details,
        starts_at=normal.instant(alert.get("createdAt")),
        payload=payload,
    )
