"""Figures for Prometheus. They are read from PostgreSQL at each scrape, so every web process tells the same."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

FIGURES: dict[str, tuple[str, str]] = {
    "evenkeel_tickets_open": ("Open tickets", "SELECT count(*) FROM tickets_ticket WHERE is_open"),
    "evenkeel_alerts_open": ("Alerts that are not closed", "SELECT count(*) FROM alerts_alert WHERE status <> 'closed'"),
    "evenkeel_inbox_waiting": ("Accepted payloads that wait to be processed", "SELECT count(*) FROM alerts_inbox WHERE state = 'pending'"),
    "evenkeel_inbox_oldest_seconds": (
        "Age of the oldest payload that waits",
        "SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) FROM alerts_inbox WHERE state = 'pending'",
    ),
    "evenkeel_deliveries_waiting": ("Reactions that are due", "SELECT count(*) FROM journal_delivery WHERE state = 'pending' AND due_at <= now()"),
    "evenkeel_deliveries_dead": ("Reactions that failed for the last time", "SELECT count(*) FROM journal_delivery WHERE state = 'dead'"),
    "evenkeel_messages_waiting": ("Messages that are due", "SELECT count(*) FROM notifications_message WHERE state = 'queued' AND due_at <= now()"),
    "evenkeel_page_oldest_seconds": (
        "Age of the oldest page that is due and has not left",
        "SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0) FROM notifications_message "
        "WHERE state = 'queued' AND page_id IS NOT NULL AND due_at <= now()",
    ),
    "evenkeel_audit_age_seconds": ("Seconds since the auditor ran", "SELECT coalesce(extract(epoch FROM now() - max(at)), 0) FROM operations_audit"),
    "evenkeel_audit_repairs": (
        "What the auditor repaired within the last day; each is a fault of the pager",
        "SELECT coalesce(sum(repaired), 0) FROM operations_audit WHERE at > now() - interval '1 day'",
    ),
    "evenkeel_probe_seconds": (
        "How long the last synthetic page took",
        "SELECT coalesce((SELECT extract(epoch FROM arrived_at - started_at) FROM operations_probe WHERE arrived_at IS NOT NULL ORDER BY started_at DESC LIMIT 1), 0)",
    ),
    "evenkeel_sla_overdue_unmarked": (
        "SLA clocks past their due time that no sweep has marked",
        "SELECT count(*) FROM tickets_slaclock WHERE state = 'running' AND breached_at IS NULL AND due_at < now() - interval '30 seconds'",
    ),
    "evenkeel_sla_audit_differences": (
        "SLA clocks that the audit of the last day found stored otherwise than the ledger tells",
        "SELECT count(*) FROM journal_entry WHERE event = 'sla.differed' AND at > now() - interval '25 hours'",
    ),
}


def figures() -> dict[str, float]:
    """All figures, read in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({sql})" for _help, sql in FIGURES.values()))
        row: tuple[Any, ...] = cursor.fetchone()
    return {name: float(value) for name, value in zip(FIGURES, row, strict=True)}


class _Figures:
    """The figures as Prometheus collects them."""

    def collect(self) -> Iterator[Metric]:
        for name, value in figures().items():
            yield GaugeMetricFamily(name, FIGURES[name][0], value=value)


def exposition() -> bytes:
    """All figures in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return generate_latest(registry)
