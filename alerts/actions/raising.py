"""Alerts that people raise: a team is called, whatever tool said nothing."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts import permissions
from alerts.actions import escalating, opening
from alerts.folding import Step
from alerts.models import Alert
from alerts.normal import DESCRIPTION, MESSAGE, OPEN, Event, line, text
from common import clock, errors


@transaction.atomic
def call_team(*, actor: User | None, team: Team, message: str, description: str = "", priority: int = 1) -> Alert:
    """Opens an alert of its own for a team and calls whoever is on call for it.

    Raises Refused, or Invalid for an empty message, a wrong priority, and a team that has nobody to page; then there is no alert either.
    """
    permissions.can_act(actor).require()
    said, who = line(message, MESSAGE), actor.name if actor is not None else "Evenkeel"
    if not said:
        raise errors.Invalid("message", _("Say in a few words what is wrong: it is what the telephone shows."))
    if priority not in range(1, 6):
        raise errors.Invalid("priority", _("Choose P1 to P5."))
    at, alias = clock.now(), f"page:{uuid.uuid4()}"
    event = Event(OPEN, alias, said, text(description, DESCRIPTION), f"P{priority}", source=who, payload={"message": said, "by": who})
    opening.open_or_count([Step(event, None, 1, at, at)], {}, at, home=opening.Home(team=team))
    return escalating.page_team(Alert.objects.get(alias=alias), actor=actor, team=team)
