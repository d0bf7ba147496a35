"""PagerDuty's Events API, version 2 (https://developer.pagerduty.com/docs/events-api-v2/overview/) and 1: the key stands in the body as routing_key or service_key.

The same dedup_key is the same alert only under the same key, so the alias begins with the integration. A change event pages nobody and is kept as context.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from alerts import commands, normal
from alerts.dialects.base import Answer, Call, Dialect, Kept, Operation, Problem
from alerts.normal import CLOSE, OPEN, Event

ENQUEUE, CHANGE, FIRST = "pagerduty.v2", "pagerduty.change", "pagerduty.v1"
PATHS = {
    ("v2", "enqueue"): ENQUEUE, ("v2", "change", "enqueue"): CHANGE, ("generic", "2010-04-15", "create_event.json"): FIRST,
}  # fmt: skip
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
DEDUP, SUMMARY = 255, 1024


class PagerDuty(Dialect):
    """See the module."""

    name = "pagerduty"

    def find(self, call: Call) -> Operation | None:
        name = PATHS.get(call.parts) if call.method == "POST" else None
        return Operation(name, {"remote": call.remote}) if name is not None else None

    def key(self, call: Call) -> str | None:
        return None

    def key_in(self, value: Any) -> str:
        found = (value.get("routing_key") or value.get("service_key")) if isinstance(value, Mapping) else None
        return found if isinstance(found, str) else ""

    def check(self, operation: Operation, value: Any) -> Problem | None:
        wrong = _wrong_first(value) if operation.name == FIRST else _wrong_change(value) if operation.name == CHANGE else _wrong(value)
        return Problem(400, "Event object is invalid", dict.fromkeys(wrong, "")) if wrong else None

    def accepted(self, operation: Operation, request_id: str, row_id: int, value: Any) -> Answer:
        if operation.name == FIRST:
            return Answer(200, orjson.dumps({"status": "success", "message": "Event processed", "incident_key": key_of_first(value, request_id)}))
        told: dict[str, Any] = {"status": "success", "message": "Change event processed" if operation.name == CHANGE else "Event processed"}
        if operation.name == ENQUEUE:
            told["dedup_key"] = dedup_key(value, request_id)
        return Answer(202, orjson.dumps(told))

    def refused(self, problem: Problem, row_id: int | None = None) -> Answer:
        if problem.status == 401:  # this API knows no such status: a wrong key is an invalid event
            told = {"status": "invalid event", "message": "Event object is invalid", "errors": ["'routing_key' is not a known integration key"]}
            return Answer(400, orjson.dumps(told))
        if problem.fields:
            return Answer(problem.status, orjson.dumps({"status": "invalid event", "message": problem.message, "errors": list(problem.fields)}))
        if problem.status == 400:
            told = {
                "status": "Unrecognized object",
                "message": "Event object format is unrecognized",
                "errors": ["JSON parse error", problem.message],
            }
            return Answer(400, orjson.dumps(told))
        return Answer(problem.status, orjson.dumps({"status": "error", "message": problem.message, "errors": [problem.message]}))

    def read(self, kept: Kept, value: Any) -> list[Event]:
        return [_first(value, kept)] if kept.operation == FIRST else [] if kept.operation == CHANGE else [_event(value, kept)]


def dedup_key(value: Mapping[str, Any], request_id: str) -> str:
    """The event's own key, else one made for it."""
    return normal.line(value.get("dedup_key"), DEDUP) or request_id.replace("-", "")


def key_of_first(value: Mapping[str, Any], request_id: str) -> str:
    """The same in version 1."""
    return normal.line(value.get("incident_key"), DEDUP) or request_id.replace("-", "")


def alias_of(kept: Kept, key: str) -> str:
    """The alias of an alert with this key, under this integration."""
    return f"pd-{kept.integration_id}-{key}"


# ---------------------------------------------------------------- what is wrong with an event


