"""Site24x7."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, listed, reason
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class Site24x7(Adapter):
    """Webhook with incident parameters (https://www.site24x7.com/help/admin/configuration-profiles/incident-parameters.html). The alias is the monitor."""

    slug = "site24x7"
    label = "Site24x7"
    docs = "https://www.site24x7.com/help/admin/third-party-integrations/webhooks.html"
    snippet = """{url}

In Site24x7 open Admin, Third-Party Integrations, Webhooks: Hook URL this address, method POST, “Post as JSON” and “Send Incident Parameters” on,
alerts for Down, Critical, Trouble and Up."""
    words = {"trouble": 3, "critical": 2, "down": 1}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a monitor."""
        given = flat(sent.payload)
        number, name, state = first(given, "monitorid"), first(given, "monitorname", "displayname"), first(given, "status")
        if not state or not (number or name):
            return []
        if state.lower() in ("maintenance", "suspended", "configuration error", "discovery"):
            return Ignored(f"Site24x7 says that {name or 'a monitor'} is in the state {state}, which is no alert.")
        is_over = state.lower() == "up"
        title = f"{name or 'Monitor ' + number} is {'in trouble' if state.lower() == 'trouble' else state.lower()}"
        at = normal.instant(first(given, "outagetimeunixformat")) or normal.instant(first(given, "incidenttimeiso"))
        return [
            event(
                CLOSE if is_over else OPEN,
                alias("site24x7", number or name),
                title if is_over else reason(title, given.get("incidentreason")),
                description=first(given, "incidentreason", "incidentdetails"),
                priority=state,
                services=(name,),
                entity=first(given, "monitorurl") or name,
                source="Site24x7",
                tags=[first(given, "monitortype"), first(given, "monitorgroupname"), *listed(given.get("tags"))],
                details={
                    "locations": first(given, "failedlocations"),
                    "downtime": first(given, "downtimeduration"),
                    "incident time": first(given, "incidenttime"),
                },
                links=normal.link("Monitor", first(given, "monitordashboardlink")) + normal.link("Root cause", first(given, "rcalink")),
                starts_at=at,
                payload=sent.payload,
            )
        ]
