"""Graylog."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, obj, rows
from alerts.normal import OPEN, Event, Ignored, Sent


class Graylog(Adapter):
    """The HTTP notification of an event definition (https://go2docs.graylog.org/current/interacting_with_your_log_data/notifications.html), and the one before
    version 3.1. The alias is the definition and the event's key. Graylog says nothing about an end.
    """

    slug = "graylog"
    label = "Graylog"
    docs = "https://go2docs.graylog.org/current/interacting_with_your_log_data/notifications.html"
    snippet = """{url}

In Graylog open Alerts, Notifications, Create notification, type “HTTP Notification”, paste this address as URL (allow it in the URL allowlist),
and add the notification to your event definitions."""
    words = {"1": 4, "2": 3, "3": 2, "4": 1}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """One event with the messages that led to it."""
        payload = obj(sent.payload)
        happened = obj(payload, "event")
        definition = first(payload, "event_definition_id") or first(happened, "event_definition_id")
        if definition == "EventDefinitionTestId" or first(payload, "event_definition_id") == "NotificationTestId":
            return Ignored("Graylog tests the notification.")
        if obj(payload, "check_result"):
            happened = {"message": first(payload, "check_result.result_description"), "timestamp": first(payload, "check_result.triggered_at")}
            definition = first(payload, "check_result.triggered_condition.id") or first(payload, "stream.id")
        title = first(payload, "event_definition_title") or first(happened, "message") or first(payload, "check_result.triggered_condition.title")
        if not definition or not title:
            return []
        fields = {**obj(happened, "group_by_fields"), **obj(happened, "fields")}
        described = first(payload, "event_definition_description")
        return [
            event(
                OPEN,
                alias("graylog", definition, first(happened, "key")),
                first(happened, "message") or title,
                description="\n".join(
                    [described if len(described) > 1 else "", *(first(line, "message") for line in rows(payload.get("backlog"))[:20])]
                ).strip(),
                priority=first(happened, "priority"),
                services=(first(fields, "service", "application_name"),),
                hints=(first(happened, "source"),),
                entity=first(fields, "source", "host") or first(happened, "key"),
                source=first(happened, "source") or "Graylog",
                details={**fields, "definition": title, "query": first(obj(happened, "replay_info"), "query")},
                links=normal.link("Graylog", first(payload, "replay_url", "stream_url")),
                starts_at=normal.instant(happened.get("timestamp")),
                payload=payload,
            )
        ]
