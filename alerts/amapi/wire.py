"""Alerts and silences as Alertmanager's API writes them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts import labels, queries
from alerts.dialects.alertmanager import RESOLVE_TIMEOUT, fingerprint
from alerts.models import Alert, Integration, Silence

Json = dict[str, Any]


def instant(at: datetime) -> str:
    """2026-11-22T01:08:39.124Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def receiver(integration: Integration | None) -> Json:
    """What notifies: the integration."""
    return {"name": integration.name if integration is not None else "evenkeel"}


def of_alert(alert: Alert, silences: Sequence[Silence]) -> Json:
    """A gettable alert."""
    said = labels.labels_of(alert)
    by = [str(one.uid) for one in queries.silences_of(alert, silences)]
    graph = next((link["url"] for link in alert.links if link.get("label") == "Graph"), "")
    return {
        "annotations": labels.annotations_of(alert), "endsAt": instant(alert.expires_at or alert.last_occurred_at + RESOLVE_TIMEOUT),
        "fingerprint": fingerprint(said), "receivers": [receiver(alert.integration)], "startsAt": instant(alert.starts_at or alert.first_occurred_at),
        "status": {"inhibitedBy": [], "silencedBy": by, "state": "suppressed" if by else "active"}, "updatedAt": instant(alert.last_occurred_at),
        "generatorURL": graph, "labels": said,
    }  # fmt: skip


def groups(told: Sequence[Json]) -> list[Json]:
    """Alerts of one name and receiver together."""
    found: dict[tuple[str, str], list[Json]] = {}
    for one in told:
        found.setdefault((one["labels"].get("alertname", ""), one["receivers"][0]["name"]), []).append(one)
    return [{"alerts": rows, "labels": {"alertname": name}, "receiver": {"name": by}} for (name, by), rows in sorted(found.items())]


def of_silence(silence: Silence, at: datetime) -> Json:
    """A gettable silence."""
    state = "expired" if silence.ends_at <= at else "pending" if silence.starts_at > at else "active"
    return {
        "id": str(silence.uid), "status": {"state": state}, "updatedAt": instant(silence.updated_at), "comment": silence.comment,
        "createdBy": silence.created_by, "endsAt": instant(silence.ends_at), "matchers": silence.matchers, "startsAt": instant(silence.starts_at),
    }  # fmt: skip


def status(version: str, started_at: datetime) -> Json:
    """What amtool asks for before every command; it fails when a part is missing."""
    config = "# Evenkeel: receivers, routes and silences are set there, not here.\nroute:\n  receiver: evenkeel\nreceivers:\n- name: evenkeel\n"
    info = {
        "branch": "main",
        "buildDate": "",
        "buildUser": "evenkeel",
        "goVersion": "go1",
        "revision": version,
        "version": f"0.25.0+evenkeel.{version}",
    }
    return {"cluster": {"peers": [], "status": "disabled"}, "config": {"original": config}, "uptime": instant(started_at), "versionInfo": info}


EXPIRED_SHOWN = timedelta(days=5)
