"""Sentry."""

import re
from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, host_of, obj, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

ISSUE = re.compile(r"/issues/([0-9]+)")
ENDED = ("resolved", "archived", "ignored")


class Sentry(Adapter):
    """The integration platform's webhooks: issue alerts, metric alerts and issues (https://docs.sentry.io/organization/integrations/integration-platform/webhooks/),
    and the WebHooks plugin before it. The alias is the issue's number, or that of the metric alert.
    """

    slug = "sentry"
    label = "Sentry"
    signing = "sentry"
    docs = "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/"
    snippet = """{url}

In Sentry open Settings, Custom Integrations, Create New Integration, Internal: paste this address as webhook URL, switch “Alert Rule Action” on,
allow “Issue & Event: Read”, and subscribe to “issue”. Then choose the integration as action in your alert rules."""
    words = {"sample": 5}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """An issue, its end, or a metric alert."""
        payload = obj(sent.payload)
        data = obj(payload, "data")
        resource, action = sent.headers.get("sentry-hook-resource", ""), first(payload, "action").lower()
        if obj(data, "metric_alert"):
            return [_metric(action, data)]
        if resource in ("comment", "installation", "seer") or "comment_id" in data or obj(data, "installation"):
            return Ignored(f"Sentry tells of {resource or 'a comment or its installation'}, which is no alert.")
        if obj(data, "event") or obj(data, "error"):
            return _issue(obj(data, "event") or obj(data, "error"), action, data, payload)
        if obj(data, "issue"):
            if action in ("assigned", "unassigned"):
                return Ignored("Sentry says that an issue was assigned, which is no alert.")
            return _issue(obj(data, "issue"), action, data, payload)
        if "project_slug" in payload or "triggering_rules" in payload or ("culprit" in payload and "event" in payload):
            return _legacy(payload)
        return []


def _number(issue: Mapping[str, Any]) -> str:
    """The number of an issue; an event names its issue, and an address ends with it."""
    if found := first(issue, "issue_id") or (first(issue, "id") if "event_id" not in issue else ""):
        return found
    link = ISSUE.search(first(issue, "web_url", "permalink", "issue_url", "url"))
    return link.group(1) if link else ""


def _tags(value: Any) -> dict[str, str]:
    """Tags come as pairs in lists, or as objects with key and value."""
    found = {}
    for item in value if isinstance(value, list) else []:
        name, text_of = (item[0], item[1]) if isinstance(item, list) and len(item) == 2 else (obj(item).get("key"), obj(item).get("value"))
        if isinstance(name, str) and isinstance(text_of, str | int | float):
            found[name] = str(text_of)
    return found


def _issue(issue: Mapping[str, Any], action: str, data: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Event]:
    number, tags = _number(issue), _tags(issue.get("tags"))
    title = first(issue, "title", "metadata.title", "metadata.value", "message")
    if not number and not title:
        return []
    link = first(issue, "web_url", "permalink")
    project = first(issue, "project.slug", "project_slug", "project_name")
    return [
        event(
            CLOSE if action in ENDED else OPEN,
            alias("sentry", number or f"{project} {title}"),
            title or f"Sentry issue {number}",
            description="\n".join(filter(None, (first(issue, "culprit", "location"), first(issue, "metadata.value"), first(data, "triggered_rule")))),
            priority=first(issue, "priority", "level") or tags.get("level", ""),
            services=(tags.get("service"), project),
            entity=first(issue, "server_name") or tags.get("server_name", ""),
            source=host_of(link) or "Sentry",
            tags=[tags.get("environment"), first(issue, "level"), first(issue, "platform"), tags.get("release")],
            details={**tags, "culprit": first(issue, "culprit"), "rule": first(data, "triggered_rule"), "short number": first(issue, "shortId")},
            links=normal.link("Issue", link),
            starts_at=normal.instant(issue.get("datetime") or issue.get("timestamp") or issue.get("lastSeen")),
            payload=payload,
        )
    ]


def _metric(action: str, data: Mapping[str, Any]) -> Event:
    metric = obj(data, "metric_alert")
    rule = obj(metric, "alert_rule")
    title = first(rule, "name") or first(metric, "title") or first(data, "description_title")
    projects = metric.get("projects")
    named = tuple(item for item in projects if isinstance(item, str)) if isinstance(projects, list) else ()
    return event(
        CLOSE if action == "resolved" else OPEN,
        alias("sentry", "metric", first(metric, "identifier", "id") or first(rule, "id") or title),
        title or "Sentry metric alert",
        description=text(data.get("description_text")),
        priority=action,
        services=named,
        source=host_of(data.get("web_url")) or "Sentry",
        details={"rule": first(rule, "name"), "query": first(rule, "query"), "aggregate": first(rule, "aggregate"), "projects": ", ".join(named)},
        links=normal.link("Alert", data.get("web_url")),
        starts_at=normal.instant(metric.get("date_started")),
        ended_at=normal.instant(metric.get("date_closed")),
        payload=data,
    )


def _legacy(payload: Mapping[str, Any]) -> list[Event]:
    """The WebHooks plugin: the issue's number is the payload's own, and the event hangs below."""
    happened = obj(payload, "event")
    issue = {
        **{name: happened.get(name) for name in ("tags", "environment", "platform", "server_name")},
        "timestamp": happened.get("timestamp") or happened.get("received"),
        "id": first(payload, "id"), "culprit": payload.get("culprit"), "level": payload.get("level"), "web_url": payload.get("url"),
        "title": first(happened, "title", "metadata.title") or first(payload, "message"), "project_slug": first(payload, "project_slug", "project"),
        "metadata": {"value": first(payload, "message")},
    }  # fmt: skip
    return _issue(issue, "", {}, payload)
