"""Alertmanager's API v2 as Prometheus writes to it: POST /api/v2/alerts, also below /am/<key>; and version 1 (POST /api/v1/alerts).

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. An alert that is not sent again before its endsAt is over.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from alerts import normal
from alerts.adapters import alertmanager
from alerts.dialects.base import Answer, Call, Dialect, Kept, Operation, Problem
from alerts.normal import Event

RESOLVE_TIMEOUT = timedelta(minutes=5)
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
FNV_OFFSET, FNV_PRIME, MASK = 14695981039346656037, 1099511628211, (1 << 64) - 1
GO = {dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "bool", type(None): "null"}


class Alertmanager(Dialect):
    """See the module."""

    name = "alertmanager"

    def find(self, call: Call) -> Operation | None:
        parts, key = split(call.parts)
        if call.method != "POST" or parts not in (("api", "v2", "alerts"), ("api", "v1", "alerts")):
            return None
        return Operation("alertmanager.alerts" if parts[1] == "v2" else "alertmanager.v1")

    def key(self, call: Call) -> str | None:
        return split(call.parts)[1] or super().key(call)

    def admits(self, call: Call) -> Problem | None:
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in ("application/json", "") or call.parts[-2] == "v1":
            return None
        return Problem(415, f'unsupported media type "{kind[:80]}", only [application/json] are allowed')

    def check(self, operation: Operation, value: Any) -> Problem | None:
        if not isinstance(value, list):
            return Problem(400, f"{PARSING}json: cannot unmarshal {GO.get(type(value), 'object')} into Go value of type models.PostableAlerts")
        for number, alert in enumerate(value):
            wrong = _wrong(number, alert)
            if wrong is not None:
                return wrong
        return None

    def accepted(self, operation: Operation, request_id: str, row_id: int, value: Any) -> Answer:
        return Answer(200, b'{"status":"success"}') if operation.name == "alertmanager.v1" else Answer(200, kind=b"")

    def refused(self, problem: Problem, row_id: int | None = None) -> Answer:
        """Either the framework's object with a code, or a bare text, as the real one does."""
        if "text" in problem.fields:
            return Answer(problem.status, orjson.dumps(problem.message))
        headers = ((b"www-authenticate", b'Basic realm="Evenkeel"'),) if problem.status == 401 else ()
        message = f"{PARSING}{problem.message}" if problem.status == 400 and not problem.message.startswith(PARSING) else problem.message
        return Answer(problem.status, orjson.dumps({"code": int(problem.fields.get("code", problem.status)), "message": message}), headers)

    def read(self, kept: Kept, value: Any) -> list[Event]:
        return [event for alert in value for event in _events(alert, kept)]


PARSING = 'parsing alerts body from "" failed, because '


def split(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The address as Alertmanager knows it, and the key of a prefix /am/<key>; empty for none."""
    return (parts[2:], parts[1]) if parts[0] == "am" and len(parts) > 2 else (parts, "")


def _wrong(number: int, alert: Any) -> Problem | None:
    if not isinstance(alert, Mapping):
        return Problem(400, f"{PARSING}json: cannot unmarshal {GO.get(type(alert), 'object')} into Go value of type models.PostableAlert")
    labels = alert.get("labels")
    if labels is None:
        return Problem(422, f"{number}.labels in body is required", {"code": "602"})
    for name in ("labels", "annotations"):
        odd = alert.get(name) if alert.get(name) is not None else {}
        strange = odd if not isinstance(odd, Mapping) else next((one for one in odd.values() if not isinstance(one, str)), "")
        if not isinstance(strange, str):
            return Problem(400, f"{PARSING}json: cannot unmarshal {GO.get(type(strange), 'object')} into Go struct field Alert.{name} of type string")
    if not any(labels.values()):
        return Problem(400, "at least one label pair required", {"text": ""})
    bad = next((name for name in labels if not LABEL.fullmatch(name)), None)
    if bad is not None:
        return Problem(400, f"invalid label set: invalid name {orjson.dumps(bad[:200]).decode()}", {"text": ""})
    return _wrong_times(alert)


def _wrong_times(alert: Mapping[str, Any]) -> Problem | None:
    for name in ("startsAt", "endsAt"):
        if alert.get(name) and normal.instant(alert[name]) is None and not str(alert[name]).startswith("0001-"):
            return Problem(400, f"{PARSING}parsing time {orjson.dumps(str(alert[name])[:80]).decode()} as RFC 3339")
    starts, ends = normal.instant(alert.get("startsAt")), normal.instant(alert.get("endsAt"))
    if starts is not None and ends is not None and ends < starts:
        return Problem(400, "start time must be before end time", {"text": ""})
    return None


def _events(alert: Mapping[str, Any], kept: Kept) -> list[Event]:
    """An alert whose end is past is over. One without an end, or with one to come, fires until then."""
    labels = {name: value for name, value in alert["labels"].items() if value}
    ends = normal.instant(alert.get("endsAt"))
    is_over = ends is not None and ends <= kept.received_at
    starts = normal.instant(alert.get("startsAt")) or (ends if is_over else None)
    said = {**alert, "labels": labels, "status": "resolved" if is_over else "firing", "fingerprint": fingerprint(labels)}
    said["startsAt"] = starts.isoformat() if starts else None
    webhook = {"version": "4", "alerts": [said], "status": said["status"], "externalURL": "Prometheus"}
    ended_at = ends if is_over else ends or kept.received_at + RESOLVE_TIMEOUT
    return [replace(alertmanager.event_of(said, webhook), ended_at=ended_at, extra={"api": "alertmanager"})]


def fingerprint(labels: Mapping[str, str]) -> str:
    """The fingerprint that Alertmanager gives to a label set (FNV-1a of names and values), so that its webhook and this address speak of the same alert."""
    total = FNV_OFFSET
    for name in sorted(labels):
        for byte in (*name.encode(), 255, *labels[name].encode(), 255):
            total = ((total ^ byte) * FNV_PRIME) & MASK
    return f"{total:016x}"
