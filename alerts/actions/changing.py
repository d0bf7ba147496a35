"""Change events: what other tools changed, kept as context."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.dialects import pagerduty
from alerts.dialects.base import Kept
from alerts.models import ChangeEvent, Integration
from services import queries as services


def keep(kept: Kept, value: Mapping[str, Any], integration: Integration) -> None:
    """Keeps a change event once, for the service that it names or the integration's own. It pages nobody and is in no journal."""
    payload = value["payload"]
    details = normal.details(payload.get("custom_details"))
    names = normal.names(details.get("service"), payload.get("source"))
    found = services.by_names(names)
    ChangeEvent.objects.get_or_create(
        request_id=kept.request_id,
        defaults={
            "integration": integration, "service": next((found[name.lower()] for name in names if name.lower() in found), integration.service),
            "summary": normal.line(payload["summary"], pagerduty.SUMMARY), "source": normal.line(payload.get("source"), normal.SOURCE), "details": details,
            "links": pagerduty.links_of(value), "at": normal.instant(payload.get("timestamp")) or kept.received_at, "received_at": kept.received_at,
        },
    )  # fmt: skip
