"""Evenkeel's own way in: POST /ingest/<key> with whatever a monitoring tool sends. What it means is said by the integration's adapter."""

from typing import Any

import orjson

from alerts import bodies, deliveries
from alerts.dialects.base import Answer, Call, Dialect, Operation, Problem

INGEST = "ingest"
CODES = {401: "unknown_key", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large", 503: "unavailable"}
# Headers in which tools say what a payload is, or sign it.
TELLING = (
    "ce-",
    "x-amz-sns-",
    "x-github-",
    "x-gitlab-",
    "x-hub-signature",
    "sentry-hook-",
    "x-grafana-",
    "x-gitea-",
    "x-jenkins-",
    "x-honeycomb-",
    "x-newrelic-",
)
PLAIN = Operation(INGEST)


class Plain(Dialect):
    """See the module."""

    name = INGEST

    def find(self, call: Call) -> Operation | None:
        if call.parts[0] != INGEST or call.method != "POST":
            return None
        context: dict[str, Any] = {}
        told = {name: value for name, value in call.headers.items() if name.startswith(TELLING)}
        if call.headers.get("content-type", "").startswith(bodies.FORM):
            told["content-type"] = bodies.FORM
        if told:
            context["headers"] = told
        if call.query:
            context["query"] = dict(call.query)
        return Operation(INGEST, context) if context else PLAIN

    def key(self, call: Call) -> str | None:
        return "/".join(call.parts[1:])

    def delivery(self, call: Call, value: Any) -> str:
        return deliveries.of(call.headers, value)

    def accepted(self, operation: Operation, request_id: str, row_id: int, value: Any) -> Answer:
        return Answer(202, orjson.dumps({"id": str(row_id), "status": "accepted"}))

    def refused(self, problem: Problem, row_id: int | None = None) -> Answer:
        message = problem.message if row_id is None else f"{problem.message} The body is kept in quarantine as {row_id}."
        code = CODES.get(problem.status, "not_readable")
        return Answer(problem.status, orjson.dumps({"error": {"code": code, "message": message, "fields": dict(problem.fields)}}))
