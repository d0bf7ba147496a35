"""Elastic: Kibana's rules and Watcher."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class Elastic(Adapter):
    """Kibana's webhook connector, whose body is a Mustache template (https://www.elastic.co/guide/en/kibana/current/rule-action-variables.html), and Watcher's
    webhook action (https://www.elastic.co/guide/en/elasticsearch/reference/current/actions-webhook.html). The alias is rule and alert, or the watch.
    """

    slug = "elastic"
    label = "Elastic (Kibana, Watcher)"
    docs = "https://www.elastic.co/guide/en/kibana/current/rule-action-variables.html"
    snippet = """{"rule": {"id": "{{rule.id}}", "name": "{{rule.name}}", "tags": "{{rule.tags}}", "url": "{{rule.url}}"},
 "alert": {"id": "{{alert.id}}", "action_group": "{{alert.actionGroup}}"},
 "reason": "{{context.reason}}", "message": "{{context.message}}", "severity": "{{context.severity}}", "date": "{{date}}"}

In Kibana open Stack Management, Connectors, Create connector, “Webhook”: method POST, URL {url}, no authentication, header Content-Type application/json.
Add it to a rule as action for the group that fires and once more for “Recovered”, each with this text as body."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The alert of a rule, or of a watch."""
        payload = obj(sent.payload)
        rule, alert, context = obj(payload, "rule"), obj(payload, "alert"), obj(payload, "context")
        rule_id = first(rule, "id", "name") or first(payload, "rule_id", "ruleId", "rule_name")
        if rule_id:
            return [_rule(payload, rule, alert, context, rule_id)]
        watch = first(payload, "watch_id", "metadata.name", "ctx.watch_id")
        return [_watch(payload, watch)] if watch else []


def _rule(payload: Mapping[str, Any], rule: Mapping[str, Any], alert: Mapping[str, Any], context: Mapping[str, Any], rule_id: str) -> Event:
    instance = first(alert, "id") or first(payload, "alert_id", "alertId", "alert_instance_id")
    group = (first(alert, "action_group", "actionGroup") or first(payload, "action_group", "alertActionGroup")).lower()
    state = first(alert, "status", "state") or first(payload, "status", "state")
    is_over = "recovered" in (group, first(payload, "event_action").lower()) or state.lower() in ("recovered", "resolved", "ok")
    title = first(rule, "name") or first(payload, "rule_name", "ruleName") or rule_id
    why = first(payload, "reason", "message") or first(context, "reason", "message")
    at = normal.instant(payload.get("date") or payload.get("@timestamp"))
    tags = listed(rule.get("tags") or payload.get("tags"))
    return event(
        CLOSE if is_over else OPEN,
        alias("elastic", rule_id, instance if instance not in ("*", "query matched", rule_id) else ""),
        f"{title} ({instance})" if instance and instance not in ("*", "query matched", rule_id) and len(instance) < 60 else title,
        description=why or text(context.get("message")),
        priority=first(payload, "severity", "priority") or first(rule, "severity") or first(context, "severity"),
        services=(first(payload, "service"), first(context, "serviceName", "service")),
        entity=first(payload, "host", "entity") or first(context, "host.name", "hostname"),
        source="Elastic",
        tags=tags,
        details={**{name: value for name, value in context.items() if isinstance(value, str | int | float)}, "group": group, "alert": instance},
        links=normal.link("Rule", first(rule, "url") or first(payload, "url")) + normal.link("Alert", first(context, "alertDetailsUrl", "link")),
        starts_at=at,
        ended_at=at,
        payload=payload,
    )


def _watch(payload: Mapping[str, Any], watch: str) -> Event:
    state = first(payload, "status", "state").lower()
    return event(
        CLOSE if state in ("ok", "resolved", "recovered") else OPEN,
        alias("elastic", "watch", watch),
        first(payload, "title", "subject", "name") or watch,
        description=text(payload.get("message") or payload.get("text")),
        priority=first(payload, "severity", "priority", "metadata.severity"),
        services=(first(payload, "service"),),
        entity=first(payload, "host"),
        source="Elastic Watcher",
        details={"hits": first(payload, "hits", "payload.hits.total", "ctx.payload.hits.total"), "watch": watch},
        links=normal.link("Kibana", payload.get("url")),
        starts_at=normal.instant(first(payload, "execution_time", "trigger.triggered_time", "ctx.execution_time")),
        payload=payload,
    )
