"""Which dialect speaks at which address."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from alerts.dialects import alertmanager, base, opsgenie, pagerduty, plain, victorops

DIALECTS: dict[str, base.Dialect] = {
    one.name: one for one in (plain.Plain(), opsgenie.Opsgenie(), pagerduty.PagerDuty(), alertmanager.Alertmanager(), victorops.VictorOps())
}
PLAIN = DIALECTS[plain.INGEST]
PREFIXES = ("/ingest/", "/v2/", "/v1/json/", "/jsm/ops/", "/api/v2/", "/api/v1/alerts", "/am/", "/generic/", "/integrations/generic/")


@dataclass(slots=True)
class Route:
    """Where a request goes: its dialect, what it asks for (None: nothing that this address knows), and the request."""

    dialect: base.Dialect
    operation: base.Operation | None
    call: base.Call


def route(scope: MutableMapping[str, Any]) -> Route | None:
    """The route of a request that the door keeps; None for what Django answers, such as reads."""
    path = scope["path"]
    if not path.startswith(PREFIXES):
        return None
    call = base.call_of(scope)
    if path.startswith("/ingest/"):
        return Route(PLAIN, PLAIN.find(call), call)
    for dialect in DIALECTS.values():
        operation = dialect.find(call)
        if operation is not None:
            return Route(dialect, operation, call)
    return None


def of(operation: str) -> base.Dialect:
    """The dialect of a kept operation, such as opsgenie.create."""
    return DIALECTS[operation.partition(".")[0]]
