"""Reads of schedules: from the tables to the rota and from its answers to people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404

from accounts.models import Membership, Team, User
from oncall import permissions, rota
from oncall.models import Absence, CoverRequest, EscalationPolicy, EscalationStep, HandOverNote, Override, Rotation, Schedule, Turn

NOTE_COUNTS = timedelta(days=14)


def schedules_for(user: User) -> QuerySet[Schedule]:
    """Every schedule this user may see, with its team."""
    return permissions.visible_to(user, Schedule.objects.select_related("team"))


def schedule_for(user: User, slug: str) -> Schedule:
    """One schedule by short name. Raises Http404 when there is none for this user."""
    found = schedules_for(user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def schedules_of(user: User) -> list[Schedule]:
    """The schedules in which this person takes turns, himself or as a member of a team, or stands in for somebody."""
    mine = Q(rotations__turns__user=user) | Q(rotations__turns__team__in=user.team_ids)
    mine |= Q(overrides__user=user, overrides__canceled_at__isnull=True)
    return list(Schedule.objects.filter(mine).select_related("team").distinct().order_by("name"))


def has_shifts(user: User) -> bool:
    """Whether this person takes turns at all, himself or in a team, or stands in for somebody from now on; one query, for every page asks it."""
    teams = Membership.objects.filter(user=user).values("team_id")
    turns = Turn.objects.filter(Q(user=user) | Q(team__in=teams))
    standing = Override.objects.filter(Q(user=user) | Q(team__in=teams), canceled_at__isnull=True, ends_at__gt=Now())
    return User.objects.filter(Exists(turns) | Exists(standing), pk=user.pk).exists()


def override_for(user: User, pk: int, slug: str = "") -> Override:
    """One override that still counts, of the schedule of that short name where one is given. Raises Http404."""
    rows = Override.objects.filter(pk=pk, canceled_at__isnull=True, schedule__in=schedules_for(user))
    found = rows.select_related("schedule", "user", "team").first()
    if found is None or (slug and found.schedule.slug != slug):
        raise Http404
    return found


def request_for(user: User, pk: int) -> CoverRequest:
    """One request for cover. Raises Http404."""
    found = CoverRequest.objects.filter(pk=pk, schedule__in=schedules_for(user)).select_related("schedule", "asker", "asked").first()
    if found is None:
        raise Http404
    return found


def open_requests(schedules: Iterable[Schedule], at: datetime) -> list[CoverRequest]:
    """The requests for cover that wait for an answer and are not over, the soonest first."""
    rows = CoverRequest.objects.filter(schedule__in=list(schedules), state=CoverRequest.OPEN, ends_at__gt=at)
    return list(rows.select_related("schedule__team", "asker", "asked").order_by("starts_at", "pk"))


def absences_of(user: User, at: datetime, amount: int = 8) -> list[Absence]:
    """The times away of a person that are not over, the soonest first."""
    return list(Absence.objects.filter(user=user, ends_at__gt=at).order_by("starts_at", "pk")[:amount])


def has_brought(target: Schedule | User) -> bool:
    """Whether a calendar from outside brought something to this schedule or person that has not begun."""
    if isinstance(target, Schedule):
        return Override.objects.filter(schedule=target, canceled_at__isnull=True, starts_at__gt=Now()).exclude(feed_uid="").exists()
    return Absence.objects.filter(user=target, starts_at__gt=Now()).exclude(feed_uid="").exists()


def policies_of(team: Team) -> list[EscalationPolicy]:
    """The policies of a team with their steps and whom each of them pages."""
    rows = EscalationPolicy.objects.filter(team=team, archived_at__isnull=True)
    return list(rows.prefetch_related("steps__schedule", "steps__user", "steps__team", "steps__next_policy").order_by("pk"))


def policies_for(user: User) -> QuerySet[EscalationPolicy]:
    """Every policy that is in use, with its steps: whoever sees who is on call sees whom it pages."""
    rows = EscalationPolicy.objects.filter(archived_at__isnull=True).select_related("team").order_by("team__name", "name")
    rows = rows.prefetch_related("steps__schedule", "steps__user", "steps__team", "steps__next_policy")
    return rows if user.has_right("oncall.view") else rows.none()


def later_steps(teams: Iterable[int]) -> dict[int, EscalationStep]:
    """By team: the first step of its policies that pages who is on call in a schedule some minutes after the start."""
    steps = EscalationStep.objects.filter(
        policy__team__in=list(teams), policy__archived_at__isnull=True, target=EscalationStep.CURRENT, delay_minutes__gt=0
    )
    found: dict[int, EscalationStep] = {}
    for step in steps.select_related("policy").order_by("policy", "delay_minutes", "position", "pk"):
        found.setdefault(step.policy.team_id, step)
    return found


# ---------------------------------------------------------------- from the tables to the rota


def stored(schedule: Schedule, begin: datetime, end: datetime) -> rota.Schedule:
    """A schedule as the rota reads it, with the overrides that touch the interval.

    People who were deactivated, and teams without an active member, count as no one; an override of somebody like that does not count at all, so that
    the rotation beneath it holds. A disabled schedule has no rotations.
    """
    return stored_all([schedule], begin, end)[schedule.pk]


def stored_all(schedules: Sequence[Schedule], begin: datetime, end: datetime) -> dict[int, rota.Schedule]:
    """The same for many schedules by id, in five queries for all of them."""
    live = [one.pk for one in schedules if one.is_enabled]
    rotations: dict[int, list[Rotation]] = defaultdict(list)
    turns = Prefetch("turns", Turn.objects.select_related("user"))
    for rotation in Rotation.objects.filter(schedule__in=live).prefetch_related(turns, "restrictions").order_by("position", "id"):
        rotations[rotation.schedule_id].append(rotation)
    overrides: dict[int, list[Override]] = defaultdict(list)
    touching = Override.objects.filter(schedule__in=live, canceled_at__isnull=True, starts_at__lt=end, ends_at__gt=begin)
    for override in touching.select_related("user"):
        overrides[override.schedule_id].append(override)
    staffed = _staffed(
        [turn.team_id for rows in rotations.values() for row in rows for turn in row.turns.all()]
        + [o.team_id for rows in overrides.values() for o in rows]
    )
    return {
        one.pk: rota.Schedule(
            tuple(made for row in rotations[one.pk] if (made := _rotation(row, one, staffed)) is not None),
            tuple(stand for given in overrides[one.pk] if (stand := _override(given, staffed)) is not None),
            one.combination,
        )
        for one in schedules
    }


def _staffed(teams: Iterable[int | None]) -> set[int]:
    """Those of the teams that have an active member."""
    wanted = {team for team in teams if team is not None}
    return set(Membership.objects.filter(team__in=wanted, user__is_active=True).values_list("team_id", flat=True)) if wanted else set()


def _participant(row: Turn | Override, staffed: set[int]) -> rota.Participant:
    if row.user is not None and row.user.is_active:
        return rota.Participant(rota.USER, row.user.pk)
    return rota.Participant(rota.TEAM, row.team_id) if row.team_id in staffed and row.team_id is not None else rota.NOBODY


def _override(row: Override, staffed: set[int]) -> rota.Override | None:
    who = _participant(row, staffed)
    if who.is_no_one and (row.user_id or row.team_id):
        return None
    return rota.Override(row.pk, who, row.starts_at, row.ends_at, frozenset(row.rotations))


def _rotation(row: Rotation, schedule: Schedule, staffed: set[int]) -> rota.Rotation | None:
    turns = tuple(_participant(turn, staffed) for turn in row.turns.all())
    if not turns:  # in the making; the pages show it as a gap
        return None
    return rota.Rotation(
        row.pk, row.name, ZoneInfo(row.time_zone or schedule.time_zone), row.unit, row.length,
        datetime.combine(row.starts_on, row.hand_over_at), turns,
        end=datetime.combine(row.ends_on, row.hand_over_at) if row.ends_on else None,
        restrictions=tuple(rota.Restriction(_minute(one.start_at), _minute(one.end_at), one.start_day, one.end_day) for one in row.restrictions.all()),
        is_shadow=row.is_shadow,
    )  # fmt: skip


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


# ---------------------------------------------------------------- from its answers to people


def people_on_call(schedule: Schedule, at: datetime) -> list[User]:
    """Who is on call at an instant, members of a team one by one; only active people, by name."""
    return people_of(rota.people_at(stored(schedule, at, at + rota.MOMENT), at))


def people_next(schedule: Schedule, at: datetime) -> list[User]:
    """Who is on call next: the people of the next stretch that others than now have."""
    found = rota.next_on_call(stored(schedule, at, at + rota.HORIZON), at)
    return people_of(found.people) if found else []


def people_before(schedule: Schedule, at: datetime) -> list[User]:
    """Who was on call before: the people of the last stretch that others than now had."""
    found = rota.previous_on_call(stored(schedule, at - rota.HORIZON, at + rota.MOMENT), at)
    return people_of(found.people) if found else []


def people_shadowing(schedule: Schedule, at: datetime) -> list[User]:
    """Who gets copies at an instant, without duty."""
    return people_of(rota.shadows(stored(schedule, at, at + rota.MOMENT), at))


def people_of(participants: Iterable[rota.Participant]) -> list[User]:
    """The active people behind participants."""
    wanted = list(participants)
    users = [one.id for one in wanted if one.sort == rota.USER]
    teams = [one.id for one in wanted if one.sort == rota.TEAM]
    if not users and not teams:
        return []
    return list(User.objects.filter(Q(pk__in=users) | Q(memberships__team__in=teams), is_active=True).distinct().order_by("name", "pk"))


def note_for(schedule: Schedule, at: datetime) -> HandOverNote | None:
    """The note that counts at a hand-over: the newest of the last 14 days."""
    rows = HandOverNote.objects.filter(schedule=schedule, written_at__gt=at - NOTE_COUNTS, written_at__lte=at)
    return rows.select_related("author").order_by("-written_at", "-pk").first()
