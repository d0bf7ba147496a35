"""Sensu Go."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, obj, reason, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

# https://docs.sensu.io/sensu-go/latest/observability-pipeline/observe-schedule/checks/#check-result-specification
STATES = {"0": "ok", "1": "warning", "2": "critical"}


class Sensu(Adapter):
    """An event as JSON (https://docs.sensu.io/sensu-go/latest/observability-pipeline/observe-events/events/), from a handler that posts it.

    The alias is namespace, entity and check.
    """

    slug = "sensu"
    label = "Sensu Go"
    docs = "https://docs.sensu.io/sensu-go/latest/observability-pipeline/observe-events/events/"
    snippet = """type: Handler
api_version: core/v2
metadata:
  name: evenkeel
spec:
  type: pipe
  command: curl -sS -H 'Content-Type: application/json' --data-binary @- {url}
  filters: [is_incident, not_silenced]

Save this as evenkeel.yml, run `sensuctl create -f evenkeel.yml`, and name the handler in your checks."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The result of a check on an entity."""
        payload = obj(sent.payload)
        check, entity = obj(payload, "check"), obj(payload, "entity")
        name, on = first(check, "metadata.name", "name"), first(entity, "metadata.name", "name", "system.hostname")
        if not name:
            return Ignored("Sensu sent metrics without a check, which is no alert.") if "metrics" in payload and entity else []
        status = first(check, "status")
        state = STATES.get(status, "unknown")
        labels = {**obj(entity, "metadata", "labels"), **obj(check, "metadata", "labels")}
        output = text(check.get("output"))
        title = f"{name}{' on ' + on if on else ''} is {'passing' if state == 'ok' else state}"
        at = normal.instant(check.get("executed") or payload.get("timestamp"))
        return [
            event(
                CLOSE if status == "0" else OPEN,
                alias("sensu", first(check, "metadata.namespace") or first(entity, "metadata.namespace"), on, name),
                title if status == "0" else reason(title, output),
                description=output,
                priority=first(labels, "severity", "priority") if status != "0" and first(labels, "severity", "priority") else state,
                services=(first(labels, "service", "app"),),
                hints=(on, name),
                entity=on,
                source="Sensu",
                tags=[first(check, "metadata.namespace"), first(entity, "entity_class"), first(labels, "env", "environment")],
                details={**labels, "command": first(check, "command"), "occurrences": first(check, "occurrences"), "status": status},
                links=normal.link("Runbook", first(obj(check, "metadata", "annotations"), "runbook", "runbook_url")),
                starts_at=at,
                ended_at=at,
                payload=payload,
            )
        ]