def _wrong(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return ["Event object must be a JSON object"]
    action = value.get("event_action")
    if action not in ACTIONS:
        return [f"'event_action' is {'missing or blank' if not action else 'invalid (must be one of trigger, acknowledge, resolve)'}"]
    if len(str(value.get("dedup_key") or "")) > DEDUP:
        return [f"'dedup_key' is too long (maximum {DEDUP} characters)"]
    if action != "trigger":
        return [] if normal.line(value.get("dedup_key"), DEDUP) else ["'dedup_key' is missing or blank"]
    payload = value.get("payload")
    if not isinstance(payload, Mapping):
        return ["'payload' is missing or blank"]
    wrong = [f"'payload.{name}' is missing or blank" for name in ("summary", "source", "severity") if not normal.line(payload.get(name), 10)]
    if payload.get("severity") and payload["severity"] not in SEVERITIES:
        wrong.append("'payload.severity' is invalid (must be one of critical, error, warning, info)")
    return wrong


def _wrong_change(value: Any) -> list[str]:
    payload = value.get("payload") if isinstance(value, Mapping) else None
    if not isinstance(payload, Mapping):
        return ["'payload' is missing or blank"]
    return [] if normal.line(payload.get("summary"), 10) else ["'payload.summary' is missing or blank"]


def _wrong_first(value: Any) -> list[str]:
    if not isinstance(value, Mapping) or value.get("event_type") not in ACTIONS:
        return ["Event type must be one of trigger, acknowledge, resolve"]
    if value["event_type"] == "trigger":
        return [] if normal.line(value.get("description"), 10) else ["Description is missing or blank"]
    return [] if normal.line(value.get("incident_key"), DEDUP) else ["Incident key is missing or blank"]


# ---------------------------------------------------------------- what an event says


def _event(value: Mapping[str, Any], kept: Kept) -> Event:
    action, key = value["event_action"], dedup_key(value, kept.request_id)
    alias = alias_of(kept, key)
    if action == "acknowledge":
        return commands.command(commands.ACKNOWLEDGE, alias, user=normal.line(value.get("client"), commands.USER))
    if action == "resolve":
        return Event(CLOSE, alias, "")
    payload = value["payload"]
    details = _details(payload.get("custom_details"))
    named = {name: normal.line(payload.get(name), normal.SERVICE) for name in ("component", "group", "class")}
    return Event(
        kind=OPEN, alias=alias, message=normal.line(payload["summary"], normal.MESSAGE), description=_longer(payload["summary"]),
        priority=normal.line(payload.get("severity"), 20), hints=normal.names(details.get("service"), named["component"], named["group"], payload.get("source")),
        entity=normal.line(payload.get("source"), normal.ENTITY), source=normal.line(value.get("client") or "PagerDuty", normal.SOURCE),
        tags=normal.tags([named["class"], named["group"]]), details={**details, **{k: v for k, v in named.items() if v}, "dedup_key": key},
        links=_links(value), payload=dict(value), extra={"is_first_kept": True},
    )  # fmt: skip


def _first(value: Mapping[str, Any], kept: Kept) -> Event:
    key = key_of_first(value, kept.request_id)
    alias = alias_of(kept, key)
    if value["event_type"] == "acknowledge":
        return commands.command(commands.ACKNOWLEDGE, alias, note=normal.text(value.get("description"), commands.NOTE_LENGTH))
    if value["event_type"] == "resolve":
        return Event(CLOSE, alias, "")
    return Event(
        kind=OPEN, alias=alias, message=normal.line(value["description"], normal.MESSAGE), description=_longer(value["description"]), priority="critical",
        source=normal.line(value.get("client") or "PagerDuty", normal.SOURCE), details={**_details(value.get("details")), "incident_key": key},
        links=normal.link(normal.line(value.get("client"), 60) or "Source", value.get("client_url")), payload=dict(value),
        extra={"is_first_kept": True},
    )  # fmt: skip


def _details(value: Any) -> dict[str, str]:
    return normal.details(value) if isinstance(value, Mapping) else {"details": normal.text(value, normal.DETAIL)} if value else {}


def _longer(summary: Any) -> str:
    """The whole summary, when the message cuts it."""
    whole = normal.line(summary, SUMMARY)
    return whole if len(whole) > normal.MESSAGE else ""


def _links(value: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    found = normal.link(normal.line(value.get("client"), 60) or "Source", value.get("client_url"))
    for name, word in (("links", "text"), ("images", "alt")):
        for one in value[name] if isinstance(value.get(name), list) else []:
            if isinstance(one, Mapping):
                found += normal.link(normal.line(one.get(word), 100) or ("Image" if name == "images" else "Link"), one.get("href") or one.get("src"))
    return found[: normal.LINKS]


def links_of(value: Mapping[str, Any]) -> list[dict[str, str]]:
    """The links of a change event."""
    return [dict(one) for one in _links(value)]
