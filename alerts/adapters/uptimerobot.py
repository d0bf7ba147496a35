"""UptimeRobot."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, host_of, reason
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

# https://uptimerobot.com/api/legacy/#alertTypes
TYPES = {"1": "down", "2": "up", "3": "ssl expiry", "4": "domain expiry"}


class UptimeRobot(Adapter):
    """Webhook alert contact (https://uptimerobot.com/help/how-to-set-up-webhook-alerts/), its variables as JSON, as a form or in the address.

    The alias is the monitor.
    """

    slug = "uptimerobot"
    label = "UptimeRobot"
    docs = "https://help.uptimerobot.com/en/articles/11361390-how-to-set-up-webhook-notifications"
    snippet = """{"monitorID": "*monitorID*", "monitorURL": "*monitorURL*", "monitorFriendlyName": "*monitorFriendlyName*", "alertType": "*alertType*",
 "alertTypeFriendlyName": "*alertTypeFriendlyName*", "alertDetails": "*alertDetails*", "alertDateTime": "*alertDateTime*"}

In UptimeRobot open Integrations, Webhook, Add: URL {url}, this text as POST value, “Send as JSON” on, for events “Up” and “Down”."""
    words = {"ssl expiry": 3, "domain expiry": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a monitor."""
        given = {**flat(sent.query), **flat(sent.payload)}
        number, name = first(given, "monitorid"), first(given, "monitorfriendlyname", "friendlyname")
        kind = TYPES.get(first(given, "alerttype"), first(given, "alerttypefriendlyname").lower())
        if not kind or not (number or name):
            return []
        if kind in ("started", "paused"):
            return Ignored(f"UptimeRobot says that the monitor was {kind}, which is no alert.")
        address = first(given, "monitorurl")
        title = f"{name or address or 'Monitor ' + number} {'is ' + kind if kind in ('up', 'down') else kind}"
        at = normal.instant(first(given, "alertdatetime"))
        return [
            event(
                CLOSE if kind == "up" else OPEN,
                alias("uptimerobot", number or f"{name}/{address}", kind if "expiry" in kind else ""),
                reason(title, given.get("alertdetails")) if kind != "up" else title,
                description=first(given, "alertdetails"),
                priority=kind,
                services=(name,),
                entity=host_of(address) or address,
                source="UptimeRobot",
                details={"address": address, "duration": first(given, "alertfriendlyduration", "alertduration")},
                links=normal.link("Address", address)
                + normal.link("Monitor", f"https://dashboard.uptimerobot.com/monitors/{number}" if number else ""),
                starts_at=at,
                ended_at=at,
                payload=sent.payload,
            )
        ]
