"""Splunk."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, host_of, obj, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

DETAILS = ("host", "source", "sourcetype", "index", "splunk_server", "count")


class Splunk(Adapter):
    """The alert action “Webhook” (https://docs.splunk.com/Documentation/Splunk/latest/Alert/Webhooks): the search and its first result. The alias is app and
    search; Splunk says nothing about an end. Splunk Observability detectors are read too (https://docs.splunk.com/observability/en/admin/notif-services/webhook.html).
    """

    slug = "splunk"
    label = "Splunk"
    docs = "https://docs.splunk.com/Documentation/Splunk/latest/Alert/Webhooks"
    snippet = """{url}

In Splunk save a search as alert, Add Actions, “Webhook”, and paste this address as URL. A field named severity in the result becomes the priority."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The alert of a search, or of a detector."""
        payload = obj(sent.payload)
        if first(payload, "incidentId") and first(payload, "detector", "rule"):
            return [_detector(payload)]
        name, result = first(payload, "search_name"), obj(payload, "result")
        if not name and not first(payload, "sid"):
            return []
        link = payload.get("results_link")
        return [
            event(
                OPEN,
                alias("splunk", first(payload, "app"), name or first(payload, "sid")),
                name or f"Splunk search {first(payload, 'sid')}",
                description=text(result.get("_raw") or result.get("message")),
                priority=first(result, "severity", "priority", "urgency"),
                services=(first(result, "service"),),
                hints=(first(result, "host"),),
                entity=first(result, "host", "dest"),
                source=host_of(link) or "Splunk",
                tags=[first(payload, "app"), first(result, "index"), first(result, "sourcetype")],
                details={name: value for name, value in result.items() if name in DETAILS or not name.startswith(("_", "date_"))},
                links=normal.link("Results", link),
                starts_at=normal.instant(result.get("_time")),
                payload=payload,
            )
        ]


def _detector(payload: Mapping[str, Any]) -> Event:
    is_over = first(payload, "statusExtended", "status").lower() in ("ok", "stopped", "manually resolved", "auto resolved")
    dimensions = obj(payload, "dimensions")
    return event(
        CLOSE if is_over else OPEN,
        alias("splunk", first(payload, "incidentId")),
        first(payload, "messageTitle", "rule", "detector"),
        description=text(payload.get("messageBody") or payload.get("description")),
        priority=first(payload, "severity"),
        services=(first(dimensions, "service", "sf_service"),),
        entity=first(dimensions, "host", "host.name"),
        source="Splunk Observability",
        details=dimensions,
        links=normal.link("Detector", payload.get("detectorUrl")) + normal.link("Runbook", payload.get("runbookUrl")),
        starts_at=normal.instant(payload.get("timestamp")),
        ended_at=normal.instant(payload.get("timestamp")),
        payload=payload,
    )
