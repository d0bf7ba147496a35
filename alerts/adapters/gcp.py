"""Google Cloud Monitoring."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, obj, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent


class GoogleCloud(Adapter):
    """Webhook channel, schema 1.1 and 1.2 (https://cloud.google.com/monitoring/support/notification-options#webhooks), also when Pub/Sub pushes it.

    The alias is the incident's number.
    """

    slug = "gcp"
    label = "Google Cloud Monitoring"
    docs = "https://cloud.google.com/monitoring/support/notification-options#webhooks"
    snippet = """{url}

In the Google Cloud console open Monitoring, Alerting, Edit notification channels, Webhooks, Add new, and paste this address as endpoint URL.
Then choose the channel in the alerting policies, with “Notify on incident closure”."""
    words = {"no severity": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The incident."""
        payload = _unwrapped(obj(sent.payload))
        incident = obj(payload, "incident")
        number = first(incident, "incident_id")
        if not number:
            return []
        if first(payload, "test") or first(incident, "incident_id") == "0.test":
            return Ignored("Google Cloud tests the channel.")
        return [_event(incident, number)]


def _unwrapped(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The notification inside a Pub/Sub push (https://cloud.google.com/pubsub/docs/push)."""
    data = first(obj(payload, "message"), "data") if "incident" not in payload else ""
    try:
        return obj(orjson.loads(base64.b64decode(data, validate=True))) if data else payload
    except (binascii.Error, ValueError):
        return payload


def _event(incident: Mapping[str, Any], number: str) -> Event:
    state = first(incident, "state").lower()
    policy, condition = first(incident, "policy_name"), first(incident, "condition_name")
    policy = "" if policy.startswith("projects/") else policy
    resource, documentation = obj(incident, "resource", "labels"), obj(incident, "documentation")
    labels = {**obj(incident, "metadata", "user_labels"), **obj(incident, "policy_user_labels")}
    named = (first(labels, "service", "app"), first(resource, "service_name", "module_id"), first(incident, "resource_display_name"))
    return event(
        CLOSE if state == "closed" else ACKNOWLEDGE if state == "acknowledged" else OPEN,
        alias("gcp", number),
        first(incident, "summary") or first(documentation, "subject") or ": ".join(filter(None, (policy, condition))),
        description=text(documentation.get("content")) if not text(documentation.get("content")).startswith("{") else "",
        priority=first(incident, "severity") or first(obj(incident, "metadata", "system_labels"), "severity"),
        services=(named[0], named[1] if named[1] != "default" else "", named[2]),
        hints=(first(incident, "scoping_project_id"),),
        entity=first(incident, "resource_display_name", "resource_name", "resource_id"),
        source=first(incident, "scoping_project_id") or "Google Cloud Monitoring",
        tags=[policy, first(incident, "resource_type_display_name"), *(f"{name}:{value}" for name, value in labels.items())],
        details={
            **resource, **obj(incident, "metric", "labels"), "condition": condition, "metric": first(obj(incident, "metric"), "type"),
            "observed": first(incident, "observed_value"), "threshold": first(incident, "threshold_value"),
        },
        links=normal.link("Incident", incident.get("url")),
        starts_at=normal.instant(incident.get("started_at")),
        ended_at=normal.instant(incident.get("ended_at")),
        payload=incident,
    )  # fmt: skip
