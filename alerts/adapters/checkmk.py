"""Checkmk."""

from alerts.adapters import nagios
from alerts.adapters.base import Adapter
from alerts.normal import Event, Ignored, Sent


class Checkmk(Adapter):
    """A notification script that posts its NOTIFY_ environment as JSON (https://docs.checkmk.com/latest/en/notifications.html#environment_variables).

    The alias is site, host and service.
    """

    slug = "checkmk"
    label = "Checkmk"
    docs = "https://docs.checkmk.com/latest/en/notifications.html"
    snippet = """#!/usr/bin/env python3
# Evenkeel
import json, os, urllib.request
say = os.environ.get
service = say("NOTIFY_SERVICEDESC") if say("NOTIFY_WHAT") == "SERVICE" else ""
body = {
    "what": say("NOTIFY_WHAT"), "notification_type": say("NOTIFY_NOTIFICATIONTYPE"), "site": say("OMD_SITE"), "host": say("NOTIFY_HOSTNAME"),
    "service": service, "state": say("NOTIFY_SERVICESTATE") if service else say("NOTIFY_HOSTSTATE"), "address": say("NOTIFY_HOSTADDRESS"),
    "output": say("NOTIFY_SERVICEOUTPUT") if service else say("NOTIFY_HOSTOUTPUT"), "micro_time": say("NOTIFY_MICROTIME"),
}
request = urllib.request.Request("{url}", json.dumps(body).encode(), {"Content-Type": "application/json"})
print(urllib.request.urlopen(request, timeout=20).status)

Save this as ~/local/share/check_mk/notifications/evenkeel of the site, make it executable, and choose “Evenkeel” as method in Setup, Notifications."""
    words = nagios.Nagios.words | {"crit": 1, "warn": 3, "unkn": 3, "unreach": 2}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The problem, recovery or acknowledgement of a host or service."""
        return nagios.notification(self, sent.payload)
