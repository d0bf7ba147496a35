"""What will go wrong in the next days unless somebody does something: people on call who are away, or whom no page would reach. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership, User
from notifications.models import ContactMethod
from oncall import rota
from oncall.models import Absence, Schedule
from oncall.timeline import Names


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody is on call in a schedule while he is away."""

    user: User
    schedule: Schedule
    begin: datetime
    end: datetime


def clashes(schedules: Sequence[Schedule], stored: Mapping[int, rota.Schedule], names: Names, begin: datetime, end: datetime) -> list[Clash]:
    """The times in which people on call by themselves are away, in order."""
    away: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(user__in=list(names.users), starts_at__lt=end, ends_at__gt=begin).order_by("starts_at"):
        away.setdefault(absence.user_id, []).append(absence)
    found = [
        Clash(names.users[shift.who.id], schedule, max(stretch.begin, absence.starts_at), min(stretch.end, absence.ends_at))
        for schedule in schedules
        for stretch in (rota.final(stored[schedule.pk], begin, end) if away else [])
        for shift in stretch.shifts
        if shift.who.sort == rota.USER
        for absence in away.get(shift.who.id, [])
        if absence.starts_at < stretch.end and absence.ends_at > stretch.begin
    ]
    return sorted(found, key=lambda clash: (clash.begin, clash.user.name))


def unreachable(schedules: Sequence[Schedule], stored: Mapping[int, rota.Schedule], names: Names, begin: datetime, end: datetime) -> list[User]:
    """Who is on call in an interval and has no verified way to be paged, by name."""
    on_duty = {who for schedule in schedules for stretch in rota.final(stored[schedule.pk], begin, end) for who in stretch.people}
    people = names.people(on_duty)
    reachable = set(
        ContactMethod.objects.filter(user__in=people, verified_at__isnull=False, broken_since__isnull=True)
        .exclude(channel="app")  # the banner wakes nobody
        .values_list("user_id", flat=True)
    )
    return [user for user in people if user.pk not in reachable]


def strangers(
    schedules: Sequence[Schedule], stored: Mapping[int, rota.Schedule], names: Names, begin: datetime, end: datetime
) -> list[tuple[User, Schedule]]:
    """Who is on call by himself in a schedule of a team that he is not in, such as after he left it; each once, by name."""
    found = {
        (shift.who.id, schedule.pk): schedule
        for schedule in schedules
        for stretch in rota.final(stored[schedule.pk], begin, end)
        for shift in stretch.shifts
        if shift.who.sort == rota.USER
    }
    members = set(Membership.objects.filter(user__in={user for user, _schedule in found}).values_list("user_id", "team_id"))
    rows = [(names.users[user], schedule) for (user, _schedule), schedule in found.items() if (user, schedule.team_id) not in members]
    return sorted(rows, key=lambda row: (row[0].name, row[1].name))


@dataclass(frozen=True, slots=True)
class Double:
    """Somebody is on call in two schedules of his team at once, so that the second step pages whom the first one paged."""

    user: User
    other: Schedule
    begin: datetime
    end: datetime


def doubles(
    schedule: Schedule, schedules: Sequence[Schedule], stored: Mapping[int, rota.Schedule], names: Names, begin: datetime, end: datetime
) -> list[Double]:
    """When somebody is on call in this schedule by himself and in another of these too, in order."""
    mine = [
        (shift.who, one.begin, one.end) for one in rota.final(stored[schedule.pk], begin, end) for shift in one.shifts if shift.who.sort == rota.USER
    ]
    found = [
        Double(names.users[who.id], other, max(first, one.begin), min(last, one.end))
        for other in schedules
        if other.pk != schedule.pk
        for one in rota.final(stored[other.pk], begin, end)
        for who, first, last in mine
        if who in one.people and first < one.end and last > one.begin
    ]
    return sorted(found, key=lambda one: (one.begin, one.user.name))
