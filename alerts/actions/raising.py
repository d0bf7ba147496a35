"""Alerts that people raise: a team is called, whatever tool said nothing."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts import events, permissions
from alerts.actions import escalating, opening
from alerts.folding import Step
from alerts.models import Alert
from alerts.normal import DESCRIPTION, MESSAGE, OPEN, Event, line, tags, text
from common import clock, errors
from journal import actions as journal
from services.models import Service


@transaction.atomic
def call_team(*, actor: User | None, team: Team, message: str, description: str = "", priority: int = 1) -> Alert:
    """Opens an alert of its own for a team and calls whoever is on call for it.

    Raises Refused, or Invalid for an empty message, a wrong priority, and a team that has nobody to page; then there is no alert either.
    """
    alert = create(actor=actor, message=message, description=description, priority=priority, team=team)
    return escalating.page_team(alert, actor=actor, team=team)


@transaction.atomic
def create(
    *,
    actor: User | None,
    message: str,
    description: str = "",
    priority: int = 3,
    service: Service | None = None,
    team: Team | None = None,
    labels: Sequence[str] = (),
) -> Alert:
    """An alert that a person writes. It calls whom its service or team says. Raises Refused, or Invalid for the value that is wrong."""
    permissions.can_act(actor).require()
    said, who = line(message, MESSAGE), actor.name if actor is not None else "Evenkeel"
    if not said:
        raise errors.Invalid("message", _("Say in a few words what is wrong: it is what the telephone shows."))
    if priority not in range(1, 6):
        raise errors.Invalid("priority", _("Choose P1 to P5."))
    at, alias = clock.now(), f"page:{uuid.uuid4()}"
    event = Event(
        OPEN, alias, said, text(description, DESCRIPTION), f"P{priority}", source=who, tags=tags(labels), payload={"message": said, "by": who}
    )
    home = opening.Home(service, team)
    opening.open_or_count([Step(event, None, 1, at, at)], {}, at, home=home)
    alert = Alert.objects.get(alias=alias)
    journal.record(events.CREATED, alert, actor=actor, at=at, key=alert.key)
    return alert
