"""What follows for incidents from what happens to tickets."""

from incidents import actions
from journal.handlers import on
from journal.models import Entry
from tickets.actions import dispatching, notifying, paging
from tickets.models import Ticket

STARTS = {"triage", "start"}


@on("ticket.transitioned", "ticket.assigned")
def note_instants(entry: Entry) -> None:
    """The first hand on the work acknowledges an incident; watching the fix says that it is mitigated."""
    if entry.data.get("verb") in STARTS or entry.data.get("assignee"):
        actions.note_instant(entry.subject_id, "acknowledged_at", entry.at, actor=entry.actor)
    if entry.data.get("verb") == "monitor":
        actions.note_instant(entry.subject_id, "mitigated_at", entry.at, actor=entry.actor)


@on("incident.created")
def dispatch_new(entry: Entry) -> None:
    """A new incident that nobody has goes to a person of its team, when the team has a rule for that."""
    dispatching.dispatch(Ticket.objects.get(pk=entry.subject_id))


@on("incident.created")
def tell_people(entry: Entry) -> None:
    """Who has a new incident, or whose team has it, is told."""
    notifying.tell_people(entry)


@on("incident.created")
def page_people(entry: Entry) -> None:
    """A new incident calls who is on call for it, unless an alert does that already (ALR-13)."""
    paging.begin(Ticket.objects.get(pk=entry.subject_id), actor=entry.actor)


@on("incident.created")
def find_similar(entry: Entry) -> None:
    """An open incident of the same service that reads alike is proposed as its parent (INC-14)."""
    actions.find_similar(entry.subject_id, actor=None)


@on("ticket.edited", "ticket.assigned", "ticket.priority_changed", "ticket.priority_overridden", "ticket.priority_returned")
def page_others(entry: Entry) -> None:
    """Another service, team or priority may call others, as long as nobody works on the incident (ALR-13)."""
    if entry.event.startswith("ticket.priority") or {"service", "team"} & set(entry.data.get("columns", ())):
        paging.reconsider(Ticket.objects.get(pk=entry.subject_id), actor=entry.actor)


@on("page.acknowledged")
def note_answer(entry: Entry) -> None:
    """Somebody answered the page of an incident: it is acknowledged from then on."""
    if entry.subject_type == "ticket":
        actions.note_instant(entry.subject_id, "acknowledged_at", entry.at, actor=entry.actor)
