"""LibreNMS."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, host_of, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent

# https://docs.librenms.org/Alerting/Templates/: 0 recovered, 1 alert, 2 acknowledged, 3 worse, 4 better, 5 changed
KINDS = {"0": CLOSE, "2": ACKNOWLEDGE}


class LibreNms(Adapter):
    """Transport “API” (https://docs.librenms.org/Alerting/Transports/#api), whose body names the variables of the alert. The alias is device and rule."""

    slug = "librenms"
    label = "LibreNMS"
    docs = "https://docs.librenms.org/Alerting/Transports/#api"
    snippet = """{"title": "{{ $title }}", "hostname": "{{ $hostname }}", "sysName": "{{ $sysName }}", "device_id": "{{ $device_id }}", "rule_id": "{{ $rule_id }}",
 "name": "{{ $name }}", "severity": "{{ $severity }}", "state": "{{ $state }}", "location": "{{ $location }}"}

In LibreNMS open Alerts, Alert Transports, Create, type “API”: method POST, URL {url}, header Content-Type=application/json, this text as body."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of a rule on a device."""
        given = flat(sent.payload)
        device, rule = first(given, "hostname", "sysname"), first(given, "ruleid") or first(given, "name")
        if not device or not rule or "state" not in given:
            return []
        title = first(given, "title") or f"{first(given, 'name')} on {device}"
        return [
            event(
                KINDS.get(first(given, "state"), OPEN),
                alias("librenms", device, rule),
                title,
                description=text(given.get("msg")) or first(given, "faults", "description"),
                priority=first(given, "severity"),
                hints=(first(given, "sysname"), device, first(given, "display")),
                entity=first(given, "sysname") or device,
                source=host_of(given.get("url")) or "LibreNMS",
                tags=[first(given, "type"), first(given, "os"), first(given, "location")],
                details={
                    name: value
                    for name, value in given.items()
                    if name
                    in (
                        "hostname",
                        "sysname",
                        "ip",
                        "os",
                        "version",
                        "hardware",
                        "location",
                        "elapsed",
                        "uptimeshort",
                        "name",
                        "proc",
                        "statusreason",
                    )
                },
                links=normal.link("Procedure", given.get("proc")),
                payload=sent.payload,
            )
        ]
