"""Uptime Kuma."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, clean, event, first, obj, reason, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

STATES = {"0": "down", "1": "up", "2": "pending", "3": "in maintenance"}


class UptimeKuma(Adapter):
    """Notification type “Webhook”, preset body (https://github.com/louislam/uptime-kuma/wiki/Notification-Methods; server/notification-providers/webhook.js).

    The alias is the monitor. Messages without a heartbeat are tests, or certificates that expire.
    """

    slug = "uptime-kuma"
    label = "Uptime Kuma"
    docs = "https://github.com/louislam/uptime-kuma/wiki/Notification-Methods"
    snippet = """{url}

In Uptime Kuma open Settings, Notifications, Setup Notification, type “Webhook”, paste this address as Post URL, request body “Preset - application/json”.
Switch “Default enabled” on and apply it to all monitors."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a monitor."""
        payload = obj(sent.payload)
        beat, monitor, said = obj(payload, "heartbeat"), obj(payload, "monitor"), text(payload.get("msg"))
        if not beat:
            return _without_heartbeat(payload, said)
        number, name = first(monitor, "id") or first(beat, "monitorID", "monitor_id"), first(monitor, "pathName", "name")
        state = STATES.get(first(beat, "status"), "")
        if not state or not (number or name):
            return []
        if state in ("pending", "in maintenance"):
            return Ignored(f"Uptime Kuma says that {name or 'a monitor'} is {state}, which is no alert.")
        why, title = text(beat.get("msg")), f"{name or 'Monitor ' + number} is {state}"
        address = first(monitor, "url") if len(first(monitor, "url")) > len("https://") else ""
        at = normal.instant(beat.get("time"))
        return [
            event(
                CLOSE if state == "up" else OPEN,
                alias("uptime-kuma", number, name),
                reason(title, why) if state == "down" else title,
                description=why,
                priority=state,
                services=(name,),
                entity=first(monitor, "hostname") or address,
                source="Uptime Kuma",
                tags=[first(tag, "name") for tag in rows(monitor.get("tags"))],
                details={"type": first(monitor, "type"), "host": first(monitor, "hostname"), "port": first(monitor, "port"), "address": address},
                links=normal.link("Address", address),
                starts_at=at,
                ended_at=at,
                payload=payload,
            )
        ]


def _without_heartbeat(payload: object, said: str) -> list[Event] | Ignored:
    if "heartbeat" not in obj(payload) or not said:
        return []
    if "testing" in said.lower():
        return Ignored("Uptime Kuma tests the notification.")
    return [event(OPEN, alias("uptime-kuma", normal.fingerprint(clean(said))), said, priority="warning", source="Uptime Kuma", payload=payload)]
