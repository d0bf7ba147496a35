"""Every write that is special to incidents; what every ticket can do is in tickets.actions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Team, User
from common import clock
from incidents import kind
from incidents.models import Incident
from services.models import Service
from tickets.actions import creation
from tickets.models import Category


@transaction.atomic
def create(
    *,
    actor: User | None,
    summary: str,
    description: str = "",
    service: Service | None = None,
    other_services: Sequence[Service] = (),
    impact: int | None = None,
    urgency: int | None = None,
    category: Category | None = None,
    reporter: User | None = None,
    team: Team | None = None,
    assignee: User | None = None,
    channel: str = "agent",
    reported_at: datetime | None = None,
    detected_at: datetime | None = None,
    impact_started_at: datetime | None = None,
    labels: Sequence[str] = (),
    is_restricted: bool = False,
    custom: Mapping[str, Any] | None = None,
) -> Incident:
    """Opens an incident: impact from the tier when nobody gave one, priority from the matrix, team from the service.

    Raises Refused, or Invalid for the value that is wrong.
    """
    return creation.create(
        Incident, kind.INCIDENT, actor=actor, summary=summary, description=description, service=service, other_services=other_services, impact=impact, urgency=urgency,
        category=category, reporter=reporter, team=team, assignee=assignee, channel=channel, reported_at=reported_at, labels=labels,
        is_restricted=is_restricted, custom=custom, columns=_instants(detected_at, impact_started_at),
    )  # fmt: skip


def _instants(detected_at: datetime | None, impact_started_at: datetime | None) -> dict[str, datetime | None]:
    """The incident's own instants, each in the past. Raises Invalid for the one that is not."""
    at = clock.now()
    return {
        "detected_at": creation.clean_instant("detected_at", detected_at, at),
        "impact_started_at": creation.clean_instant("impact_started_at", impact_started_at, at),
    }
