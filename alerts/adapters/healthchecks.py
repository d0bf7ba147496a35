"""Healthchecks."""

import re

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, obj, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

PING = re.compile(r"/([0-9a-f]{8}-[0-9a-f-]{27})$")


class Healthchecks(Adapter):
    """Webhook integration with Healthchecks' placeholders (https://healthchecks.io/docs/configuring_notifications/, hc/api/transports.py). The alias is the
    check's code.
    """

    slug = "healthchecks"
    label = "Healthchecks"
    docs = "https://healthchecks.io/docs/configuring_notifications/"
    snippet = """{"code": "$CODE", "name": $NAME_JSON, "status": "$STATUS", "tags": "$TAGS", "now": "$NOW"}

In Healthchecks open Integrations, Webhook, Add Integration: for “down” and for “up” method POST, URL {url}, this text as request body,
header Content-Type: application/json."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a check."""
        payload = obj(sent.payload)
        given = {**flat(obj(payload, "check")), **flat(payload)}
        link = PING.search(first(given, "pingurl"))
        number, name = first(given, "code", "uuid", "uniquekey") or (link.group(1) if link else ""), first(given, "name", "slug")
        state = first(given, "status").lower()
        if not number or state not in ("up", "down", "new", "paused", "grace", "started"):
            return []
        if state not in ("up", "down"):
            return Ignored(f"Healthchecks says that {name or 'a check'} is in the state {state}, which is no alert.")
        at = normal.instant(given.get("now"))
        return [
            event(
                CLOSE if state == "up" else OPEN,
                alias("healthchecks", number),
                f"{name or 'Check ' + number} is {state}",
                description=text(given.get("desc")) or first(given, "body"),
                priority=state,
                services=(name,),
                entity=name,
                source="Healthchecks",
                tags=first(given, "tags").split(),
                details={"schedule": first(given, "schedule", "timeout"), "last ping": first(given, "lastping"), "code": number},
                starts_at=at,
                ended_at=at,
                payload=sent.payload,
            )
        ]
