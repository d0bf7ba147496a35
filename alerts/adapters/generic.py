"""Any JSON."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from alerts import normal
from alerts.adapters.base import Adapter
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Sent

USUAL: dict[str, tuple[str, ...]] = {
    "alias": ("alias", "dedup_key", "dedupKey", "incident_key", "alert_id", "alertId", "alert_uid", "fingerprint", "event_id", "id"),
    "message": ("title", "summary", "subject", "message", "name", "alert_name", "alertname", "check", "text", "description"),
    "description": ("description", "details", "body", "output", "message", "text", "msg"),
    "priority": ("priority", "severity", "level", "urgency", "criticality"),
    "status": ("status", "state", "event", "event_type", "eventType", "event_action", "action"),
    "service": ("service", "service_name", "serviceName", "application", "app", "component", "system"),
    "entity": ("entity", "host", "hostname", "instance", "node", "resource", "device"),
    "source": ("source", "origin", "monitor", "tool", "agent"),
    "tags": ("tags", "labels"),
    "details": ("details", "labels", "custom_details", "fields", "annotations", "data"),
    "url": ("url", "link", "href", "permalink", "link_to_upstream_details"),
    "starts_at": ("starts_at", "startsAt", "started_at", "startedAt"),
    "ended_at": ("ended_at", "endsAt", "resolved_at"),
    "group": ("group", "group_key", "groupKey"),
}
CLOSING = {
    "resolved", "resolve", "ok", "okay", "closed", "close", "recovered", "recovery", "up", "normal", "cleared", "clear", "fixed", "success", "passing",
    "healthy", "inactive",
}  # fmt: skip
SINGLE = {"alias", "message", "description", "priority", "status", "entity", "source", "url", "starts_at", "ended_at"}
UNREADABLE = "Alert that could not be read"
ACKNOWLEDGING = {"acknowledge", "acknowledged", "ack", "acked"}


class Generic(Adapter):
    """Fields by their usual names, or by the integration's mapping of JMESPath expressions (https://jmespath.org).

    Mapped fields: alias, message, description, priority, status, service, entity, source, tags, details, url, starts_at, ended_at, group. `items` may name a
    list of which each element is one event.
    """

    slug = "generic"
    label = "Generic JSON"
    signing = "standard"
    docs = "https://jmespath.org"
    snippet = """curl -H 'Content-Type: application/json' {url} \\
  -d '{"alias": "db1-disk", "message": "Disk /var on db1 is 95 % full", "priority": "P2", "status": "open"}'

Send the same alias with "status": "resolved" when it is over, and "service" with a service's name
when one source tells of several. Fields of other names are found by the integration's mapping."""

    def read(self, sent: Sent) -> list[Event]:
        """The events of a payload. Never raises and never answers nothing: what cannot be mapped becomes one alert with what can be read."""
        items = _found(sent.mapping.get("items"), sent.payload) if sent.mapping.get("items") else sent.payload
        if not isinstance(items, list):
            items = [items]
        return [_event(item, sent.mapping) for item in items[:1000]] or [_event(sent.payload, {})]


def _kind(status: Any) -> str:
    said = normal.line(status, 30).lower()
    return CLOSE if said in CLOSING else ACKNOWLEDGE if said in ACKNOWLEDGING else OPEN


def _event(item: Any, mapping: Mapping[str, Any]) -> Event:
    values = {field: _value(field, item, mapping) for field in USUAL}
    message = normal.line(values["message"] if not isinstance(values["message"], Mapping | list) else "", normal.MESSAGE)
    entity = normal.line(values["entity"], normal.ENTITY) if isinstance(values["entity"], str | int) else ""
    source = normal.line(values["source"], normal.SOURCE) if isinstance(values["source"], str) else ""
    alias = normal.line(values["alias"], normal.ALIAS) if isinstance(values["alias"], str | int) else ""
    description = values["description"] if isinstance(values["description"], str) else ""
    service = values["service"][0] if isinstance(values["service"], list) and values["service"] else values["service"]
    service = service.get("name") if isinstance(service, Mapping) else service
    tags = values["tags"] if isinstance(values["tags"], list) else values["tags"].split(",") if isinstance(values["tags"], str) else []
    return Event(
        kind=_kind(values["status"]),
        alias=alias or normal.fingerprint(message or _shape(item), entity, source),
        message=message or UNREADABLE,
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
    found = (item[name] for name in USUAL[field] if item.get(name) not in (None, "", [], {}))
    return next((value for value in found if field not in SINGLE or not isinstance(value, Mapping | list)), None)


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
