"""Honeycomb."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

OVER = ("ok", "resolved")


class Honeycomb(Adapter):
    """Webhook recipient of triggers and SLO burn alerts (https://docs.honeycomb.io/notify/webhooks/). The alias is the trigger or burn alert."""

    slug = "honeycomb"
    label = "Honeycomb"
    signing = "honeycomb"
    docs = "https://docs.honeycomb.io/notify/webhooks/"
    snippet = """{url}

In Honeycomb open Team Settings, Integrations, Add Integration, provider “Webhook”, and paste this address. Then add the recipient to triggers and burn alerts."""
    words = {"triggered": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a trigger, or of a burn alert."""
        payload = obj(sent.payload)
        alert = obj(payload, "alert")
        number, name = first(payload, "id", "ID") or first(alert, "id"), first(payload, "name", "Name", "slo.name")
        state = (first(payload, "status") or first(alert, "status")).lower()
        if not state or not number or not name:
            return []
        if payload.get("isTest") is True or payload.get("is_test") is True or alert.get("isTest") is True:
            return Ignored("Honeycomb tests the recipient.")
        groups = [
            ", ".join(f"{key}={value}" for key, value in obj(row, "Group").items()) for row in rows(payload.get("result_groups_triggered"))[:10]
        ]
        at = normal.instant(payload.get("timestamp") or alert.get("timestamp"))
        return [
            event(
                CLOSE if state in OVER else OPEN,
                alias("honeycomb", number),
                name,
                description="\n".join(filter(None, (first(alert, "summary", "description") or text(payload.get("description")), *groups))),
                priority=first(alert, "severity") or first(payload, "severity"),
                services=tuple(listed(payload.get("datasets"))) or (first(payload, "dataset"),),
                source="Honeycomb",
                tags=[first(payload, "environment"), *listed(payload.get("datasets"))],
                details={
                    name: value
                    for name, value in payload.items()
                    if isinstance(value, str | int | float) and name in ("operator", "threshold", "summary")
                },
                links=normal.link("Result", first(payload, "result_url", "result.url"))
                + normal.link("Trigger", first(payload, "trigger_url", "url", "slo.url")),
                starts_at=at,
                ended_at=at,
                payload=payload,
            )
        ]
