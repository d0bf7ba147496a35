"""What the screens say of the pager."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from operations import findings
from operations.models import Audit, Probe

UNWATCHED_SECONDS = 300
DAY = timedelta(days=1)
SHOWN = 30

seconds_behind = findings.seconds_behind


def last_audit() -> Audit | None:
    """The newest run of the auditor."""
    return Audit.objects.order_by("-at").first()


def pager_health(at: datetime) -> dict[str, Any]:
    """Everything of the operations page. Latencies are of the last day, in seconds."""
    probes = list(Probe.objects.filter(started_at__gt=at - DAY).order_by("-started_at"))
    took = sorted(probe.seconds for probe in probes if probe.seconds is not None)
    troubled = list(Audit.objects.exclude(findings={}).select_related("ticket").order_by("-at")[:SHOWN])
    for audit in troubled:
        audit.lines = [(findings.LABELS.get(name, name), count) for name, count in audit.findings.items()]  # type: ignore[attr-defined]
    of_day = Audit.objects.filter(at__gt=at - DAY)
    return {
        "behind": seconds_behind(at),
        "audit": last_audit(),
        "audits": of_day.count(),
        "repairs": sum(of_day.values_list("repaired", flat=True)),
        "troubled": troubled,
        "probes": probes[:SHOWN],
        "lost": sum(probe.arrived_at is None and at - probe.started_at > timedelta(minutes=1) for probe in probes),
        "p50": took[len(took) // 2] if took else None,
        "p99": took[min(len(took) - 1, int(len(took) * 0.99))] if took else None,
        "has_dead_man": bool(settings.DEAD_MAN_URL),
    }
