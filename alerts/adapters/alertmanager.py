"""Prometheus Alertmanager, webhook version 4."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

SERVICE_LABELS = ("service", "app", "application", "app_kubernetes_io_name", "component")
HINT_LABELS = ("namespace", "job")


class Alertmanager(Adapter):
    """One event for each alert of the group (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).

    The fingerprint is the alias, so the same labels are the same alert whichever Alertmanager of a pair sends it.
    """

    slug = "alertmanager"
    label = "Prometheus Alertmanager"
    docs = "https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"
    tells_again = True
    snippet = """receivers:
  - name: evenkeel
    webhook_configs:
      - url: {url}
        send_resolved: true

Put this into alertmanager.yml, name the receiver in a route, and reload Alertmanager."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The events of a webhook; an empty list when this is not Alertmanager's."""
        payload = sent.payload
        if not isinstance(payload, Mapping) or not isinstance(payload.get("alerts"), list):
            return []
        return [event_of(alert, payload) for alert in payload["alerts"] if isinstance(alert, Mapping)]


def event_of(alert: Mapping[str, Any], group: Mapping[str, Any], tool: str = "Alertmanager") -> Event:
    """One alert of a group; `tool` names the source where the group has no address of its own."""
    labels = normal.details(_merged(group, alert, "Labels", "labels"))
    annotations = normal.details(_merged(group, alert, "Annotations", "annotations"))
    name = labels.get("alertname", "")
    message = annotations.get("summary") or annotations.get("title") or annotations.get("message") or name or "Alert without a name"
    alias = normal.line(alert.get("fingerprint"), normal.ALIAS) or normal.fingerprint(*sorted(normal.details(alert.get("labels")).items()))
    status = normal.line(alert.get("status") or group.get("status"), 20).lower()
    links = normal.link("Graph", alert.get("generatorURL")) + normal.link("Runbook", annotations.get("runbook_url") or annotations.get("runbook"))
    return Event(
        kind=CLOSE if status == "resolved" else OPEN,
        alias=alias,
        message=normal.line(message, normal.MESSAGE),
        description=normal.text(annotations.get("description") or annotations.get("message"), normal.DESCRIPTION),
        priority=labels.get("severity") or labels.get("priority") or "",
        services=normal.names(*(labels.get(label) for label in SERVICE_LABELS)),
        hints=normal.names(*(labels.get(label) for label in HINT_LABELS)),
        entity=normal.line(labels.get("instance") or labels.get("pod") or labels.get("host"), normal.ENTITY),
        source=normal.line(group.get("externalURL") or tool, normal.SOURCE),
        tags=normal.tags([name, *(labels.get(label) for label in ("severity", "cluster", "env", "environment", "team"))]),
        details={**labels, **{f"annotation.{key}": value for key, value in annotations.items() if key not in ("summary", "description")}},
        links=links,
        starts_at=normal.instant(alert.get("startsAt")),
        ended_at=normal.instant(alert.get("endsAt")) if status == "resolved" else None,
        group=_group(group),
        payload=dict(alert),
    )


def _group(group: Mapping[str, Any]) -> str:
    """What Alertmanager notifies about together. Grouped by no label at all, everything is in one group: that is none."""
    labels, key = group.get("groupLabels"), group.get("groupKey")
    return normal.fingerprint(group.get("receiver"), key) if isinstance(labels, Mapping) and labels and key else ""


def _merged(group: Mapping[str, Any], alert: Mapping[str, Any], common: str, own: str) -> dict[Any, Any]:
    """The alert's own labels over those that the whole group shares."""
    shared, mine = group.get(f"common{common}"), alert.get(own)
    return {**(shared if isinstance(shared, Mapping) else {}), **(mine if isinstance(mine, Mapping) else {})}
