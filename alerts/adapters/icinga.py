"""Icinga 2."""

from collections.abc import Mapping
from typing import Any

from alerts.adapters import nagios
from alerts.adapters.base import Adapter, first, obj
from alerts.normal import Event, Ignored, Sent


class Icinga(Adapter):
    """A notification script with Icinga's runtime macros (https://icinga.com/docs/icinga-2/latest/doc/03-monitoring-basics/#notification-commands), or an event
    of its API's stream (https://icinga.com/docs/icinga-2/latest/doc/12-icinga2-api/#event-streams). States and types are those of Nagios.
    """

    slug = "icinga"
    label = "Icinga 2"
    docs = "https://icinga.com/docs/icinga-2/latest/doc/03-monitoring-basics/#notification-commands"
    snippet = """object NotificationCommand "evenkeel" {
  command = [ "curl", "-sS", "{url}" ]
  arguments = {
    "type" = { key = "--data-urlencode", value = "notification_type=$notification.type$" }
    "host" = { key = "--data-urlencode", value = "host=$host.name$" }
    "host_state" = { key = "--data-urlencode", value = "host_state=$host.state$" }
    "host_output" = { key = "--data-urlencode", value = "host_output=$host.output$" }
    "service" = { key = "--data-urlencode", value = "service=$service.name$" }
    "service_state" = { key = "--data-urlencode", value = "service_state=$service.state$" }
    "service_output" = { key = "--data-urlencode", value = "service_output=$service.output$" }
  }
}

Put this into conf.d/commands.conf, name it in “apply Notification” rules of hosts and services, and run `systemctl reload icinga2`."""
    words = nagios.Nagios.words

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The problem, recovery or acknowledgement of a host or service."""
        payload = obj(sent.payload)
        return nagios.notification(self, _streamed(payload) if "check_result" in payload else sent.payload)


def _streamed(payload: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the stream in the words of a notification: its state is a number there."""
    result = obj(payload, "check_result")
    state = first(payload, "state") or first(result, "state")
    names = ("OK", "WARNING", "CRITICAL", "UNKNOWN") if first(payload, "service") else ("UP", "DOWN")
    number = int(float(state)) if state.replace(".", "", 1).isdigit() else -1
    return {
        **payload,
        "type": first(payload, "notification_type"),
        "state": names[number] if 0 <= number < len(names) else state,
        "output": result.get("output"),
    }
