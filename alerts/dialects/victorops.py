"""Splunk On-Call's REST endpoint (formerly VictorOps): POST .../alert/<key>/<routing key>, entity_id is the alias.

https://help.victorops.com/knowledge-base/rest-endpoint-integration-guide/
"""

from collections.abc import Mapping
from typing import Any

import orjson

from alerts import commands, normal
from alerts.dialects.base import Answer, Call, Dialect, Kept, Operation, Problem
from alerts.normal import CLOSE, OPEN, Event

PREFIX = ("integrations", "generic", "20131114", "alert")
KINDS = ("INFO", "WARNING", "CRITICAL", "ACKNOWLEDGEMENT", "ACKNOWLEDGMENT", "RECOVERY")
OWN = ("message_type", "entity_id", "entity_display_name", "state_message", "monitoring_tool", "state_start_time", "ack_author", "ack_msg")


class VictorOps(Dialect):
    """See the module."""

    name = "victorops"

    def find(self, call: Call) -> Operation | None:
        is_ours = call.parts[:4] == PREFIX and len(call.parts) in (5, 6)
        if not is_ours or call.method != "POST":
            return None
        return Operation("victorops", {"routing_key": call.parts[5][:100]} if len(call.parts) == 6 else {})

    def key(self, call: Call) -> str | None:
        return call.parts[4]

    def check(self, operation: Operation, value: Any) -> Problem | None:
        if not isinstance(value, Mapping):
            return Problem(400, "The body must be a JSON object")
        if str(value.get("message_type", "")).upper() not in KINDS:
            return Problem(400, "message_type must be one of INFO, WARNING, CRITICAL, ACKNOWLEDGEMENT, RECOVERY")
        return None

    def accepted(self, operation: Operation, request_id: str, row_id: int, value: Any) -> Answer:
        return Answer(200, orjson.dumps({"result": "success", "entity_id": entity(value, request_id)}))

    def refused(self, problem: Problem, row_id: int | None = None) -> Answer:
        return Answer(problem.status, orjson.dumps({"result": "failure", "messages": [problem.message]}))

    def read(self, kept: Kept, value: Any) -> list[Event]:
        kind, alias = str(value["message_type"]).upper(), entity(value, kept.request_id)
        if kind.startswith("ACK"):
            who, note = normal.line(value.get("ack_author"), commands.USER), normal.text(value.get("ack_msg"), commands.NOTE_LENGTH)
            return [commands.command(commands.ACKNOWLEDGE, alias, user=who, note=note)]
        if kind == "RECOVERY":
            return [Event(CLOSE, alias, "")]
        message = normal.line(value.get("entity_display_name") or value.get("state_message") or alias, normal.MESSAGE)
        details = normal.details({name: text for name, text in value.items() if name not in OWN})
        if kept.context.get("routing_key"):
            details["routing_key"] = kept.context["routing_key"]
        return [
            Event(
                kind=OPEN, alias=alias, message=message, description=normal.text(value.get("state_message"), normal.DESCRIPTION), priority=kind.lower(),
                hints=normal.names(details.get("service"), kept.context.get("routing_key"), details.get("host_name")),
                entity=normal.line(details.get("host_name") or details.get("host"), normal.ENTITY),
                source=normal.line(value.get("monitoring_tool") or "Splunk On-Call", normal.SOURCE), details=details,
                payload=dict(value), extra={"is_first_kept": True},
            )
        ]  # fmt: skip


def entity(value: Mapping[str, Any], request_id: str) -> str:
    """The alias: entity_id, else the display name, else one that is made."""
    return normal.line(value.get("entity_id"), normal.ALIAS) or normal.line(value.get("entity_display_name"), normal.ALIAS) or request_id
