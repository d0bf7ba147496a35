"""New Relic."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, rows, text
from alerts.normal import ACKNOWLEDGE, CLOSE, OPEN, Event, Ignored, Sent


class NewRelic(Adapter):
    """Workflows with the default webhook template, one issue each (https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook), and
    the notification channels before them, one incident each. The alias is the number of the issue, or account and incident.
    """

    slug = "newrelic"
    label = "New Relic"
    docs = "https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook"
    snippet = """{url}

In New Relic open Alerts, Destinations, Webhook, and paste this address. Then make a workflow with this destination; its default template is understood as it is.
Leave “Notify when: activated, acknowledged, closed” on."""
    words = {"high": 2, "medium": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The issue of a workflow, or the incident of a channel."""
        payload = obj(sent.payload)
        if first(payload, "incident_id") and ("current_state" in payload or "condition_name" in payload):
            return [_incident(payload)]
        if first(payload, "id", "issueId") and ("state" in payload or "issueUrl" in payload):
            return [_issue(payload)]
        return []


def _kind(state: str) -> str:
    return CLOSE if state in ("closed", "deactivated", "resolved") else ACKNOWLEDGE if state.startswith("acknowledge") else OPEN


def _issue(payload: Mapping[str, Any]) -> Event:
    entities = listed(payload.get("impactedEntities") or payload.get("entitiesData"))
    conditions = listed(payload.get("alertConditionNames"))
    labels = obj(payload, "labels")
    return event(
        _kind(first(payload, "state", "status").lower()),
        alias("newrelic", first(payload, "id", "issueId")),
        first(payload, "title") or ", ".join(conditions) or "New Relic issue",
        description=text(payload.get("description") or payload.get("annotations.description")) or ", ".join(conditions),
        priority=first(payload, "priority", "severity"),
        services=tuple(entities),
        entity=entities[0] if entities else "",
        source=first(payload, "accountName", "workflowName") or "New Relic",
        tags=[*listed(payload.get("alertPolicyNames")), *(f"{name}:{value}" for name, value in labels.items())],
        details={name: value for name, value in payload.items() if isinstance(value, str | int) and name not in ("title", "description", "issueUrl")},
        links=normal.link("Issue", payload.get("issueUrl")),
        starts_at=normal.instant(payload.get("activatedAt") or payload.get("createdAt")),
        ended_at=normal.instant(payload.get("closedAt") or payload.get("updatedAt") or payload.get("timestamp")),
        payload=payload,
    )


def _incident(payload: Mapping[str, Any]) -> Event:
    targets = [first(target, "name") for target in rows(payload.get("targets"))]
    return event(
        _kind(first(payload, "current_state").lower()),
        alias("newrelic", first(payload, "account_id"), first(payload, "incident_id")),
        first(payload, "details", "condition_name"),
        description=" / ".join(filter(None, (first(payload, "policy_name"), first(payload, "condition_name")))),
        priority=first(payload, "severity"),
        services=tuple(targets),
        entity=next(filter(None, targets), ""),
        source=first(payload, "account_name") or "New Relic",
        tags=[first(payload, "policy_name")],
        details={name: value for name, value in payload.items() if isinstance(value, str | int) and not name.endswith("_url")},
        links=normal.link("Incident", payload.get("incident_url")) + normal.link("Runbook", payload.get("runbook_url")),
        payload=payload,
    )
