"""Azure Monitor: the common alert schema and the ones before it."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, rows
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

OVER = ("resolved", "deactivated")


class Azure(Adapter):
    """Action group webhooks with the common alert schema (https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema), metric alerts and log
    alerts of the older schemas. The alias is the alert's number, or rule and resource. Sev0 is critical, Sev1 an error, Sev4 verbose.
    """

    slug = "azure"
    label = "Azure Monitor"
    docs = "https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema"
    snippet = """{url}

In the Azure portal open Monitor, Alerts, Action groups, your group, Actions: add one of type “Webhook” with this address, and switch
“Enable the common alert schema” on."""
    words = {"sev0": 1, "sev1": 2, "sev2": 3, "sev3": 4, "sev4": 5, "0": 1, "1": 2, "2": 3, "3": 4, "4": 5}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The alert of any of the schemas."""
        payload = obj(sent.payload)
        data = obj(payload, "data")
        essentials = obj(data, "essentials")
        if essentials:
            return _common(essentials, obj(data, "alertContext"), payload)
        context = obj(data, "context") or obj(payload, "context")
        if context:
            return _classic(first(data, "status") or first(payload, "status"), context, payload)
        return _log(data, payload) if first(data, "AlertRuleName", "SearchQuery") else []


def _common(essentials: Mapping[str, Any], context: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Event] | Ignored:
    identity = first(essentials, "alertId", "originAlertId")
    title = first(essentials, "alertRule")
    if not identity and not title:
        return []
    if first(essentials, "monitoringService") == "ServiceHealth" and first(obj(context, "properties"), "incidentType").lower() == "maintenance":
        return Ignored("Azure announces planned maintenance, which is no alert.")
    targets = listed(essentials.get("alertTargetIDs"))
    named = listed(essentials.get("configurationItems")) or [target.rpartition("/")[2] for target in targets]
    return [
        event(
            CLOSE if first(essentials, "monitorCondition").lower() in OVER else OPEN,
            identity or alias("azure", title, *targets),
            title or first(essentials, "description"),
            description=first(essentials, "description"),
            priority=first(essentials, "severity"),
            services=(first(obj(context, "customProperties"), "service") or first(obj(payload, "data", "customProperties"), "service"),),
            hints=tuple(named),
            entity=named[0] if named else "",
            source="Azure Monitor",
            tags=[essentials.get("signalType"), essentials.get("monitoringService")],
            details={**_measured(obj(context, "condition")), **obj(payload, "data", "customProperties"), "resource": ", ".join(targets)},
            links=normal.link("Alert", _portal(identity)) + normal.link("Query", first(obj(context, "condition"), "linkToFilteredSearchResultsUI")),
            starts_at=normal.instant(essentials.get("firedDateTime")),
            ended_at=normal.instant(essentials.get("resolvedDateTime")),
            payload=payload,
        )
    ]


def _portal(identity: str) -> str:
    return f"https://portal.azure.com/#resource{identity}" if identity.startswith("/subscriptions/") and "<" not in identity else ""


def _measured(condition: Mapping[str, Any]) -> dict[str, str]:
    """What was measured, and the limit that it passed."""
    found: dict[str, str] = {}
    for number, rule in enumerate(rows(condition.get("allOf"))):
        suffix = f" {number + 1}" if number else ""
        found |= {
            f"{label}{suffix}": first(rule, name) for label, name in (("metric", "metricName"), ("value", "metricValue"), ("threshold", "threshold"))
        }
        found |= {first(dimension, "name"): first(dimension, "value") for dimension in rows(rule.get("dimensions"))}
    return {name: value for name, value in found.items() if name and value}


def _classic(status: str, context: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Event]:
    """Metric alerts, classic and near real time, and activity logs."""
    log = obj(context, "activityLog")
    title = first(context, "name") or first(log, "operationName")
    resource = first(context, "resourceId") or first(log, "resourceId")
    identity = first(context, "id") or first(log, "correlationId")
    if not title and not identity:
        return []
    at = normal.instant(context.get("timestamp") or log.get("eventTimestamp"))
    name = first(context, "resourceName") or resource.rpartition("/")[2]
    return [
        event(
            CLOSE if status.lower() in OVER else OPEN,
            alias("azure", identity or title, resource),
            title or name,
            description=first(context, "description") or first(log, "description"),
            priority=first(context, "severity") or first(log, "level"),
            hints=(name,),
            entity=name,
            source="Azure Monitor",
            tags=[first(context, "resourceType"), first(context, "resourceGroupName") or first(log, "resourceGroupName")],
            details={
                **_measured(obj(context, "condition")),
                **obj(payload, "data", "properties"),
                **obj(payload, "properties"),
                "resource": resource,
            },
            links=normal.link("Resource", context.get("portalLink")),
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]


def _log(data: Mapping[str, Any], payload: Mapping[str, Any]) -> list[Event]:
    """Log alerts of the legacy schema; they say nothing about an end."""
    rule = first(data, "AlertRuleName")
    return [
        event(
            OPEN,
            alias("azure", first(data, "SubscriptionId"), first(data, "WorkspaceId", "ApplicationId"), rule),
            rule or "Azure log alert",
            description=first(data, "Description", "SearchQuery"),
            priority=first(data, "Severity"),
            source="Azure Monitor",
            tags=[first(data, "AlertType")],
            details={name: value for name, value in data.items() if isinstance(value, str | int | float)},
            links=normal.link("Query", data.get("LinkToSearchResults")),
            starts_at=normal.instant(data.get("SearchIntervalEndtimeUtc")),
            payload=payload,
        )
    ]
