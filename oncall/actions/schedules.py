"""Schedules and their rotations: making, changing, deleting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.validators import known_zone
from common import clock, errors, slugs
from journal import actions as journal
from oncall import events, permissions, rota
from oncall.models import Override, Restriction, Rotation, Schedule, Turn

Who = User | Team | None
MOST_TURNS, MOST_RESTRICTIONS, MOST_ROTATIONS = 100, 50, 20
COLUMNS = ("name", "description", "time_zone", "combination", "is_enabled", "team")


@dataclass(frozen=True, slots=True)
class Hours:
    """When a rotation counts: daily from time to time (no days), or from a weekday (0 is Monday) and time to a weekday and time."""

    start_at: time
    end_at: time
    start_day: int | None = None
    end_day: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rotation is to be. turns: people, teams, or None for no one, in their order. time_zone: empty for the schedule's. position: None for on top."""

    name: str
    turns: Sequence[Who]
    starts_on: date
    hand_over_at: time
    unit: str = rota.WEEKLY
    length: int = 1
    ends_on: date | None = None
    time_zone: str = ""
    restrictions: Sequence[Hours] = ()
    is_shadow: bool = False
    position: int | None = None


@transaction.atomic
def create(*, actor: User | None, team: Team, name: str, rotations: Sequence[Plan] = (), **columns: Any) -> Schedule:
    """Makes a schedule of a team, with its rotations. Raises Refused, or Invalid for a taken name, an unknown zone, or a rotation that cannot be."""
    permissions.can_manage(actor, team).require()
    schedule = Schedule(team=team, name=name.strip(), slug=slugs.free(name, Schedule.objects.all(), instead="schedule"), **columns)
    _check(schedule)
    schedule.save(force_insert=True)
    journal.record(events.SCHEDULE_CREATED, schedule, actor=actor, name=schedule.name)
    for plan in rotations:
        add_rotation(schedule, plan, actor=actor)
    return schedule


def _check(schedule: Schedule) -> None:
    if not schedule.name or len(schedule.name) > 100:
        raise errors.Invalid("name", _("Give the schedule a name of at most 100 characters."))
    if Schedule.objects.filter(name__iexact=schedule.name).exclude(pk=schedule.pk).exists():
        raise errors.Invalid("name", _("Another schedule has this name. Choose a different one."))
    if len(schedule.description) > 300:
        raise errors.Invalid("description", _("Write at most 300 characters."))
    if schedule.combination not in (rota.LAYERS, rota.TOGETHER):
        raise errors.Invalid("combination", _("Choose “layers” or “together”."))
    _check_zone(schedule.time_zone)


def _check_zone(zone: str) -> None:
    try:
        known_zone(zone)
    except ValidationError as error:
        raise errors.Invalid("time_zone", error.messages[0]) from None


