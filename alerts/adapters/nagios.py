"""Nagios, and what shares its states: Icinga 2 and Checkmk."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, reason, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent

OVER = {"ok", "up", "0"}
# https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/notifications.html, of Icinga and Checkmk with their spellings
QUIET = {
    "custom": "a note that somebody wrote",
    "flappingstart": "flapping",
    "flappingstop": "flapping",
    "flappingend": "flapping",
    "flappingdisabled": "flapping",
    "downtimestart": "a planned downtime",
    "downtimeend": "a planned downtime",
    "downtimecancelled": "a planned downtime",
    "downtimeremoved": "a planned downtime",
    "alerthandler": "an alert handler that ran",
}
DETAILS = (
    "address",
    "hostaddress",
    "output",
    "serviceoutput",
    "hostoutput",
    "state",
    "checkcommand",
    "contactname",
    "attempt",
    "site",
    "author",
    "comment",
)


class Nagios(Adapter):
    """A notification command that posts Nagios's macros as JSON (https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/macrolist.html).

    The alias is host and service. Acknowledgements acknowledge; downtimes and flapping are no alerts.
    """

    slug = "nagios"
    label = "Nagios"
    docs = "https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/macrolist.html"
    snippet = """define command {
  command_name  evenkeel-service
  command_line  curl -sS {url} -d 'type=$NOTIFICATIONTYPE$&state=$SERVICESTATE$' --data-urlencode 'host=$HOSTNAME$' --data-urlencode 'service=$SERVICEDESC$' --data-urlencode 'output=$SERVICEOUTPUT$'
}
define command {
  command_name  evenkeel-host
  command_line  curl -sS {url} -d 'type=$NOTIFICATIONTYPE$&state=$HOSTSTATE$' --data-urlencode 'host=$HOSTNAME$' --data-urlencode 'output=$HOSTOUTPUT$'
}

Put this into the object configuration, make a contact with service_notification_commands evenkeel-service and host_notification_commands evenkeel-host,
and reload Nagios."""  # noqa: E501  what is copied into a tool keeps its lines
    words = {"down": 1, "unreachable": 2, "critical": 1, "warning": 3, "unknown": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The problem, recovery or acknowledgement of a host or service."""
        return notification(self, sent.payload)


def notification(tool: Adapter, payload: Any) -> list[Event] | Ignored:
    """What a notification with the macros of Nagios says; the names are those of the macros, however they are written."""
    given = flat(payload)
    host = first(given, "host", "hostname", "hostalias")
    kind = first(given, "notificationtype", "type").lower().replace(" ", "").replace("_", "")
    service = first(given, "service", "servicedesc", "servicename", "servicedescription") if first(given, "what").lower() != "host" else ""
    state = first(given, "state", "servicestate" if service else "hoststate", "serviceshortstate" if service else "hostshortstate", "status")
    if not host or not (kind or state):
        return []
    if kind.partition("(")[0] in QUIET:
        return Ignored(f"{tool.label} tells of {QUIET[kind.partition('(')[0]]} on {service or host}, which is no alert.")
    is_over = kind == "recovery" or kind != "acknowledgement" and state.lower() in OVER
    return [_event(tool, given, payload, CLOSE if is_over else ACKNOWLEDGE if kind.startswith("ack") else OPEN, host, service, state)]


def _event(tool: Adapter, given: Mapping[str, Any], payload: Any, kind: str, host: str, service: str, state: str) -> Event:
    output = text(given.get("output")) or first(given, "serviceoutput" if service else "hostoutput")
    long = text(given.get("longoutput")) or first(given, "longserviceoutput" if service else "longhostoutput")
    title = f"{service} on {host} is {state or 'failing'}" if service else f"{host} is {state or 'failing'}"
    return event(
        kind,
        alias(tool.slug, first(given, "site"), host, service),
        title if kind == CLOSE else reason(title, output),
        description="\n".join(filter(None, (output, long, first(given, "comment", "notificationcomment", "author")))),
        priority=state,
        services=(first(given, "businessservice"),),
        hints=(host, service),
        entity=first(given, "hostname", "host"),
        source=first(given, "site", "monitor") or tool.label,
        tags=[service, *_groups(given)],
        details={name: value for name, value in given.items() if name in DETAILS},
        links=normal.link(tool.label, first(given, "url", "link", "serviceactionurl", "notesurl")),
        starts_at=normal.instant(given.get("laststatechange") or given.get("microtime") or given.get("timet")),
        ended_at=normal.instant(given.get("laststatechange") or given.get("microtime") or given.get("timet")),
        payload=payload,
    )


def _groups(given: Mapping[str, Any]) -> list[str]:
    found = first(given, "hostgroups", "hostgroupnames", "servicegroups")
    return [name.strip() for name in found.split(",")]
