"""What Meridian's monitoring says at this moment, as Alertmanager webhooks: posted into the inbox and read by the real pipeline."""

from datetime import datetime, timedelta
from typing import Any

from alerts.normal import fingerprint

# message, severity, service as the label names it, instance, minutes ago, how often
FIRING: list[tuple[str, str, str, str, int, int]] = [
    ("payments-gateway 5xx ratio above 5 %", "critical", "pay-gw", "osl-prod-1", 47, 147),
    ("payments-db connection pool at 98 % of max", "high", "payments-postgres", "pgbouncer-02", 46, 36),
    ("pgbouncer-02 rejecting clients, max_client_conn reached", "high", "pgbouncer", "pgbouncer-02", 44, 19),
    ("AP rtm-c-ap07 to ap11: radio resets above 20 per hour", "high", "wlan", "rtm-c-ap07", 122, 64),
    ("WMS scanner sessions dropped below 60 % of normal", "warning", "wms", "wms-rtm", 109, 5),
    ("Partner API error budget burn 14x", "warning", "partner", "partner-api", 33, 7),
    ("Customs nightly export has not reported since 06:00", "high", "customs", "customs-batch", 240, 1),
    ("Certificate *.pay.meridian.example expires in 18 days", "warning", "payments", "pay.meridian.example", 300, 1),
    ("Disk /var/lib/kafka on kfk-03 at 86 %", "warning", "kafka", "kfk-03", 26, 12),
    ("Backup of hr-db took 3 h 12 m, usually 1 h 40 m", "low", "veeam", "hr-db", 400, 1),
    ("Oslo DC1 rack 7 inlet temperature 27 °C", "info", "facilities-oslo", "rack-7", 31, 9),
]


def webhooks(at: datetime) -> list[dict[str, Any]]:
    """The bodies, as Alertmanager would have posted them until now."""
    return [_webhook(at, *line) for line in FIRING]


def _webhook(at: datetime, message: str, severity: str, service: str, instance: str, minutes: int, _times: int) -> dict[str, Any]:
    labels = {"alertname": message.split(",")[0], "severity": severity, "service": service, "instance": instance}
    alert = {
        "status": "firing", "labels": labels, "annotations": {"summary": message, "runbook_url": f"https://wiki.meridian.example/runbooks/{service}"},
        "startsAt": (at - timedelta(minutes=minutes)).isoformat(), "endsAt": "0001-01-01T00:00:00Z", "fingerprint": fingerprint(*labels.values())[:16],
        "generatorURL": "https://prometheus.meridian.example/graph",
    }  # fmt: skip
    return {"version": "4", "status": "firing", "receiver": "evenkeel", "externalURL": "https://alerts.meridian.example", "alerts": [alert]}
