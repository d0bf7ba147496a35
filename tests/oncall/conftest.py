"""Schedules of the cast, made by the real actions."""

from datetime import UTC, date, datetime, time

import pytest

from accounts.models import Team, User
from oncall.actions import schedules
from oncall.models import Schedule

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday


@pytest.fixture
def schedule(lead: User, resolver: User, team: Team) -> Schedule:
    """Payments primary: Priya and Daniel take weekly turns from Monday 9:00; on 24 November it is Priya's."""
    plan = schedules.Plan("Primary", [lead, resolver], date(2026, 11, 23), time(9))
    return schedules.create(actor=lead, team=team, name="Payments primary", rotations=[plan])
