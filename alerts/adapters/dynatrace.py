"""Dynatrace."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, listed, obj, pairs, plain, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class Dynatrace(Adapter):
    """Custom integration of problem notifications (https://docs.dynatrace.com/docs/shortlink/third-party-integrations-webhook). The alias is the problem's PID."""

    slug = "dynatrace"
    label = "Dynatrace"
    docs = "https://docs.dynatrace.com/docs/shortlink/third-party-integrations-webhook"
    snippet = """{"State": "{State}", "PID": "{PID}", "ProblemID": "{ProblemID}", "ProblemTitle": "{ProblemTitle}", "ProblemSeverity": "{ProblemSeverity}",
 "ProblemImpact": "{ProblemImpact}", "ProblemURL": "{ProblemURL}", "ProblemDetailsText": "{ProblemDetailsText}", "Tags": "{Tags}", "ImpactedEntities": {ImpactedEntities}}

In Dynatrace open Settings, Integration, Problem notifications, Add, “Custom integration”: webhook URL {url}, this text as payload.
Switch “Call webhook if problem is closed” on."""
    words = {
        "availability": 1, "error": 2, "performance": 3, "slowdown": 3, "resource_contention": 3, "resource": 3, "custom_alert": 3, "custom alert": 3,
        "monitoring_unavailable": 2, "infrastructure": 3, "services": 2, "application": 2, "environment": 1,
    }  # fmt: skip

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The problem."""
        payload = obj(sent.payload)
        number = first(payload, "PID", "ProblemID", "problemId")
        title = first(payload, "ProblemTitle", "ProblemName", "title")
        if not number or not (title or "State" in payload):
            return []
        state = first(payload, "State", "status").lower()
        if state == "merged":
            return Ignored("Dynatrace merged this problem into another one, which has its own alert.")
        return [_event(payload, number, title, CLOSE if state in ("resolved", "closed") else OPEN)]


def _event(payload: Mapping[str, Any], number: str, title: str, kind: str) -> Event:
    entities = rows(payload.get("ImpactedEntities"))
    names = [first(entity, "name") for entity in entities]
    tags = pairs(payload.get("Tags"))
    return event(
        kind,
        alias("dynatrace", number),
        title or f"Dynatrace problem {number}",
        description=text(payload.get("ProblemDetailsText")) or plain(text(payload.get("ProblemDetails") or payload.get("ProblemDetailsHTML"))),
        priority=first(payload, "ProblemSeverity", "severityLevel", "ProblemImpact"),
        services=tuple(first(entity, "name") for entity in entities if first(entity, "type") in ("SERVICE", "APPLICATION")),
        hints=tuple(names),
        entity=first(payload, "ImpactedEntity") if len(names) != 1 else names[0],
        source="Dynatrace",
        tags=listed(payload.get("Tags")),
        details={
            **tags,
            "problem": first(payload, "ProblemID"),
            "impact": first(payload, "ProblemImpact"),
            "entities": ", ".join(filter(None, names)),
        },
        links=normal.link("Problem", payload.get("ProblemURL")),
        starts_at=normal.instant(payload.get("ProblemStartTime") or payload.get("startTime")),
        payload=payload,
    )
