"""Zabbix."""

import re

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, flat, pairs, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent

IN_LINK = re.compile(r"[?&]triggerid=([0-9]+)")
EVENT_IN_LINK = re.compile(r"[?&]eventid=([0-9]+)")
OVER = {"ok", "resolved", "recovery", "0"}


class Zabbix(Adapter):
    """A webhook media type whose parameters are Zabbix's macros (https://www.zabbix.com/documentation/current/en/manual/appendix/macros/supported_by_location).

    The alias is host and trigger, because a recovery may carry an event number of its own; the event number counts only without a trigger.
    """

    slug = "zabbix"
    label = "Zabbix"
    docs = "https://www.zabbix.com/documentation/current/en/manual/config/notifications/media/webhook"
    snippet = """var request = new HttpRequest();
request.addHeader('Content-Type: application/json');
if (request.post('{url}', value) === null || request.getStatus() >= 300) { throw 'HTTP ' + request.getStatus(); }
return 'OK';

In Zabbix open Alerts, Media types, Create media type, type Webhook, and paste the script. Its parameters: trigger_id {TRIGGER.ID}, event_id {EVENT.ID},
status {TRIGGER.STATUS}, update_status {EVENT.UPDATE.STATUS}, update_action {EVENT.UPDATE.ACTION}, severity {EVENT.SEVERITY}, trigger {EVENT.NAME},
host {HOST.NAME}, opdata {EVENT.OPDATA}, tags {EVENT.TAGS}, url {TRIGGER.URL}.
Then add the media to a user, and the user to a trigger action with recovery and update operations."""
    words = {"not classified": 5, "information": 5, "warning": 4, "average": 3, "high": 2, "disaster": 1}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The problem, its recovery, or its acknowledgement."""
        given = flat(sent.payload)
        host = first(given, "hostname", "host", "hosthost")
        link = first(given, "link", "url", "triggerurl", "eventurl")
        trigger = first(given, "triggerid", "objectid") or _found(IN_LINK, link)
        number = first(given, "eventid", "problemid") or _found(EVENT_IN_LINK, link)
        title = first(given, "trigger", "eventname", "triggername", "name", "subject")
        if not title or not (trigger or number or host):
            return []
        tags = pairs(given.get("tags") or given.get("eventtags"))
        update = first(given, "updateaction", "eventupdateaction").lower()
        if "unacknowledged" in update or "acknowledged" not in update and first(given, "updatestatus", "eventupdatestatus") == "1":
            return Ignored(f"Zabbix tells of an update ({update or 'a message'}), which changes nothing about the alert.")
        status = first(given, "status", "triggerstatus", "eventstatus", "triggervalue", "eventvalue").lower()
        return [
            event(
                CLOSE if status in OVER else ACKNOWLEDGE if "acknowledged" in update else OPEN,
                alias("zabbix", host, trigger or (f"event {number}" if number else title)),
                title,
                description="\n".join(filter(None, (text(given.get("message")), first(given, "opdata", "item", "description")))),
                priority=first(given, "severity", "eventseverity", "triggerseverity", "nseverity"),
                services=(tags.get("service"), tags.get("application")),
                hints=(host,),
                entity=host,
                source="Zabbix",
                tags=[f"{name}:{value}" if value else name for name, value in tags.items()],
                details={
                    name: value for name, value in given.items() if isinstance(value, str | int) and name not in ("message", "url", "link", "tags")
                },
                links=normal.link("Zabbix", link),
                payload=sent.payload,
            )
        ]


def _found(pattern: re.Pattern[str], link: str) -> str:
    found = pattern.search(link)
    return found.group(1) if found else ""
