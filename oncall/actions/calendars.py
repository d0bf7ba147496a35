"""Calendars from outside: taking one in, following one by its address, and letting go of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, crypto, errors
from journal import actions as journal
from oncall import calendars, downloads, events, ical, permissions
from oncall.actions import cover
from oncall.models import Absence, FollowedCalendar, Override, Schedule

EVERY, BATCH = timedelta(hours=1), 20
Target = Schedule | User


def _require(target: Target, actor: User | None) -> None:
    if isinstance(target, Schedule):
        permissions.can_manage(actor, target.team_id).require()
    elif actor is not None and actor.pk != target.pk:
        raise errors.Refused(_("Only the person himself may change this."))
    else:
        permissions.can_be_away(actor).require()


def _locked(target: Target) -> Target:
    if isinstance(target, Schedule):
        return Schedule.objects.select_for_update().get(pk=target.pk)
    return User.objects.select_for_update(no_key=True).get(pk=target.pk)


def preview(target: Target, content: bytes, *, actor: User, field: str = "file") -> calendars.Changes:
    """What taking it in would do. Raises Refused, or Invalid at the field for what is no calendar."""
    _require(target, actor)
    return _changes(target, content, field)


def _changes(target: Target, content: bytes, field: str, *, may_be_empty: bool = False) -> calendars.Changes:
    try:
        return calendars.of(target, content, clock.now(), may_be_empty=may_be_empty)
    except ical.Unreadable as error:
        raise errors.Invalid(field, str(error)) from error


@transaction.atomic
def take_in(target: Target, content: bytes, *, actor: User | None, field: str = "file", may_be_empty: bool = False) -> calendars.Changes:
    """Makes the overrides of a schedule, or the times away of a person, what the calendar says. The same again changes nothing.

    Raises Refused, or Invalid at the field for what is no calendar.
    """
    _require(target, actor)
    locked = _locked(target)
    found = _changes(locked, content, field, may_be_empty=may_be_empty)
    if not found.is_empty:
        if isinstance(locked, Schedule):
            _write_overrides(locked, found, actor)
        else:
            _write_absences(locked, found, actor)
    return found


def _counts(found: calendars.Changes) -> dict[str, Any]:
    return {"added": len(found.added), "changed": len(found.changed), "removed": len(found.removed)}


def _write_overrides(schedule: Schedule, found: calendars.Changes, actor: User | None) -> None:
    at = clock.now()
    over = Override.objects.filter(schedule=schedule, canceled_at__isnull=True, ends_at__lte=at)
    over.filter(feed_uid__in=[wish.key for wish in found.added]).update(feed_uid="")  # past, and its event was moved: it stays as it was
    made = Override.objects.bulk_create(
        Override(
            schedule=schedule, user=wish.user, starts_at=wish.begin, ends_at=wish.end, reason=wish.reason, feed_uid=wish.key, created_by=actor
        )
        for wish in found.added
    )  # fmt: skip
    moved = _moved(found)
    Override.objects.bulk_update(moved, ["user", "starts_at", "ends_at", "reason"])
    gone = [row for row in found.removed if isinstance(row, Override)]
    Override.objects.filter(pk__in=[row.pk for row in gone]).update(canceled_at=at, feed_uid="")
    for event, rows in ((events.OVERRIDE_CREATED, made), (events.OVERRIDE_CHANGED, moved), (events.OVERRIDE_CANCELED, gone)):
        journal.record_many(event, [(row, cover.told(row)) for row in rows], actor=actor, at=at)
    people: dict[int, int] = {}
    for row in [*made, *moved]:
        people[row.user_id or 0] = people.get(row.user_id or 0, 0) + 1
    told: Mapping[str, Any] = {"name": schedule.name, "people": {str(pk): count for pk, count in people.items()}, **_counts(found)}
    journal.record(events.CALENDAR_TAKEN, schedule, actor=actor, at=at, **told)


def _moved(found: calendars.Changes) -> list[Any]:
    """The rows that change, as they will be."""
    rows = []
    for row, wish in found.changed:
        row.user, row.starts_at, row.ends_at, row.reason = wish.user, wish.begin, wish.end, wish.reason
        rows.append(row)
    return rows


def _write_absences(user: User, found: calendars.Changes, actor: User | None) -> None:
    Absence.objects.filter(user=user, feed_uid__in=[wish.key for wish in found.added], ends_at__lte=clock.now()).update(feed_uid="")
    Absence.objects.bulk_create(
        [Absence(user=user, starts_at=wish.begin, ends_at=wish.end, reason=wish.reason, feed_uid=wish.key) for wish in found.added]
    )
    Absence.objects.bulk_update(_moved(found), ["starts_at", "ends_at", "reason"])
    Absence.objects.filter(pk__in=[row.pk for row in found.removed]).delete()
    journal.record(events.AWAY_TAKEN, user, actor=actor, **_counts(found))


@transaction.atomic
def follow(target: Target, address: str, content: bytes, *, actor: User) -> calendars.Changes:
    """Takes in what was fetched from an address, and reads it again every hour. A schedule or person follows one calendar; another replaces it."""
    found = take_in(target, content, actor=actor, field="address")
    at = clock.now()
    known = followed(target)
    if known is None or known.problem or not _leads_to(known, address):
        columns = {
            "owner": actor, "address": crypto.encrypt(address), "shown": downloads.shown(address), "due_at": at + EVERY, "read_at": at, "problem": "",
        }  # fmt: skip
        row, _is_new = FollowedCalendar.objects.update_or_create(**_of(target), defaults=columns)
        journal.record(events.CALENDAR_FOLLOWED, row, actor=actor, at=at, name=row.shown)
    return found


def _leads_to(row: FollowedCalendar, address: str) -> bool:
    try:
        return crypto.decrypt(row.address) == address
    except errors.Conflict:  # written with another key
        return False


def followed(target: Target) -> FollowedCalendar | None:
    """The calendar that a schedule or person follows."""
    return FollowedCalendar.objects.filter(**_of(target)).first()


def _of(target: Target) -> dict[str, Any]:
    return {"schedule": target} if isinstance(target, Schedule) else {"user": target}


@transaction.atomic
def forget(target: Target, *, actor: User) -> int:
    """Follows no calendar any more, and takes back what calendars brought and has not begun. Answers how many rows that were."""
    _require(target, actor)
    locked, at = _locked(target), clock.now()
    row = followed(locked)
    if row is not None:
        journal.record(events.CALENDAR_FORGOTTEN, row, actor=actor, name=row.shown)
        row.delete()
    rows: Sequence[Any]
    if isinstance(locked, Schedule):
        live = Override.objects.filter(schedule=locked, canceled_at__isnull=True, starts_at__gt=at).exclude(feed_uid="")
        rows = list(live.select_related("user", "schedule"))
        if rows:
            _write_overrides(locked, calendars.Changes(removed=list(rows)), actor)
    else:
        rows = list(Absence.objects.filter(user=locked, starts_at__gt=at).exclude(feed_uid=""))
        if rows:
            _write_absences(locked, calendars.Changes(removed=list(rows)), actor)
    return len(rows)


def read_due() -> int:
    """Reads the followed calendars whose hour has come; answers how many. What cannot be read leaves everything as it was."""
    at, done = clock.now(), 0
    due = FollowedCalendar.objects.filter(due_at__lte=at).exclude(user__is_active=False).order_by("due_at", "pk")
    for row in list(due.select_related("user", "schedule")[:BATCH]):
        if not FollowedCalendar.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=at + EVERY):
            continue  # another worker has it
        done += 1
        try:
            content = downloads.fetch(crypto.decrypt(row.address))
            _read(row, content)
        except (errors.Invalid, errors.Conflict) as error:
            _fail(row, error.message)
    return done


@transaction.atomic
def _read(row: FollowedCalendar, content: bytes) -> None:
    target: Any = row.schedule or row.user
    take_in(target, content, actor=None, field="address", may_be_empty=True)
    FollowedCalendar.objects.filter(pk=row.pk).update(read_at=clock.now(), problem="")


@transaction.atomic
def _fail(row: FollowedCalendar, problem: str) -> None:
    """Keeps why; the owner hears of it when it begins, not every hour."""
    locked = FollowedCalendar.objects.select_for_update().filter(pk=row.pk).first()
    if locked is None:
        return
    if not locked.problem:
        journal.record(events.CALENDAR_FAILED, locked, actor=None, problem=problem)
    locked.problem = problem[:300]
    locked.save(update_fields=["problem"])
