"""PRTG."""

import re

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, listed, reason
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent

NOW = re.compile(r"\(now: (.+)\)\s*$", re.I)  # "Down ended (now: Warning)"
QUIET = ("paused", "collecting", "no data")


class Prtg(Adapter):
    """Execute HTTP Action with PRTG's placeholders (https://www.paessler.com/manuals/prtg/notifications_based_on_limits, .../list_of_placeholders_for_notifications).
    A form or JSON, as the payload is written. The alias is the sensor's number, with the device.
    """

    slug = "prtg"
    label = "PRTG"
    docs = "https://www.paessler.com/manuals/prtg/list_of_placeholders_for_notifications"
    snippet = """sensorid=%sensorid&device=%device&host=%host&sensor=%name&status=%status&laststatus=%laststatus&group=%group&link=%linksensor&message=%message

In PRTG open Setup, Notification Templates, Add, “Execute HTTP Action”: URL {url}, method POST, the line above as payload.
Then add a state trigger for “Down” and one “when the condition clears” with this template."""
    words = {"down": 1, "warning": 3, "unusual": 4, "down (partial)": 2, "down (acknowledged)": 3, "unknown": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a sensor."""
        given = flat(sent.payload)
        sensor, device, number = first(given, "sensor", "name", "sensorname"), first(given, "device", "devicename"), first(given, "sensorid")
        status = first(given, "status", "state", "simplestatus")
        changed = NOW.search(status)
        status = changed.group(1) if changed else status
        if not status or not (number or sensor):
            return []
        state = status.lower()
        if state.startswith(QUIET):
            return Ignored(f"PRTG says that the sensor is {status}, which is no alert.")
        is_over = state.startswith("up") or "ended" in state
        title = f"{sensor or 'Sensor ' + number}{' on ' + device if device else ''} is {status}"
        return [
            event(
                CLOSE if is_over else ACKNOWLEDGE if "acknowledged" in state else OPEN,
                alias("prtg", device, number or sensor),
                title if is_over else reason(title, given.get("message") or given.get("lastmessage")),
                description=first(given, "message", "lastmessage", "down"),
                priority=_word(state),
                hints=(device, first(given, "group")),
                entity=device or first(given, "host"),
                source=first(given, "sitename", "probe") or "PRTG",
                tags=listed(given.get("tags") or given.get("objecttags")),
                details={name: value for name, value in given.items() if name not in ("message", "lastmessage")},
                links=normal.link("Sensor", first(given, "link", "linksensor", "url")),
                payload=sent.payload,
            )
        ]


def _word(state: str) -> str:
    """The state without what PRTG adds about the time and the change."""
    return (
        state
        if state in Prtg.words
        else next((known for known in ("down (partial)", "down", "warning", "unusual") if state.startswith(known)), state)
    )
