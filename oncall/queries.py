"""Reads of on-call: schedules as the rota understands them, and the people behind a shift."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from oncall import models, rota

AROUND = timedelta(days=15)


def schedules() -> QuerySet[models.Schedule]:
    """Every schedule with all that the rota needs, in four queries however many there are."""
    turns = Prefetch("turns", models.Turn.objects.select_related("user", "team").order_by("position", "id"))
    rotations = models.Rotation.objects.order_by("position", "id").prefetch_related(turns, "restrictions")
    return models.Schedule.objects.select_related("team").prefetch_related(Prefetch("rotations", rotations))


def stored(schedule: models.Schedule, begin: datetime, end: datetime) -> rota.Schedule:
    """A schedule as the rota understands it, with the overrides of an interval. A disabled one has no rotations; people who left count as no one."""
    if not schedule.is_enabled:
        return rota.Schedule((), (), schedule.combination)
    rows = schedule.overrides.filter(canceled_at__isnull=True, ends_at__gt=begin, starts_at__lt=end).select_related("user").order_by("id")
    overrides = tuple(
        rota.Override(row.pk, _participant(row.user, row.team_id), row.starts_at, row.ends_at, frozenset(row.rotations)) for row in rows
    )
    rotations = (_rotation(row, schedule) for row in schedule.rotations.all())
    return rota.Schedule(tuple(one for one in rotations if one is not None), overrides, schedule.combination)


def _rotation(row: models.Rotation, schedule: models.Schedule) -> rota.Rotation | None:
    """A rotation, None while it has nobody who takes turns."""
    participants = tuple(_participant(turn.user, turn.team_id) for turn in row.turns.all())
    if not participants:
        return None
    return rota.Rotation(
        id=row.pk, name=row.name, zone=ZoneInfo(row.time_zone or schedule.time_zone), unit=row.unit, length=row.length,
        start=datetime.combine(row.starts_on, row.hand_over_at), end=datetime.combine(row.ends_on, row.hand_over_at) if row.ends_on else None,
        participants=participants, is_shadow=row.is_shadow,
        restrictions=tuple(rota.Restriction(_minute(one.start_at), _minute(one.end_at), one.start_day, one.end_day) for one in row.restrictions.all()),
    )  # fmt: skip


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _participant(user: User | None, team_id: int | None) -> rota.Participant:
    if user is not None:
        return rota.Participant(rota.USER, user.pk) if user.is_active else rota.NOBODY
    return rota.Participant(rota.TEAM, team_id) if team_id is not None else rota.NOBODY


def people_of(shifts: Iterable[rota.Shift]) -> list[User]:
    """The active people of some shifts, teams as their members, each once, by name."""
    users = {shift.who.id for shift in shifts if shift.who.sort == rota.USER}
    teams = {shift.who.id for shift in shifts if shift.who.sort == rota.TEAM}
    if not users and not teams:
        return []
    return list(User.objects.filter(Q(pk__in=users) | Q(teams__in=teams), is_active=True).distinct().order_by("name", "pk"))


def people_on_call(schedule: models.Schedule, at: datetime) -> list[User]:
    """Who is on call in a schedule at an instant; empty when nobody is."""
    return people_of(rota.on_call(stored(schedule, at - AROUND, at + AROUND), at).shifts)


def people_next(schedule: models.Schedule, at: datetime) -> list[User]:
    """Who is on call after those who are now."""
    later = rota.next_on_call(stored(schedule, at - AROUND, at + rota.HORIZON), at)
    return people_of(later.shifts) if later is not None else []


def people_before(schedule: models.Schedule, at: datetime) -> list[User]:
    """Who was on call before those who are now."""
    earlier = rota.previous_on_call(stored(schedule, at - rota.HORIZON, at + AROUND), at)
    return people_of(earlier.shifts) if earlier is not None else []


def schedules_of(user: User) -> QuerySet[models.Schedule]:
    """The enabled schedules in which a person takes turns or stands in, himself or as a member of a team."""
    named = (
        Q(rotations__turns__user=user) | Q(rotations__turns__team__in=user.team_ids) | Q(overrides__user=user, overrides__canceled_at__isnull=True)
    )
    return schedules().filter(named, is_enabled=True).distinct()
