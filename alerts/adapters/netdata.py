"""Netdata: agents and Netdata Cloud."""

import re
from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

HREF = re.compile(r"href=[\"'](https?://[^\"'\s]+)")
OVER = ("clear", "removed", "ok", "normal")
QUIET = ("undefined", "uninitialized")


class Netdata(Adapter):
    """What an agent's alarm-notify.sh posts to Opsgenie and to Alerta, and Netdata Cloud's webhook
    (https://learn.netdata.cloud/docs/alerts-&-notifications/notifications/centralized-cloud-notifications/webhook). The alias is host, chart and alarm.
    """

    slug = "netdata"
    label = "Netdata"
    docs = "https://learn.netdata.cloud/docs/alerts-&-notifications/notifications/centralized-cloud-notifications/webhook"
    snippet = """{url}

In Netdata Cloud open Space settings, Alerts & Notifications, Add configuration, “Webhook”, and paste this address, without authentication.
An agent of its own is best sent by Opsgenie's address: in health_alarm_notify.conf, SEND_OPSGENIE="YES"."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The state of an alarm on a host."""
        payload = obj(sent.payload)
        if first(payload, "host") and first(payload, "chart") and "status" in payload:
            return _state(payload, first(payload, "host"), first(payload, "chart"), first(payload, "name"), first(payload, "status"))
        if first(payload, "type") == "netdataAlarm" or first(payload, "origin").startswith("netdata"):
            return _as_for_alerta(payload)
        if first(payload, "alert") and first(payload, "chart") and "severity" in payload:
            return _state(
                payload,
                first(payload, "context.host", "node", "host") or _host(payload),
                first(payload, "chart"),
                first(payload, "alert"),
                first(payload, "severity"),
            )
        return []


def _host(payload: Mapping[str, Any]) -> str:
    """Netdata Cloud names the node in its sentence only: "... on node-1 ..."."""
    found = re.search(r"\b(?:on|for) (?:node )?([A-Za-z0-9][\w.-]+)", first(payload, "message"))
    return found.group(1) if found else ""


def _as_for_alerta(payload: Mapping[str, Any]) -> list[Event] | Ignored:
    more = obj(payload, "attributes")
    host = first(payload, "origin").partition("/")[2] or first(payload, "resource").partition(":")[0]
    chart = first(more, "chart") or first(payload, "event").rpartition(".")[0]
    link = HREF.search(first(more, "moreInfo"))
    plainly = {
        **payload, "info": first(payload, "text"), "value": first(payload, "value"), "family": first(more, "family"), "units": "", "src": first(more, "source"),
        "alert_url": link.group(1) if link else "",
    }  # fmt: skip
    return _state(plainly, host, chart, first(more, "name") or first(payload, "event").rpartition(".")[2], first(payload, "severity"))


def _state(payload: Mapping[str, Any], host: str, chart: str, name: str, state: str) -> list[Event] | Ignored:
    if state.lower() in QUIET:
        return Ignored(f"Netdata has no value yet for {name or chart} on {host}.")
    if not name and not chart:
        return []
    value = first(payload, "value")
    units = first(payload, "units")
    measured = f": {value}{units if units == '%' else ' ' + units if units else ''}" if value else ""
    at = normal.instant(payload.get("when") or payload.get("date"))
    return [
        event(
            CLOSE if state.lower() in OVER else OPEN,
            alias("netdata", host, chart, name),
            f"{name or chart}{' on ' + host if host else ''}{measured}",
            description=text(payload.get("info")) or text(payload.get("message")),
            priority=state,
            hints=(host,),
            entity=host,
            source="Netdata",
            tags=[first(payload, "family"), first(payload, "class"), *listed(payload.get("tags"))],
            details={
                "chart": chart, "value": value, "old value": first(payload, "old_value"), "old status": first(payload, "old_status"),
                "units": units, "family": first(payload, "family"), "defined in": first(payload, "src"), "space": first(payload, "space"),
            },
            links=normal.link("Netdata", payload.get("alert_url")),
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]  # fmt: skip
