"""Standing in: overrides, and asking others for cover."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, errors
from journal import actions as journal
from oncall import events, permissions, queries, rota
from oncall.models import CoverRequest, Override, Schedule

LONGEST = timedelta(days=400)


@transaction.atomic
def add_override(
    schedule: Schedule, who: User | Team | None, starts_at: datetime, ends_at: datetime, *, actor: User | None,
    rotations: Iterable[int] = (), reason: str = "", alias: str = "", feed_uid: str = "",
) -> Override:  # fmt: skip
    """Puts somebody (None: no one, on purpose) on call, in the whole schedule or in some rotations of it, by their ids.

    The same again is not made twice. Raises Refused, or Invalid for times that do not go forward or are past, for a deactivated person, or for a
    rotation of another schedule.
    """
    permissions.can_override(actor, schedule, who).require()
    locked = Schedule.objects.select_for_update().get(pk=schedule.pk)
    chosen = sorted(set(rotations))
    _check_span(starts_at, ends_at)
    _check_who(locked, who, chosen)
    user, team = (who if isinstance(who, User) else None), (who if isinstance(who, Team) else None)
    same = Override.objects.filter(schedule=locked, canceled_at__isnull=True, user=user, team=team, starts_at=starts_at, ends_at=ends_at)
    known = same.filter(rotations=chosen, alias=alias, feed_uid=feed_uid).order_by("-pk").first()
    if known is not None and not _is_covered(known):
        return known
    if alias and Override.objects.filter(schedule=locked, alias=alias, canceled_at__isnull=True).exists():
        raise errors.Invalid("alias", _("Another override of this schedule has this alias. Change that one, or choose another alias."))
    override = Override.objects.create(
        schedule=locked, user=user, team=team, starts_at=starts_at, ends_at=ends_at, rotations=chosen, reason=reason.strip()[:200],
        alias=alias, feed_uid=feed_uid, created_by=actor,
    )  # fmt: skip
    journal.record(events.OVERRIDE_CREATED, override, actor=actor, **told(override))
    return override


def _is_covered(override: Override) -> bool:
    """Whether a newer override lies on it, so that the same one again would mean something."""
    later = Override.objects.filter(schedule=override.schedule_id, canceled_at__isnull=True, pk__gt=override.pk)
    return later.filter(starts_at__lt=override.ends_at, ends_at__gt=override.starts_at).exists()


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise errors.Invalid("ends_at", _("It must end after it starts. Choose a later end."))
    if ends_at <= clock.now():
        raise errors.Invalid("ends_at", _("That is past already. Choose an end in the future."))
    if ends_at - starts_at > LONGEST:
        raise errors.Invalid("ends_at", _("That is longer than 400 days. Change the rotation instead."))


def _check_who(schedule: Schedule, who: User | Team | None, rotations: Sequence[int]) -> None:
    if isinstance(who, User) and not who.is_active:
        raise errors.Invalid("user", _("%(name)s is deactivated and cannot be on call. Choose somebody else.") % {"name": who.name})
    if rotations and schedule.rotations.filter(pk__in=rotations).count() != len(rotations):
        raise errors.Invalid("rotations", _("One of these rotations is not part of this schedule."))


def told(override: Override) -> dict[str, Any]:
    """What the sentences about an override need."""
    who = override.user or override.team
    return {
        "who": str(who or _("no one")), "begin": override.starts_at.isoformat(timespec="minutes"), "end": override.ends_at.isoformat(timespec="minutes"),
        "schedule": override.schedule.name,
    }  # fmt: skip


@transaction.atomic
def cancel_override(override: Override, *, actor: User | None) -> Override:
    """Takes an override back. Doing it twice changes nothing. Raises Refused."""
    permissions.can_cancel(actor, override).require()
    locked = Override.objects.select_for_update().get(pk=override.pk)
    if locked.canceled_at is None:
        locked.canceled_at = clock.now()
        locked.save(update_fields=["canceled_at"])
        journal.record(events.OVERRIDE_CANCELED, locked, actor=actor, **told(locked))
    return locked


@transaction.atomic
def replace_override(override: Override, put: Callable[[], Override], *, actor: User | None) -> Override:
    """Takes an override back and puts another in its place, or leaves it when the other cannot be."""
    cancel_override(override, actor=actor)
    return put()


@transaction.atomic
def ask(
    schedule: Schedule, starts_at: datetime, ends_at: datetime, *, actor: User, asked: User | None = None,
    in_exchange: tuple[datetime, datetime] | None = None, reason: str = "",
) -> CoverRequest:  # fmt: skip
    """Asks for cover of one's own time on call: of anybody in the team, or of one person, also in exchange for a time of that person's.

    Raises Refused, or Invalid when the asker is not on call then, or the other person not in the time offered.
    """
    permissions.can_ask(actor, schedule).require()
    locked = Schedule.objects.select_for_update().get(pk=schedule.pk)
    _check_span(starts_at, ends_at)
    if not times_of(locked, actor, starts_at, ends_at):
        raise errors.Invalid("starts_at", _("You are not on call in this schedule then. Choose a part of your own time."))
    if asked is not None:
        _check_asked(locked, actor, asked, in_exchange)
    elif in_exchange is not None:
        raise errors.Invalid("asked", _("Say with whom you want to swap."))
    first, last = in_exchange or (None, None)
    same = CoverRequest.objects.filter(schedule=locked, asker=actor, asked=asked, starts_at=starts_at, ends_at=ends_at, state=CoverRequest.OPEN)
    known = same.filter(swap_starts_at=first, swap_ends_at=last).first()
    if known is not None:
        return known
    request = CoverRequest.objects.create(
        schedule=locked, asker=actor, asked=asked, starts_at=starts_at, ends_at=ends_at, swap_starts_at=first, swap_ends_at=last,
        reason=reason.strip()[:200],
    )  # fmt: skip
    _record(events.COVER_ASKED, request, actor)
    return request


def _check_asked(schedule: Schedule, asker: User, asked: User, in_exchange: tuple[datetime, datetime] | None) -> None:
    if asked == asker or not asked.is_active or not asked.has_right("oncall.cover"):
        raise errors.Invalid("asked", _("Ask somebody else who works with on-call schedules."))
    if in_exchange is None:
        return
    if in_exchange[1] <= in_exchange[0] or in_exchange[1] <= clock.now():
        raise errors.Invalid("swap_ends_at", _("It must end after it starts, and in the future."))
    if not times_of(schedule, asked, *in_exchange):
        raise errors.Invalid("swap_starts_at", _("%(name)s is not on call in this schedule then.") % {"name": asked.name})


def _record(event: str, request: CoverRequest, actor: User | None) -> None:
    begin, end = request.starts_at.isoformat(timespec="minutes"), request.ends_at.isoformat(timespec="minutes")
    journal.record(event, request, actor=actor, begin=begin, end=end, schedule=request.schedule.name)


def times_of(schedule: Schedule, user: User, begin: datetime, end: datetime) -> list[tuple[datetime, datetime, frozenset[int]]]:
    """When a person himself is on call inside an interval, and in which rotations; an empty set for the whole schedule."""
    me, found = rota.Participant(rota.USER, user.pk), []
    for stretch in rota.final(queries.stored(schedule, begin, end), begin, end):
        mine = [shift for shift in stretch.shifts if shift.who == me]
        if mine:
            rotations = {shift.source_id if shift.source == rota.ROTATION else shift.over for shift in mine}
            is_whole = schedule.combination == rota.LAYERS or None in rotations
            found.append((stretch.begin, stretch.end, frozenset[int]() if is_whole else frozenset(one for one in rotations if one is not None)))
    return found


@transaction.atomic
def accept(request: CoverRequest, *, actor: User) -> CoverRequest:
    """Takes over: the asker's time becomes the actor's, and in a swap the other way round. Raises Refused, or Conflict when it is no longer open."""
    schedule = Schedule.objects.select_for_update().get(pk=request.schedule_id)
    locked = CoverRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state == CoverRequest.ACCEPTED and locked.decided_by_id == actor.pk:
        return locked
    permissions.can_answer(actor, locked).require()
    _require_open(locked)
    handed = _hand_over(schedule, locked.asker, actor, locked.starts_at, locked.ends_at, locked.reason)
    if not handed:
        raise errors.Conflict(_("%(name)s is no longer on call then, so there is nothing to take over.") % {"name": locked.asker.name})
    if locked.swap_starts_at and locked.swap_ends_at:
        _hand_over(schedule, actor, locked.asker, locked.swap_starts_at, locked.swap_ends_at, locked.reason)
    return _decide(locked, CoverRequest.ACCEPTED, events.COVER_ACCEPTED, actor)


def _hand_over(schedule: Schedule, giver: User, taker: User, begin: datetime, end: datetime, reason: str) -> list[Override]:
    """Overrides for every stretch in which the giver is on call and that is not past."""
    made, begin = [], max(begin, clock.now())
    for first, last, rotations in times_of(schedule, giver, begin, end) if begin < end else []:
        made.append(add_override(schedule, taker, first, last, actor=None, rotations=rotations, reason=reason or _("Cover for %s") % giver.name))
    return made


def _require_open(request: CoverRequest) -> None:
    if request.state != CoverRequest.OPEN:
        raise errors.Conflict(_("Somebody answered this request already, or it was withdrawn."))
    if request.ends_at <= clock.now():
        raise errors.Conflict(_("The time of this request is past."))


def _decide(request: CoverRequest, state: str, event: str, actor: User) -> CoverRequest:
    request.state, request.decided_by, request.decided_at = state, actor, clock.now()
    request.save(update_fields=["state", "decided_by", "decided_at"])
    _record(event, request, actor)
    return request


@transaction.atomic
def decline(request: CoverRequest, *, actor: User) -> CoverRequest:
    """The person who was asked does not take over. Raises Refused, or Conflict when it is no longer open."""
    locked = CoverRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state == CoverRequest.DECLINED and locked.decided_by_id == actor.pk:
        return locked
    permissions.can_answer(actor, locked).require()
    if locked.asked_id is None:
        raise errors.Refused(_("The whole team was asked. Leave it for somebody else."))
    _require_open(locked)
    return _decide(locked, CoverRequest.DECLINED, events.COVER_DECLINED, actor)


@transaction.atomic
def withdraw(request: CoverRequest, *, actor: User) -> CoverRequest:
    """The asker needs no cover any more. Raises Refused, or Conflict when somebody answered already."""
    locked = CoverRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state == CoverRequest.WITHDRAWN:
        return locked
    (permissions.can_ask(actor, locked.schedule) if locked.asker_id == actor.pk else permissions.can_manage(actor, locked.schedule.team_id)).require()
    if locked.state != CoverRequest.OPEN:
        raise errors.Conflict(_("Somebody answered this request already."))
    return _decide(locked, CoverRequest.WITHDRAWN, events.COVER_WITHDRAWN, actor)
