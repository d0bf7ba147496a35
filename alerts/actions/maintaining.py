"""Maintenance windows: planning, changing and ending them (ALR-12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from alerts import conditions, events, permissions, times, windows
from alerts.actions import silencing
from alerts.models import Maintenance
from common import clock, errors
from journal import actions as journal
from services.models import Service

COLUMNS = ("name", "conditions", "starts_at", "ends_at", "recurrence", "time_zone", "mode")


@transaction.atomic
def plan(*, actor: User | None, team: Team | None, values: Mapping[str, Any], services: Sequence[Service] = ()) -> Maintenance:
    """Plans maintenance; when it has begun already, alerts are quiet at once. Raises Refused, or Invalid for the value that is wrong."""
    permissions.can_rule(actor, team).require()
    window = Maintenance(team=team, **{name: values[name] for name in COLUMNS if name in values})
    at = clock.now()
    check(window, services, at)
    window.save(force_insert=True)
    window.services.set(services)
    journal.record(events.MAINTENANCE_PLANNED, window, actor=actor, name=window.name, when=words(window))
    silencing.hush(at)
    return window


@transaction.atomic
def change(window: Maintenance, *, actor: User | None, values: Mapping[str, Any], services: Sequence[Service] | None = None) -> Maintenance:
    """Another window in its place; as it is changes nothing. Raises Refused, or Invalid for the value that is wrong."""
    locked = _lock(window, actor)
    before = {name: getattr(locked, name) for name in COLUMNS}
    former = list(locked.services.order_by("pk"))
    for name in COLUMNS:
        if name in values:
            setattr(locked, name, values[name])
    chosen = sorted(services, key=lambda one: one.pk) if services is not None else former
    at = clock.now()
    check(locked, chosen, at, is_new=False)
    changed = [name for name in COLUMNS if getattr(locked, name) != before[name]]
    if changed:
        locked.save(update_fields=changed)
    if chosen != former:
        locked.services.set(chosen)
        changed.append("services")
    if changed:
        journal.record(events.MAINTENANCE_CHANGED, locked, actor=actor, name=locked.name, fields=", ".join(changed))
        silencing.hush(at)
    return locked


@transaction.atomic
def end(window: Maintenance, *, actor: User | None) -> Maintenance:
    """The work is done early: what is under way ends now, later occurrences stay. Raises Conflict when nothing is under way."""
    locked = _lock(window, actor)
    at = clock.now()
    if windows.current(locked, at) is None:
        raise errors.Conflict(_("%(name)s is not under way.") % {"name": locked.name})
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    journal.record(events.MAINTENANCE_ENDED, locked, actor=actor, at=at, name=locked.name)
    silencing.hush(at)
    return locked


@transaction.atomic
def remove(window: Maintenance, *, actor: User | None) -> None:
    """Takes it out of the plan; alerts that it kept quiet page if they are still open. Doing it twice changes nothing."""
    permissions.can_rule(actor, window.team_id).require()
    found = Maintenance.objects.select_for_update().filter(pk=window.pk).first()
    if found is not None:
        journal.record(events.MAINTENANCE_REMOVED, found, actor=actor, name=found.name)
        found.delete()
        silencing.hush(clock.now())


def _lock(window: Maintenance, actor: User | None) -> Maintenance:
    permissions.can_rule(actor, window.team_id).require()
    return Maintenance.objects.select_for_update().get(pk=window.pk)


def check(window: Maintenance, services: Sequence[Service], at: datetime, *, is_new: bool = True) -> None:
    """Puts a window into the form in which it is stored. Raises Invalid for the value that is wrong."""
    for name in ("starts_at", "ends_at"):
        if not isinstance(getattr(window, name), datetime):
            raise errors.Invalid(name, _("Give an instant."))
    window.conditions = conditions.check(window.conditions)
    window.time_zone = times.zone(window.time_zone, "time_zone")
    window.recurrence = windows.check(window.recurrence, window.starts_at, window.ends_at)
    if is_new and not window.recurrence and window.ends_at <= at:
        raise errors.Invalid("ends_at", _("The end can't be in the past."))
    window.name = str(window.name).strip()
    try:
        window.clean_fields(exclude=["team", "conditions"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise errors.Invalid(field, messages[0]) from error


def words(window: Maintenance) -> str:
    """When it is, in one line."""
    told = f"{window.starts_at:%Y-%m-%d %H:%M} – {window.ends_at:%Y-%m-%d %H:%M} UTC"
    return f"{told}, {window.recurrence}" if window.recurrence else told