@transaction.atomic
def change(schedule: Schedule, *, actor: User | None, **columns: Any) -> Schedule:
    """Changes name, description, time zone, combination, team or whether it is enabled. Raises Refused or Invalid."""
    permissions.can_manage(actor, schedule.team_id).require()
    locked = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if "team" in columns:
        permissions.can_manage(actor, columns["team"]).require()
    unknown = set(columns) - set(COLUMNS)
    if unknown:
        raise errors.Invalid(min(unknown), _("This cannot be changed."))
    changed = [name for name, value in columns.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    for name in changed:
        setattr(locked, name, columns[name])
    _check(locked)
    locked.save(update_fields=changed)
    journal.record(events.SCHEDULE_CHANGED, locked, actor=actor, name=locked.name, fields=", ".join(changed))
    return locked


@transaction.atomic
def delete(schedule: Schedule, *, actor: User | None) -> None:
    """Deletes a schedule with its rotations and overrides. Raises Conflict while a policy or routing rule points at it."""
    permissions.can_manage(actor, schedule.team_id).require()
    locked = Schedule.objects.select_for_update().filter(pk=schedule.pk).first()
    if locked is None:
        return
    journal.record(events.SCHEDULE_DELETED, locked, actor=actor, name=locked.name)
    try:
        with transaction.atomic():
            locked.delete()
    except ProtectedError as error:
        names = ", ".join(sorted({str(getattr(row, "policy", None) or row) for row in error.protected_objects})[:3])
        raise errors.Conflict(
            _("%(names)s still page this schedule. Point them elsewhere first, or disable the schedule.") % {"names": names}
        ) from None


@transaction.atomic
def add_rotation(schedule: Schedule, plan: Plan, *, actor: User | None) -> Rotation:
    """Adds a rotation on top of the others. Raises Refused or Invalid."""
    permissions.can_manage(actor, schedule.team_id).require()
    locked = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if locked.rotations.count() >= MOST_ROTATIONS:
        raise errors.Invalid("name", _("A schedule has at most %(most)d rotations. Make another schedule.") % {"most": MOST_ROTATIONS})
    rotation = Rotation(schedule=locked)
    _fill(rotation, plan)
    if plan.position is None:
        rotation.position = (locked.rotations.aggregate(top=Max("position"))["top"] or 0) + 1
    rotation.save(force_insert=True)
    _write_rows(rotation, plan)
    journal.record(events.ROTATION_ADDED, locked, actor=actor, name=rotation.name)
    return rotation


@transaction.atomic
def change_rotation(rotation: Rotation, plan: Plan, *, actor: User | None) -> Rotation:
    """Gives a rotation another plan; who is on call changes from now on and for the past alike, as the rota is computed. Raises Refused or Invalid."""
    permissions.can_manage(actor, rotation.schedule.team_id).require()
    Schedule.objects.select_for_update().get(pk=rotation.schedule_id)
    locked = Rotation.objects.get(pk=rotation.pk)
    same = replace(
        plan, position=locked.position if plan.position is None else plan.position, turns=tuple(plan.turns), restrictions=tuple(plan.restrictions)
    )
    if plan_of(locked) == same:
        return locked
    _fill(locked, plan)
    locked.save(update_fields=["name", "position", "unit", "length", "starts_on", "hand_over_at", "ends_on", "time_zone", "is_shadow"])
    locked.turns.all().delete()
    locked.restrictions.all().delete()
    _write_rows(locked, plan)
    journal.record(events.ROTATION_CHANGED, locked.schedule, actor=actor, name=locked.name)
    return locked


@transaction.atomic
def remove_rotation(rotation: Rotation, *, actor: User | None) -> None:
    """Removes a rotation; overrides of it alone are canceled, others lose it. Doing it twice changes nothing."""
    schedule = rotation.schedule
    permissions.can_manage(actor, schedule.team_id).require()
    Schedule.objects.select_for_update().get(pk=schedule.pk)
    pk, (removed, _rows) = rotation.pk, Rotation.objects.filter(pk=rotation.pk).delete()
    if not removed:
        return
    for override in Override.objects.filter(schedule=schedule, rotations__contains=[pk], canceled_at__isnull=True):
        override.rotations = [number for number in override.rotations if number != pk]
        if override.rotations:
            override.save(update_fields=["rotations"])
        else:
            override.rotations, override.canceled_at = [pk], clock.now()
            override.save(update_fields=["rotations", "canceled_at"])
    journal.record(events.ROTATION_REMOVED, schedule, actor=actor, name=rotation.name)


def plan_of(rotation: Rotation) -> Plan:
    """A stored rotation as a plan: to change a part of it, or to compare."""
    return Plan(
        rotation.name, tuple(turn.user or turn.team for turn in rotation.turns.select_related("user", "team")), rotation.starts_on, rotation.hand_over_at,
        rotation.unit, rotation.length, rotation.ends_on, rotation.time_zone,
        tuple(Hours(row.start_at, row.end_at, row.start_day, row.end_day) for row in rotation.restrictions.all()), rotation.is_shadow, rotation.position,
    )  # fmt: skip


def _fill(rotation: Rotation, plan: Plan) -> None:
    """Checks a plan and puts its columns into the row. Raises Invalid with the field and the remedy."""
    _check_turns(rotation, plan)
    _check_times(plan)
    rotation.name, rotation.unit, rotation.length = plan.name.strip(), plan.unit, plan.length
    rotation.starts_on, rotation.hand_over_at, rotation.ends_on = plan.starts_on, plan.hand_over_at.replace(second=0, microsecond=0), plan.ends_on
    rotation.time_zone, rotation.is_shadow = plan.time_zone, plan.is_shadow
    rotation.position = rotation.position if plan.position is None else plan.position


def _check_turns(rotation: Rotation, plan: Plan) -> None:
    name = plan.name.strip()
    if not name or len(name) > 100:
        raise errors.Invalid("name", _("Give the rotation a name of at most 100 characters."))
    if Rotation.objects.filter(schedule=rotation.schedule_id, name=name).exclude(pk=rotation.pk).exists():
        raise errors.Invalid("name", _("Another rotation of this schedule has this name."))
    if not plan.turns:
        raise errors.Invalid("turns", _("A rotation needs at least one participant: a person, a team, or “no one”."))
    if len(plan.turns) > MOST_TURNS:
        raise errors.Invalid("turns", _("A rotation has at most %(most)d participants.") % {"most": MOST_TURNS})
    gone = next((who for who in plan.turns if isinstance(who, User) and not who.is_active), None)
    if gone is not None:
        raise errors.Invalid("turns", _("%(name)s is deactivated and cannot take turns. Choose somebody else.") % {"name": gone.name})


def _check_times(plan: Plan) -> None:
    if plan.unit not in (rota.HOURLY, rota.DAILY, rota.WEEKLY):
        raise errors.Invalid("unit", _("Turns last hours, days or weeks."))
    if not 1 <= plan.length <= 1000:
        raise errors.Invalid("length", _("A turn lasts 1 to 1000 hours, days or weeks."))
    if plan.ends_on is not None and plan.ends_on <= plan.starts_on:
        raise errors.Invalid("ends_on", _("The rotation must end after it starts. Choose a later day, or leave it empty."))
    if plan.time_zone:
        _check_zone(plan.time_zone)
    if len(plan.restrictions) > MOST_RESTRICTIONS:
        raise errors.Invalid("restrictions", _("A rotation has at most %(most)d restrictions.") % {"most": MOST_RESTRICTIONS})
    for hours in plan.restrictions:
        days = (hours.start_day, hours.end_day)
        if (None in days and days != (None, None)) or any(day is not None and not 0 <= day <= 6 for day in days):
            raise errors.Invalid("restrictions", _("Name both weekdays of a restriction, or none for every day."))


def _write_rows(rotation: Rotation, plan: Plan) -> None:
    Turn.objects.bulk_create(
        Turn(rotation=rotation, position=number, user=who if isinstance(who, User) else None, team=who if isinstance(who, Team) else None)
        for number, who in enumerate(plan.turns)
    )
    Restriction.objects.bulk_create(
        Restriction(rotation=rotation, start_at=hours.start_at, end_at=hours.end_at, start_day=hours.start_day, end_day=hours.end_day)
        for hours in plan.restrictions
    )
