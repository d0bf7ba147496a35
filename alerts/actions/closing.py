"""What the end of an incident means for its alerts, and theirs for it: each service says (INC-18)."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.actions import lifecycle
from alerts.models import Alert
from common import errors
from incidents.models import Incident
from services.models import Service
from tickets.actions import conversation
from tickets.actions import lifecycle as tickets
from tickets.models import Category, ResolutionCode, Ticket

BY_ITSELF = "recovered"


def close_alerts(incident_id: int, *, actor: User | None) -> int:
    """The incident ended: its alerts close, unless its service leaves them to their tools. Answers how many."""
    service = Service.objects.filter(tickets=incident_id).first()
    if service is not None and not service.closes_alerts:
        return 0
    return lifecycle.close_of_incident(incident_id, actor=actor)


@transaction.atomic
def end_incident(incident_id: int, *, actor: User | None) -> str:
    """Every alert of the incident closed: nothing, a note, Monitoring or Resolved, as its service says; answers what was done.

    What the incident's status does not allow, or what it lacks, leaves a note instead. An alert that fired again meanwhile changes nothing.
    """
    incident = Incident.objects.select_related("service").filter(pk=incident_id).first()
    if incident is None or not incident.is_open or incident.service is None:
        return Service.NOTHING
    wanted = incident.service.when_alerts_close
    if wanted == Service.NOTHING or Alert.objects.filter(incident_id=incident_id).exclude(status=Alert.CLOSED).exists():
        return Service.NOTHING
    if wanted == Service.COMMENT:
        _note(incident, _("Every alert of this incident is closed."))
        return wanted
    try:
        with transaction.atomic():
            _move(incident, wanted, actor)
    except errors.DomainError as error:
        name = _("Monitoring") if wanted == Service.MONITORING else _("Resolved")
        _note(
            incident,
            _("Every alert of this incident is closed. It stays as it is, because it cannot go to {status} now: {why}").format(
                status=name, why=error.message
            ),
        )
        return Service.COMMENT
    return wanted


def _move(incident: Ticket, wanted: str, actor: User | None) -> None:
    if wanted == Service.MONITORING:
        tickets.transition(incident, "monitor", actor=actor)
        return
    resolution = ResolutionCode.objects.filter(slug=BY_ITSELF).first() or ResolutionCode.objects.first()
    category = incident.category or Category.objects.filter(kind="incident", name="Alert", parent__name="Monitoring", retired_at=None).first()
    if resolution is None:
        raise errors.Invalid("resolution", _("Choose how it was resolved."))
    tickets.resolve(incident, actor=actor, resolution=resolution, category=category)


def _note(incident: Ticket, text: str) -> None:
    conversation.comment(incident, actor=None, body=text, is_internal=True)
