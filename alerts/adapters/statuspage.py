"""Statuspage: what a supplier tells on its page."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, host_of, obj, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

PLANNED = ("scheduled", "in_progress", "verifying", "completed")


class Statuspage(Adapter):
    """Webhook subscription to a supplier's page (https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/): its incidents and its components.

    The alias is the incident or the component. Planned maintenance is no alert.
    """

    slug = "statuspage"
    label = "Statuspage"
    docs = "https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/"
    snippet = """{url}

Open the supplier's status page, “Subscribe to updates”, the tab for webhooks, and paste this address with a mail address of yours."""
    words = {"none": 4, "minor": 3, "major": 2, "critical": 1, "degraded_performance": 3, "partial_outage": 2, "major_outage": 1}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """An incident of the supplier, or the state of a component."""
        payload = obj(sent.payload)
        incident, component, update = obj(payload, "incident"), obj(payload, "component"), obj(payload, "component_update")
        if not obj(payload, "page"):
            return []
        if first(incident, "id") and first(incident, "name"):
            return _incident(incident, payload)
        if component and update:
            return _component(component, update, payload)
        return []


def _page(payload: Mapping[str, Any]) -> str:
    return host_of(first(payload, "meta.unsubscribe")) or "Statuspage"


def _incident(incident: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Event] | Ignored:
    status, name = first(incident, "status"), first(incident, "name")
    if status in PLANNED or first(incident, "impact") == "maintenance":
        return Ignored(f"{_page(payload)} announces maintenance (“{name}”), which is no alert.")
    updates, components = rows(incident.get("incident_updates")), [first(item, "name") for item in rows(incident.get("components"))]
    return [
        event(
            CLOSE if status in ("resolved", "postmortem") else OPEN,
            alias("statuspage", first(incident, "id")),
            name,
            description=text(updates[0].get("body")) if updates else "",
            priority=first(incident, "impact"),
            services=tuple(components),
            source=_page(payload),
            tags=["supplier", status],
            details={"status": status, "components": ", ".join(filter(None, components)), "page": first(payload, "page.status_description")},
            links=normal.link("Incident", incident.get("shortlink")),
            starts_at=normal.instant(incident.get("started_at") or incident.get("created_at")),
            ended_at=normal.instant(incident.get("resolved_at")),
            payload=payload,
        )
    ]


def _component(component: Mapping[str, Any], update: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Event] | Ignored:
    status, name = first(update, "new_status") or first(component, "status"), first(component, "name")
    number = first(component, "id") or first(update, "component_id")
    if not status or not number:
        return []
    if status == "under_maintenance":
        return Ignored(f"{name or 'A component'} of {_page(payload)} is under maintenance, which is no alert.")
    at = normal.instant(update.get("created_at"))
    return [
        event(
            CLOSE if status == "operational" else OPEN,
            alias("statuspage", "component", number),
            f"{name or 'A component'} of {_page(payload)}: {status.replace('_', ' ')}",
            priority=status,
            services=(name,),
            source=_page(payload),
            tags=["supplier"],
            details={"status before": first(update, "old_status")},
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]
