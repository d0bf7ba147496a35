"""What a kept body says. Nothing here writes: the worker reads bodies by it, and so does who looks at one or tries one."""

from collections.abc import Iterable, Sequence

from alerts import adapters, bodies, priorities, ruling
from alerts.dialects import plain, table
from alerts.dialects.base import Kept
from alerts.models import Integration, IntegrationRule
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


def rules_of(integrations: Iterable[int]) -> dict[int, list[ruling.Rule]]:
    """The rules of integrations that have any, in the order in which they are asked; one query."""
    found: dict[int, list[ruling.Rule]] = {}
    for rule in IntegrationRule.objects.filter(integration__in=list(integrations), is_enabled=True).order_by("position", "pk"):
        found.setdefault(rule.integration_id, []).append(rule.ready)
    return {pk: ruling.ordered(rules) for pk, rules in found.items()}


def settle(read: Iterable[Event], integration: Integration, rules: Sequence[ruling.Rule]) -> list[tuple[Event, ruling.Verdict]]:
    """What the integration's rules make of each event."""
    return [(event, ruling.decide(event, rules, integration.name, priority_of(event, integration))) for event in read]


def priority_of(event: Event, integration: Integration) -> int:
    """The priority of an event, 1 to 5, in the words of the integration and its tool."""
    return priorities.priority_of(event.priority, integration.priority_map, adapters.words_of(integration.adapter))
