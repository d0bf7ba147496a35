"""Grafana: unified alerting and the legacy alerts before version 8."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alerts import normal
from alerts.adapters import alertmanager
from alerts.adapters.base import Adapter, alias, event, first, host_of, obj, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

PREFIX = re.compile(r"^\[[A-Za-z _]+\]\s*")


class Grafana(Adapter):
    """Unified alerting sends what Alertmanager does, with links to panel, dashboard and silence (.../configure-integrations/webhook-notifier/); legacy alerting
    sends one rule with its state (https://grafana.com/docs/grafana/v7.5/alerting/notifications/#webhook). The alias is the fingerprint, or the rule's number.
    """

    slug = "grafana"
    label = "Grafana"
    signing = "grafana"
    docs = "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/"
    tells_again = True
    snippet = """{url}

In Grafana open Alerting, Contact points, Add contact point, choose the integration “Webhook”, paste this address as URL and save.
Then choose the contact point in Notification policies. Leave “Disable resolved message” off."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """One event for each alert of the group, or the one of a legacy rule."""
        payload = obj(sent.payload)
        if isinstance(payload.get("alerts"), list):
            return [_unified(alert, payload) for alert in rows(payload["alerts"])]
        if "ruleName" in payload or "ruleId" in payload:
            return _legacy(payload)
        return []


def _unified(alert: Mapping[str, Any], group: Mapping[str, Any]) -> Event:
    found = alertmanager.event_of(alert, group, "Grafana")
    links = normal.link("Panel", alert.get("panelURL")) + normal.link("Dashboard", alert.get("dashboardURL"))
    return replace(found, links=found.links + links + normal.link("Silence", alert.get("silenceURL")))


def _legacy(payload: Mapping[str, Any]) -> list[Event] | Ignored:
    state = first(payload, "state").lower()
    if state in ("paused", "pending"):
        return Ignored(f"Grafana says that the rule is {state}, which is no alert.")
    identity = alias("grafana", host_of(payload.get("ruleUrl")), first(payload, "ruleId") or first(payload, "ruleName"))
    title = first(payload, "ruleName") or PREFIX.sub("", first(payload, "title"))
    if not title:
        return []
    tags = obj(payload, "tags")
    matches = rows(payload.get("evalMatches"))
    metric = obj(matches[0], "tags") if matches else {}
    return [
        event(
            CLOSE if state == "ok" else OPEN,
            identity,
            title,
            description=text(payload.get("message")),
            priority=first(tags, "severity", "priority"),
            services=(first(tags, "service", "app"), first(metric, "service", "app")),
            entity=first(metric, "instance", "host"),
            source=host_of(payload.get("ruleUrl")) or "Grafana",
            tags=[tags.get("severity"), tags.get("environment"), tags.get("group"), "no data" if state == "no_data" else ""],
            details={**tags, **{first(match, "metric"): first(match, "value") for match in matches[:20] if first(match, "metric")}},
            links=normal.link("Rule", payload.get("ruleUrl")) + normal.link("Image", payload.get("imageUrl")),
            payload=payload,
        )
    ]
