"""Datadog."""

import re

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, pairs, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

PREFIX = re.compile(r"^(\[[A-Za-z0-9 /_-]{1,40}\]\s*)+(?=\S)")
LEVEL = re.compile(r"P[1-5]", re.I)
OVER = ("recovered", "success", "ended", "resolved", "ok")


class Datadog(Adapter):
    """The webhooks integration (https://docs.datadoghq.com/integrations/webhooks/). The body is written there with variables; the snippet names the ones used.

    The alias is the monitor and its aggregation key, or the scope: one for each group of a multi alert.
    """

    slug = "datadog"
    label = "Datadog"
    docs = "https://docs.datadoghq.com/integrations/webhooks/"
    snippet = """{"alert_id": "$ALERT_ID", "aggreg_key": "$AGGREG_KEY", "alert_scope": "$ALERT_SCOPE", "title": "$EVENT_TITLE",
 "alert_title": "$ALERT_TITLE", "body": "$EVENT_MSG", "alert_transition": "$ALERT_TRANSITION", "alert_type": "$ALERT_TYPE",
 "alert_priority": "$ALERT_PRIORITY", "date": "$DATE",
 "host": "$HOSTNAME", "tags": "$TAGS", "link": "$LINK"}

In Datadog open Integrations, Webhooks, New: URL {url}, this text as payload. Then write @webhook-evenkeel into the message of the monitors."""
    words = {"success": 5, "user_update": 5, "no data": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """One monitor's alert, for one of its groups."""
        given = flat(sent.payload)
        number = first(given, "alertid", "monitorid", "id")
        title = first(given, "alerttitle", "title", "eventtitle")
        if not number and not (title and "alerttransition" in given):
            return []
        transition = first(given, "alerttransition", "transition", "eventtype", "alertstatus").lower()
        is_over = transition in OVER or (not transition and first(given, "alerttype").lower() == "success")
        tags = pairs(given.get("tags"))
        level = first(given, "alertpriority", "priority", "monitorpriority")
        at = normal.instant(given.get("date") or given.get("lastupdated"))
        group = first(given, "aggregkey", "alertscope", "scope") or first(tags, "host")
        return [
            event(
                CLOSE if is_over else OPEN,
                alias("datadog", number or title, group),
                PREFIX.sub("", title) or f"Datadog monitor {number}",
                description=text(given.get("body") or given.get("message") or given.get("eventmsg") or given.get("description")),
                priority=level if LEVEL.fullmatch(level) else first(given, "alerttype", "severity"),
                services=(tags.get("service"), first(given, "service")),
                entity=first(given, "host", "hostname") or tags.get("host", ""),
                source=first(given, "orgname") or "Datadog",
                tags=[f"{name}:{value}" if value else name for name, value in tags.items()],
                details={name: value for name, value in given.items() if name not in ("body", "message", "eventmsg", "title", "tags", "description")},
                links=normal.link("Datadog", given.get("link")) + normal.link("Snapshot", given.get("snapshot")),
                starts_at=None if transition.startswith("re-") else at,
                ended_at=at,
                payload=sent.payload,
            )
        ]
