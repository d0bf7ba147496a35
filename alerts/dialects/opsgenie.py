"""Opsgenie's Alert API v2 (https://docs.opsgenie.com/docs/alert-api), as its clients write: create, all actions, updates, deletion.

Everything is answered 202 with a request id when it is committed, also what names an alert that does not exist; what came of it is asked by that id. The same
addresses stand below /jsm/ops/integration/ (Jira Service Management's successor of the API), and integrations that post their own JSON below /v1/json/.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from alerts import commands, deliveries, normal
from alerts.dialects.base import Answer, Call, Dialect, Headers, Kept, Operation, Problem
from alerts.normal import OPEN, Event

PREFIXES = (("v2", "alerts"), ("jsm", "ops", "integration", "v2", "alerts"))
WEBHOOK = ("v1", "json", "integrations", "webhooks")
NOT_IDS = ("requests", "count", "saved-searches")
KINDS = ("id", "alias", "tiny")
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
MOST_RESPONDERS, MOST_ACTIONS, ACTION, DETAILS, SOURCE = 50, 10, 50, 8_000, 100
UNPROCESSABLE = "Request body is not processable. Please check the errors."
# Verb of the address by method: the operation, and whether it may come without a body.
VERBS: dict[tuple[str, str], tuple[str, bool]] = {
    ("POST", "acknowledge"): ("acknowledge", True), ("POST", "unacknowledge"): ("unacknowledge", True), ("POST", "close"): ("close", True),
    ("POST", "snooze"): ("snooze", False), ("POST", "escalate"): ("escalate", False), ("POST", "assign"): ("assign", False),
    ("POST", "teams"): ("teams", False), ("POST", "responders"): ("responders", False), ("POST", "notes"): ("notes", False),
    ("POST", "tags"): ("tags", False), ("DELETE", "tags"): ("untag", True), ("POST", "details"): ("details", False),
    ("DELETE", "details"): ("undetail", True), ("PUT", "message"): ("message", False), ("PUT", "description"): ("description", False),
    ("PUT", "priority"): ("priority", False), ("PATCH", "message"): ("message", False), ("PATCH", "description"): ("description", False),
    ("PATCH", "priority"): ("priority", False),
}  # fmt: skip


def envelope(status: int, told: Mapping[str, Any], request_id: str, took: float = 0.0) -> Answer:
    """An answer with what every answer of this API carries; its SDKs need a JSON object, whatever happened."""
    headers: Headers = (
        (b"x-request-id", request_id.encode()), (b"x-response-time", str(took).encode()), (b"x-ratelimit-state", b"OK"),
        (b"x-ratelimit-reason", b"ACCOUNT"), (b"x-ratelimit-period-in-sec", b"60"),
    )  # fmt: skip
    if status == 401:
        headers += ((b"www-authenticate", b"GenieKey"),)
    return Answer(status, orjson.dumps({**told, "took": took, "requestId": request_id}), headers)


class Opsgenie(Dialect):
    """See the module."""

    name = "opsgenie"

    def find(self, call: Call) -> Operation | None:
        parts = call.parts
        if call.method == "POST" and parts[:4] == WEBHOOK and len(parts) == 5:
            return Operation("opsgenie.webhook", {"tool": parts[4][:50]})
        for prefix in PREFIXES:
            if parts[: len(prefix)] == prefix:
                return _operation(call, parts[len(prefix) :])
        return None

    def check(self, operation: Operation, value: Any) -> Problem | None:
        if operation.name == "opsgenie.webhook":
            return None
        if not isinstance(value, Mapping):
            return Problem(400, "The body must be a JSON object.")
        if operation.context.get("by", "id") not in KINDS:
            return Problem(422, "identifierType should be one of [id, alias, tiny].", {"identifierType": "Choose id, alias or tiny."})
        check = CHECKS.get(operation.name.removeprefix("opsgenie."))
        wrong = check(value, operation.context) if check is not None else None
        return Problem(422, UNPROCESSABLE, dict([wrong])) if wrong else None

    def delivery(self, call: Call, value: Any) -> str:
        return deliveries.of(call.headers, value) if call.parts[: len(WEBHOOK)] == WEBHOOK else super().delivery(call, value)

    def accepted(self, operation: Operation, request_id: str, row_id: int, value: Any) -> Answer:
        # Netdata takes only 200 for success.
        return envelope(200 if operation.name == "opsgenie.webhook" else 202, {"result": "Request will be processed"}, request_id)

    def refused(self, problem: Problem, row_id: int | None = None) -> Answer:
        told: dict[str, Any] = {"message": problem.message}
        if problem.fields:
            told["errors"] = dict(problem.fields)
        return envelope(problem.status, told, str(uuid.uuid4()))

    def read(self, kept: Kept, value: Any) -> list[Event]:
        verb, context = kept.operation.removeprefix("opsgenie."), kept.context
        if verb == "create":
            return [_created(value, kept)]
        said = {**context.get("query", {}), **value}
        common = {name: normal.text(said.get(name), limit) for name, limit in (("user", 100), ("source", 100), ("note", commands.NOTE_LENGTH))}
        kind, values = READS[verb](value, said)
        if verb == "run":
            values = {"name": normal.line(context.get("name"), ACTION)}
        return [commands.command(kind, str(context.get("ident", "")), str(context.get("by", "id")), **common, **values)]


def _operation(call: Call, rest: tuple[str, ...]) -> Operation | None:
    if not rest:
        return Operation("opsgenie.create", {"remote": call.remote}) if call.method == "POST" else None
    if rest[0] in NOT_IDS:
        return None
    context: dict[str, Any] = {"ident": rest[0][: normal.ALIAS], "by": call.query.get("identifierType") or "id"}
    query = {name: value for name, value in call.query.items() if name not in ("identifierType", "apiKey")}
    if query:
        context["query"] = query
    if len(rest) == 1:
        return Operation("opsgenie.delete", context, may_be_empty=True) if call.method == "DELETE" else None
    if len(rest) == 3 and rest[1] == "actions" and call.method == "POST":
        return Operation("opsgenie.run", {**context, "name": rest[2]}, may_be_empty=True)
    verb = VERBS.get((call.method, rest[1])) if len(rest) == 2 else None
    return Operation(f"opsgenie.{verb[0]}", context, may_be_empty=verb[1]) if verb is not None else None


# ---------------------------------------------------------------- what is wrong with a body

Wrong = tuple[str, str] | None


def _needs_text(name: str, label: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Wrong]:
    def check(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
        given = value.get(name)
        is_there = isinstance(given, str | int | float) and not isinstance(given, bool) and normal.line(given, 10)
        return None if is_there else (name, f"{label} can not be empty.")

    return check


def _needs_one(name: str, *keys: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Wrong]:
    def check(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
        given = value.get(name)
        is_there = isinstance(given, Mapping) and any(isinstance(given.get(key), str | int) and given[key] for key in keys)
        return None if is_there else (name, f"Give {name} with {' or '.join(keys)}.")

    return check


def _needs_end(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
    given = normal.instant(value.get("endTime"))
    return None if given else ("endTime", "endTime must be an instant such as 2026-11-24T09:00:00Z.")


def _needs_priority(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
    return None if value.get("priority") in PRIORITIES else ("priority", "priority should be one of [P1, P2, P3, P4, P5].")


def _needs_list(name: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Wrong]:
    def check(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
        return None if isinstance(value.get(name), list) and value[name] else (name, f"{name} can not be empty.")

    return check


def _needs_details(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
    return None if isinstance(value.get("details"), Mapping) and value["details"] else ("details", "details can not be empty.")


def _needs_query(name: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Wrong]:
    def check(value: Mapping[str, Any], context: Mapping[str, Any]) -> Wrong:
        return None if context.get("query", {}).get(name, "").strip(", ") else (name, f"Name the {name} in the address: ?{name}=a,b.")

    return check


CHECKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Wrong]] = {
    "create": _needs_text("message", "Message"), "notes": _needs_text("note", "Note"), "message": _needs_text("message", "Message"),
    "description": _needs_text("description", "Description"), "priority": _needs_priority, "snooze": _needs_end,
    "escalate": _needs_one("escalation", "id", "name"), "assign": _needs_one("owner", "id", "username"), "teams": _needs_one("team", "id", "name"),
    "responders": _needs_one("responder", "id", "name", "username"), "tags": _needs_list("tags"), "details": _needs_details,
    "untag": _needs_query("tags"), "undetail": _needs_query("keys"),
}  # fmt: skip


# ---------------------------------------------------------------- what a kept request says


def _created(value: Mapping[str, Any], kept: Kept) -> Event:
    """An alert without an alias is known by its id, which is the id of its request."""
    alias = normal.line(value.get("alias"), normal.ALIAS)
    details = bounded(value.get("details"))
    given = value.get("tags")
    tags = given if isinstance(given, list) else str(given).split(",") if given else []
    extra = {
        "uid": kept.request_id if not alias else "", "responders": recipients(value.get("responders") or value.get("teams")),
        "visible_to": recipients(value.get("visibleTo")), "actions": list(normal.tags(_listed(value.get("actions"))))[:MOST_ACTIONS],
        "user": normal.line(value.get("user"), commands.USER), "note": normal.text(value.get("note"), commands.NOTE_LENGTH),
    }  # fmt: skip
    return Event(
        kind=OPEN, alias=alias or kept.request_id, message=normal.line(value.get("message"), normal.MESSAGE) or "Alert without a message",
        description=normal.text(value.get("description"), normal.DESCRIPTION), priority=normal.line(value.get("priority"), 40),
        hints=normal.names(details.get("service"), value.get("entity")), entity=normal.line(value.get("entity"), normal.ENTITY),
        source=normal.line(value.get("source") or kept.context.get("remote"), SOURCE), tags=normal.tags(tag for tag in tags if isinstance(tag, str | int)),
        details=details, payload=dict(value), extra={"is_first_kept": True, **{name: said for name, said in extra.items() if said}},
    )  # fmt: skip


def _listed(value: Any) -> list[Any]:
    return [one for one in value if isinstance(one, str | int)] if isinstance(value, list) else []


def bounded(value: Any) -> dict[str, str]:
    """Details of at most 8 000 characters in all; what is beyond is cut."""
    kept, room = {}, DETAILS
    for name, text in normal.details(value).items():
        room -= len(name)
        if room <= 0:
            break
        kept[name] = text[:room]
        room -= len(text)
    return kept


def recipients(value: Any) -> list[dict[str, str]]:
    """Responders or those who may see it: type (team unless said), and id, name or username."""
    if not isinstance(value, list):
        return []
    found = [recipient(one) for one in value[:MOST_RESPONDERS] if isinstance(one, Mapping)]
    return [one for one in found if len(one) > 1]


def recipient(one: Mapping[str, Any]) -> dict[str, str]:
    """One of them."""
    kind = normal.line(one.get("type"), 20).lower() or ("user" if one.get("username") else "team")
    named = {name: normal.line(one[name], normal.SERVICE) for name in ("id", "name", "username") if isinstance(one.get(name), str | int)}
    return {"type": kind, **{name: text for name, text in named.items() if text}}


def _split(text: Any) -> list[str]:
    return [part.strip() for part in str(text or "").split(",") if part.strip()]


Values = tuple[str, dict[str, Any]]
READS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Values]] = {
    "acknowledge": lambda value, said: (commands.ACKNOWLEDGE, {}),
    "unacknowledge": lambda value, said: (commands.UNACKNOWLEDGE, {}),
    "close": lambda value, said: (commands.END, {}),
    "delete": lambda value, said: (commands.DELETE, {}),
    "snooze": lambda value, said: (commands.SNOOZE, {"until": normal.instant(value.get("endTime"))}),
    "escalate": lambda value, said: (commands.ESCALATE, {"responder": {**recipient(value["escalation"]), "type": "escalation"}}),
    "assign": lambda value, said: (commands.ASSIGN, {"owner": {**recipient(value["owner"]), "type": "user"}}),
    "teams": lambda value, said: (commands.RESPOND, {"responder": {**recipient(value["team"]), "type": "team"}}),
    "responders": lambda value, said: (commands.RESPOND, {"responder": recipient(value["responder"])}),
    "notes": lambda value, said: (commands.NOTE, {}),
    "tags": lambda value, said: (commands.TAG, {"tags": list(normal.tags(_listed(value["tags"])))}),
    "untag": lambda value, said: (commands.UNTAG, {"tags": _split(said.get("tags"))}),
    "details": lambda value, said: (commands.DETAIL, {"details": bounded(value["details"])}),
    "undetail": lambda value, said: (commands.UNDETAIL, {"keys": _split(said.get("keys"))}),
    "message": lambda value, said: (commands.MESSAGE, {"text": normal.line(value["message"], normal.MESSAGE)}),
    "description": lambda value, said: (commands.DESCRIPTION, {"text": normal.text(value["description"], normal.DESCRIPTION)}),
    "priority": lambda value, said: (commands.PRIORITY, {"priority": int(value["priority"][1])}),
    "run": lambda value, said: (commands.RUN, {}),
}
