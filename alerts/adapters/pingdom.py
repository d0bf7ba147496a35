"""Pingdom."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, reason
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

OVER = ("up", "success")


class Pingdom(Adapter):
    """Webhook of uptime and transaction checks (https://www.pingdom.com/resources/webhooks/). The alias is the check."""

    slug = "pingdom"
    label = "Pingdom"
    docs = "https://www.pingdom.com/resources/webhooks/"
    snippet = """{url}

In Pingdom open Settings, Integrations, Add integration, type “Webhook”, and paste this address. Then tick the integration in each check."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a check."""
        payload = obj(sent.payload)
        number, name, state = first(payload, "check_id"), first(payload, "check_name"), first(payload, "current_state")
        if not state or not (number or name):
            return []
        is_over = state.lower() in OVER
        shown = state.lower() if state.lower() in ("up", "down") else state
        title = f"{name or 'Check ' + number} is {shown}"
        at = normal.instant(payload.get("state_changed_timestamp"))
        details, parameters = obj(payload, "check_params"), obj(payload, "first_probe")
        return [
            event(
                CLOSE if is_over else OPEN,
                alias("pingdom", number or name),
                title if is_over else reason(title, payload.get("description")),
                description="\n".join(filter(None, (first(payload, "long_description"), first(payload, "custom_message")))),
                priority=first(payload, "importance_level") or state,
                services=(name,),
                entity=first(details, "hostname"),
                source="Pingdom",
                tags=listed(payload.get("tags")),
                details={
                    "type": first(payload, "check_type"), "address": first(details, "full_url", "url"), "probe": first(parameters, "location"),
                    "second probe": first(payload, "second_probe.location"), "state before": first(payload, "previous_state"),
                },
                links=normal.link("Check", f"https://my.pingdom.com/app/reports/uptime#check={number}" if number else "")
                + normal.link("Address", details.get("full_url")),
                starts_at=at,
                ended_at=at,
                payload=payload,
            )
        ]  # fmt: skip
