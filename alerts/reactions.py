"""What follows for alerts from what happens to incidents."""

from alerts.actions import lifecycle
from journal.handlers import on
from journal.models import Entry


@on("incident.resolved", "incident.closed", "incident.canceled")
def close_alerts(entry: Entry) -> None:
    """An incident that ended closes its alerts."""
    lifecycle.close_of_incident(entry.subject_id, actor=entry.actor)
