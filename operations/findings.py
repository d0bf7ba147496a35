"""What can be wrong with the pager: each check is one query on an index, and names the rows that should not be (RELIABILITY 3.7).

Nothing here writes; operations/actions.py mends what can be mended.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

_UNPAGED = """
NOT EXISTS (SELECT 1 FROM oncall_escalation e WHERE e.subject_type = '{kind}' AND e.subject_id = x.id)
AND EXISTS (SELECT 1 FROM services_service s JOIN oncall_escalationstep step ON step.policy_id = s.escalation_policy_id WHERE s.id = x.service_id)
"""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must not be. sql answers ids, with %(at)s for now."""

    name: str
    label: Any
    sql: str


CHECKS = (
    Check(
        "steps_late", _("Escalation steps that are due for more than a minute"),
        "SELECT id FROM oncall_escalation WHERE next_step_at < %(at)s::timestamptz - interval '60 seconds' LIMIT 500",
    ),
    Check(
        "runs_of_answered_alerts", _("Escalations that still call people for an alert that somebody has, or that is closed"),
        "SELECT e.id FROM oncall_escalation e JOIN alerts_alert a ON a.id = e.subject_id WHERE e.next_step_at IS NOT NULL AND e.subject_type = 'alert' "
        "AND (a.status = 'closed' OR a.status = 'acknowledged' AND e.state = 'running') LIMIT 500",
    ),
    Check(
        "runs_of_closed_tickets", _("Escalations that still call people for an incident that is over"),
        "SELECT e.id FROM oncall_escalation e JOIN tickets_ticket t ON t.id = e.subject_id WHERE e.next_step_at IS NOT NULL AND e.subject_type = 'ticket' "
        "AND NOT t.is_open LIMIT 500",
    ),
    Check(
        "alerts_unpaged", _("Open alerts of the last quarter of an hour with a policy for which nobody was called"),
        "SELECT x.id FROM (SELECT id, service_id, incident_id, group_id, first_occurred_at FROM alerts_alert "
        "WHERE status = 'open' AND silenced_until IS NULL ORDER BY id DESC LIMIT 500) x "
        "WHERE x.first_occurred_at BETWEEN %(at)s::timestamptz - interval '15 minutes' AND %(at)s::timestamptz - interval '1 minute' AND "
        + _UNPAGED.format(kind="alert")
        + " AND (x.incident_id IS NULL OR NOT EXISTS (SELECT 1 FROM alerts_alert o JOIN oncall_escalation e ON e.subject_type = 'alert' "
        "AND e.subject_id = o.id WHERE o.incident_id = x.incident_id)) AND (x.group_id IS NULL OR NOT EXISTS (SELECT 1 FROM alerts_alert o "
        "JOIN oncall_escalation e ON e.subject_type = 'alert' AND e.subject_id = o.id WHERE o.group_id = x.group_id))",
    ),
    Check(
        "incidents_unpaged", _("Open incidents of the last quarter of an hour with a policy for which nobody was called"),
        "SELECT x.id FROM (SELECT id, service_id, channel, is_open, created_at FROM tickets_ticket WHERE kind = 'incident' ORDER BY id DESC LIMIT 500) x "
        "WHERE x.is_open AND x.channel <> 'alert' AND x.created_at BETWEEN %(at)s::timestamptz - interval '15 minutes' AND "
        "%(at)s::timestamptz - interval '1 minute' AND " + _UNPAGED.format(kind="ticket"),
    ),
    Check(
        "messages_stuck", _("Messages of pages that are due for more than a minute and that nobody sends"),
        "SELECT id FROM notifications_message WHERE state = 'queued' AND page_id IS NOT NULL AND due_at < %(at)s::timestamptz - interval '60 seconds' "
        "AND (lease_until IS NULL OR lease_until < %(at)s) LIMIT 500",
    ),
    Check(
        "pages_silent", _("Open pages without a message"),
        "SELECT p.id FROM notifications_page p WHERE p.state = 'open' AND p.created_at BETWEEN %(at)s::timestamptz - interval '1 hour' AND "
        "%(at)s::timestamptz - interval '1 minute' AND NOT EXISTS (SELECT 1 FROM notifications_message m WHERE m.page_id = p.id) LIMIT 500",
    ),
    Check(
        "inbox_waiting", _("Accepted alerts that wait for more than half a minute"),
        "SELECT id FROM alerts_inbox WHERE state = 'pending' AND received_at < %(at)s::timestamptz - interval '30 seconds' LIMIT 500",
    ),
    Check(
        "reactions_late", _("Reactions that are due for more than two minutes"),
        "SELECT id FROM journal_delivery WHERE state = 'pending' AND due_at < %(at)s::timestamptz - interval '120 seconds' "
        "AND (lease_until IS NULL OR lease_until < %(at)s) LIMIT 500",
    ),
    Check(
        "clocks_unmarked", _("SLA targets that passed unnoticed for more than a minute"),
        "SELECT id FROM tickets_slaclock WHERE state = 'running' AND breached_at IS NULL AND due_at < %(at)s::timestamptz - interval '60 seconds' LIMIT 500",
    ),
    Check(
        "messages_dead", _("Messages of pages that failed for good within the last minute"),
        "SELECT m.id FROM journal_entry e JOIN notifications_message m ON m.id = e.subject_id WHERE e.event = 'message.failed' "
        "AND e.at > %(at)s::timestamptz - interval '60 seconds' AND m.page_id IS NOT NULL LIMIT 500",
    ),
    Check(
        "probe_lost", _("Synthetic pages that did not arrive within a minute"),
        "SELECT id FROM operations_probe WHERE arrived_at IS NULL AND started_at BETWEEN %(at)s::timestamptz - interval '6 minutes' AND "
        "%(at)s::timestamptz - interval '1 minute'",
    ),
)  # fmt: skip
LABELS = {check.name: check.label for check in CHECKS}
BEHIND = """
SELECT extract(epoch FROM %(at)s::timestamptz - least(
  (SELECT min(due_at) FROM notifications_message WHERE state = 'queued' AND page_id IS NOT NULL AND due_at <= %(at)s),
  (SELECT min(next_step_at) FROM oncall_escalation WHERE next_step_at <= %(at)s)))
"""


def wrong(at: datetime) -> dict[str, list[int]]:
    """Every check that found something, with the ids of the rows."""
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        for check in CHECKS:
            cursor.execute(check.sql, {"at": at})
            ids = [int(row[0]) for row in cursor.fetchall()]
            if ids:
                found[check.name] = ids
    return found


def seconds_behind(at: datetime) -> float:
    """For how long the oldest page, or step that would page, has been due; 0 when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, {"at": at})
        (seconds,) = cursor.fetchone()
    return float(seconds or 0.0)
