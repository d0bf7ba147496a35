"""What follows for alerts from what happens to incidents."""

from alerts.actions import closing, lifecycle
from incidents.models import Incident
from journal.handlers import on
from journal.models import Entry


@on("incident.resolved", "incident.closed", "incident.canceled")
def close_alerts(entry: Entry) -> None:
    """An incident that ended closes its alerts, unless its service says otherwise (INC-18)."""
    closing.close_alerts(entry.subject_id, actor=entry.actor)


@on("incident.alerts_over")
def end_incident(entry: Entry) -> None:
    """The last alert of an incident closed: its service says what follows (INC-18)."""
    closing.end_incident(entry.subject_id, actor=None)


@on("ticket.transitioned")
def acknowledge_alerts(entry: Entry) -> None:
    """Somebody works on the incident: nobody else is paged for its alerts."""
    if entry.data.get("verb") == "start":
        lifecycle.acknowledge_of_incident(entry.subject_id, actor=entry.actor)


@on("ticket.merged")
def follow_merge(entry: Entry) -> None:
    """An incident that was merged hands its alerts to the one it was merged into."""
    incident = Incident.objects.in_bulk([entry.data["other"]]).get(entry.data["other"])
    if incident is not None:
        lifecycle.move_to_incident(entry.subject_id, incident, actor=entry.actor)


@on("page.acknowledged")
def acknowledge_with_incident(entry: Entry) -> None:
    """Somebody answered the page of the incident: nobody else is paged for its alerts."""
    if entry.subject_type == "ticket":
        lifecycle.acknowledge_of_incident(entry.subject_id, actor=entry.actor)
