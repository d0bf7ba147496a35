"""CloudEvents."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from alerts import normal
from alerts.adapters import generic
from alerts.adapters.base import Adapter, alias, clean, event, first, obj, rows
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

PREFIX = "ce-"
STATE = re.compile(
    r"[._-](?:resolved|closed|recovered|cleared|ok|ended|fired|firing|opened|open|created|raised|triggered|active|started|v[0-9]+)$", re.I
)
OVER = re.compile(r"[._-](?:resolved|closed|recovered|cleared|ok|ended)(?:[._-]v[0-9]+)?$", re.I)


class CloudEvents(Adapter):
    """CloudEvents 1.0 over HTTP, structured, batched and binary (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).

    The data is read as generic JSON. Without an alias in it, source, subject and type without its state are the alias; the id is of the event, not of the problem.
    """

    slug = "cloudevents"
    label = "CloudEvents"
    docs = "https://cloudevents.io"
    snippet = """curl -H 'Content-Type: application/cloudevents+json' {url} -d '{
  "specversion": "1.0", "id": "1", "source": "/shop/checkout", "type": "com.example.queue.full.raised", "subject": "orders",
  "data": {"message": "The queue of orders is full", "severity": "high"}}'

Send a type that ends in .resolved, or "status": "resolved" in the data, when it is over."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """One event for each CloudEvent."""
        if "ce-specversion" in sent.headers or "ce-type" in sent.headers:
            attributes = {name.removeprefix(PREFIX): value for name, value in sent.headers.items() if name.startswith(PREFIX)}
            return [_event({**attributes, "data": sent.payload}, sent.mapping)]
        found = sent.payload if isinstance(sent.payload, list) else [sent.payload]
        events = [item for item in rows(found) if "specversion" in item and first(item, "type")]
        return [_event(item, sent.mapping) for item in events[:1000]]


def _data(given: Mapping[str, Any]) -> Any:
    data = given.get("data")
    if isinstance(data, str) and data.lstrip().startswith(("{", "[")):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return data
    return data


def _event(given: Mapping[str, Any], mapping: Mapping[str, Any]) -> Event:
    data = _data(given)
    source, kind, subject = first(given, "source"), first(given, "type"), first(given, "subject")
    what = STATE.sub("", STATE.sub("", kind))
    inner = generic.Generic().read(Sent(obj(data), mapping))[0]
    has_alias = any(first(data, name) for name in generic.USUAL["alias"] if name != "id") or "alias" in mapping
    is_named = inner.message != generic.UNREADABLE
    title = clean(inner.message) if is_named else clean(data) or " ".join(filter(None, (what, subject)))
    at = normal.instant(given.get("time"))
    made = event(
        CLOSE if OVER.search(kind) else inner.kind if isinstance(data, Mapping) else OPEN,
        inner.alias if has_alias else alias("cloudevents", source, subject, what),
        title,
        priority=inner.priority or first(given, "severity", "priority"),
        entity=inner.entity or subject,
        source=inner.source or source,
        details={**inner.details, "type": kind, "subject": subject, "source": source},
        starts_at=inner.starts_at or at,
        ended_at=inner.ended_at or at,
        payload=dict(given),
    )
    return replace(made, description=inner.description, services=inner.services, tags=inner.tags, links=inner.links, group=inner.group)
