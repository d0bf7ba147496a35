"""Any JSON: fields by their usual names, or by the integration's mapping of JMESPath expressions (https://jmespath.org).

Mapped fields: alias, message, description, priority, status, service, entity, source, tags, details, url, starts_at, ended_at, group. `items` may name a list
of which each element is one event.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from alerts import normal
from alerts.normal import CLOSE, OPEN, Event

USUAL: dict[str, tuple[str, ...]] = {
    "alias": ("alias", "dedup_key", "dedupKey", "incident_key", "alert_id", "alertId", "fingerprint", "event_id", "id"),
    "message": ("message", "title", "summary", "subject", "name", "alert_name", "alertname", "check", "text", "description"),
    "description": ("description", "details", "body", "output", "text", "msg"),
    "priority": ("priority", "severity", "level", "urgency", "criticality"),
    "status": ("status", "state", "event", "event_type", "eventType", "event_action", "action"),
    "service": ("service", "service_name", "serviceName", "application", "app", "component", "system"),
    "entity": ("entity", "host", "hostname", "instance", "node", "resource", "device"),
    "source": ("source", "origin", "monitor", "tool", "agent"),
    "tags": ("tags", "labels"),
    "details": ("details", "labels", "custom_details", "fields", "annotations", "data"),
    "url": ("url", "link", "href", "permalink"),
    "starts_at": ("starts_at", "startsAt", "started_at", "startedAt"),
    "ended_at": ("ended_at", "endsAt", "resolved_at"),
    "group": ("group", "group_key", "groupKey"),
}
CLOSING = {
    "resolved", "resolve", "ok", "okay", "closed", "close", "recovered", "recovery", "up", "normal", "cleared", "clear", "fixed", "success", "passing",
    "healthy", "inactive",
}  # fmt: skip


def read(payload: Any, mapping: Mapping[str, Any]) -> list[Event]:
    """The events of a payload. Never raises and never answers nothing: what cannot be mapped becomes one alert with what can be read."""
    items = _found(mapping.get("items"), payload) if mapping.get("items") else payload
    if not isinstance(items, list):
        items = [items]
    return [_event(item, mapping) for item in items[:1000]] or [_event(payload, {})]


def _event(item: Any, mapping: Mapping[str, Any]) -> Event:
    values = {field: _value(field, item, mapping) for field in USUAL}
    message = normal.line(values["message"] if not isinstance(values["message"], Mapping | list) else "", normal.MESSAGE)
    entity = normal.line(values["entity"], normal.ENTITY) if isinstance(values["entity"], str | int) else ""
    source = normal.line(values["source"], normal.SOURCE) if isinstance(values["source"], str) else ""
    alias = normal.line(values["alias"], normal.ALIAS) if isinstance(values["alias"], str | int) else ""
    description = values["description"] if isinstance(values["description"], str) else ""
    service = values["service"].get("name") if isinstance(values["service"], Mapping) else values["service"]
    tags = values["tags"] if isinstance(values["tags"], list) else values["tags"].split(",") if isinstance(values["tags"], str) else []
    return Event(
        kind=CLOSE if normal.line(values["status"], 30).lower() in CLOSING else OPEN,
        alias=alias or normal.fingerprint(message or _shape(item), entity, source),
        message=message or "Alert that could not be read",
        description=normal.text(description, normal.DESCRIPTION) if description != message else "",
        priority=normal.line(values["priority"], 40),
        services=normal.names(service),
        entity=entity,
        source=source,
        tags=normal.tags(tag for tag in tags if isinstance(tag, str | int)),
        details=normal.details(values["details"]),
        links=normal.link("Source", values["url"]),
        starts_at=normal.instant(values["starts_at"]),
        ended_at=normal.instant(values["ended_at"]),
        group=normal.fingerprint(group) if "group" in mapping and (group := normal.line(values["group"], normal.ALIAS)) else "",
        payload=item,
    )


def _value(field: str, item: Any, mapping: Mapping[str, Any]) -> Any:
    if field in mapping:
        return _found(mapping[field], item)
    if not isinstance(item, Mapping):
        return item if field == "message" and isinstance(item, str | int | float) else None
    return next((item[name] for name in USUAL[field] if item.get(name) not in (None, "", [], {})), None)


def _shape(item: Any) -> str:
    """What identifies a payload that has no message: the names of its fields."""
    return ",".join(sorted(str(key) for key in item)) if isinstance(item, Mapping) else type(item).__name__


def _found(expression: Any, item: Any) -> Any:
    try:
        return _compiled(str(expression)).search(item)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def check_mapping(mapping: Any) -> str:
    """What is wrong with a mapping, as a sentence; an empty text when nothing is."""
    if not isinstance(mapping, Mapping):
        return "Write an object: field name to JMESPath."
    for field, expression in mapping.items():
        if field not in USUAL and field != "items":
            return f"“{field}” is not a field. Known: {', '.join(USUAL)}, items."
        try:
            jmespath.compile(str(expression))
        except (JMESPathError, RecursionError) as error:
            return f"“{field}”: {str(error).splitlines()[0]}"
    return ""
