"""What a kept body says. Nothing here writes: the worker reads bodies by it, and so does who looks at one or tries one."""

from alerts import adapters, bodies
from alerts.dialects import plain, table
from alerts.dialects.base import Kept
from alerts.models import Integration
from alerts.normal import Event, Ignored, Sent

OWN = (plain.INGEST, "opsgenie.webhook")


def read(kept: Kept, body: bytes, integration: Integration) -> list[Event] | Ignored:
    """In the words of the API that it came through, else as the integration's adapter understands it. Raises bodies.Broken."""
    headers = kept.context.get("headers", {})
    kind = str(headers.get("content-type", ""))
    if kept.operation not in OWN:
        return table.of(kept.operation).read(kept, bodies.read(body, kind) if body.strip() else {})
    tool = kept.context.get("tool", "")
    sent = Sent(bodies.read(body, kind), integration.mapping, headers, kept.context.get("query", {}))
    return adapters.read(tool if tool in adapters.ADAPTERS else integration.adapter, sent)
