"""What the page of schedules draws: bars on rows of time, and who is on call now on cards. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Team, User
from common import clock, doorbell, wording
from oncall import queries, rota
from oncall.models import EscalationStep, Override, Rotation, Schedule

DAYS = {"day": 1, "week": 7, "2weeks": 14}
MONTH = timedelta(days=31)
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Bar:
    """A shift on a row: where it lies in percent of the row, whose it is, and what it says to read."""

    left: float
    width: float
    hue: int
    initials: str
    name: str
    title: str
    is_override: bool = False

    @property
    def label(self) -> str:
        """What fits: the name, its first word, or nothing."""
        return self.name if self.width > 14 else self.name.split()[0] if self.width > 6.5 else ""

    @property
    def style(self) -> str:
        """Its place and colours; figures only, so it is safe in an attribute."""
        return f"left:calc({self.left:.3f}% + 2px);width:calc({self.width:.3f}% - 4px);--bg:var(--ek-av-{self.hue});--fg:var(--ek-av-{self.hue}t)"


@dataclass(slots=True)
class Row:
    """A line of the picture: a rotation, the overrides, or the final schedule."""

    title: str
    note: str
    bars: list[Bar]
    is_final: bool = False
    schedule: Schedule | None = None
    rotation: int | None = None


@dataclass(slots=True)
class Sheet:
    """A stretch of days with its rows."""

    days: list[dict[str, Any]]
    rows: list[Row]
    begin: datetime
    end: datetime
    now_at: float | None


@dataclass(slots=True)
class Names:
    """People and teams by what the rota calls them; read once for a page."""

    users: dict[int, User] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)

    @classmethod
    def of(cls, schedules: Iterable[rota.Schedule]) -> "Names":
        """Those of every participant and override."""
        found = {who for one in schedules for rotation in one.rotations for who in rotation.participants}
        found |= {override.who for one in schedules for override in one.overrides}
        members = Prefetch("memberships", Membership.objects.filter(user__is_active=True).select_related("user").order_by("user__name"))
        return cls(
            User.objects.in_bulk([who.id for who in found if who.sort == rota.USER]),
            Team.objects.prefetch_related(members).in_bulk([who.id for who in found if who.sort == rota.TEAM]),
        )

    def name(self, who: rota.Participant) -> str:
        """What a bar says."""
        known = self.users.get(who.id) if who.sort == rota.USER else self.teams.get(who.id) if who.sort == rota.TEAM else None
        return known.name if known else str(_("No one"))

    def bar(self, who: rota.Participant) -> tuple[int, str]:
        """Colour and initials."""
        if who.sort == rota.USER and who.id in self.users:
            return self.users[who.id].avatar_hue, self.users[who.id].initials
        if who.sort == rota.TEAM and who.id in self.teams:
            return who.id % 8 + 1, self.teams[who.id].initials
        return 8, "–"

    def people(self, participants: Iterable[rota.Participant]) -> list[User]:
        """The active people behind participants, each once."""
        found: dict[int, User] = {}
        for who in participants:
            rows = [self.users[who.id]] if who.sort == rota.USER and who.id in self.users else []
            if who.sort == rota.TEAM and who.id in self.teams:
                rows = [membership.user for membership in self.teams[who.id].memberships.all()]
            found.update({user.pk: user for user in rows if user.is_active})
        return sorted(found.values(), key=lambda user: user.name)


def midnight(day: date) -> datetime:
    """The first instant of a day on the wall of the reader."""
    return timezone.make_aware(datetime.combine(day, time()))


def first_day(span: str, day: date) -> date:
    """Where a view begins: the day itself, or the Monday of its week; of a month the Monday before its first."""
    day = day.replace(day=1) if span == "month" else day
    return day if span == "day" else day - timedelta(days=day.weekday())


def step(span: str, day: date, direction: int) -> date:
    """The day from which the view before or after begins."""
    if span == "month":
        return (day.replace(day=15) + timedelta(days=30 * direction)).replace(day=1)
    return first_day(span, day) + timedelta(days=DAYS[span] * direction)


def sheets(schedules: Sequence[Schedule], span: str, day: date, now: datetime) -> list[Sheet]:
    """The view of a team's schedules: one sheet, or in a month one of each week with the final rows only."""
    first = first_day(span, day)
    if span != "month":
        return [_sheet(schedules, first, DAYS[span], now, is_whole=True)]
    weeks, month = [], day.month
    while first.month == month or first < day.replace(day=1):
        weeks.append(_sheet(schedules, first, 7, now, is_whole=False))
        first += timedelta(days=7)
    return weeks


def _sheet(schedules: Sequence[Schedule], first: date, count: int, now: datetime, *, is_whole: bool) -> Sheet:
    days = [first + timedelta(days=number) for number in range(count)]
    begin, end = midnight(first), midnight(first + timedelta(days=count))
    stored = queries.stored_all(schedules, begin, end)
    names, rows = Names.of(stored.values()), []
    today = timezone.localtime(now).date()
    overrides = _overrides(schedules, begin, end) if is_whole else {}
    for schedule in schedules:
        plan = stored[schedule.pk]
        if is_whole:
            rows += _layers(schedule, plan, names, begin, end)
            rows.append(_override_row(schedule, overrides.get(schedule.pk, []), begin, end))
        note = str(_("final schedule")) if len(schedules) == 1 else short_name(schedule)
        rows.append(Row(str(_("Who gets paged")), note, _final_bars(plan, names, begin, end), is_final=True, schedule=schedule))
    named = [{"date": one, "label": formats.date_format(one, "D j"), "is_today": one == today} for one in days]
    return Sheet(named, rows, begin, end, _share(now, begin, end) if begin <= now < end else None)


def short_name(schedule: Schedule) -> str:
    """A schedule's name beside its team's: “primary” of “Payments platform primary”."""
    return schedule.name.removeprefix(schedule.team.name).strip() or schedule.name


def _share(at: datetime, begin: datetime, end: datetime) -> float:
    return (at - begin) / (end - begin) * 100


def _layers(schedule: Schedule, plan: rota.Schedule, names: Names, begin: datetime, end: datetime) -> list[Row]:
    """A row of each rotation, as it would be without the others."""
    known = {row.pk: row for row in schedule.rotations.prefetch_related("restrictions")}
    rows = []
    for rotation in plan.rotations:
        shifts = [part for shift in rota.shifts_of(rotation, begin, end) if (part := shift.cut(begin, end)) is not None and not part.who.is_no_one]
        bars = [_bar(part.begin, part.end, part.who, names, begin, end, is_override=False) for part in shifts]
        rows.append(Row(rotation.name, _rhythm(known[rotation.id]) if rotation.id in known else "", bars, schedule=schedule, rotation=rotation.id))
    return rows


def _rhythm(rotation: Rotation) -> str:
    """When a rotation changes hands, or the hours it is restricted to: “weekly, Mon 09:00”, “22:00 to 06:00”."""
    restrictions = list(rotation.restrictions.all())
    if len(restrictions) == 1 and restrictions[0].start_day is None:
        return str(_("{begin} to {end}").format(begin=f"{restrictions[0].start_at:%H:%M}", end=f"{restrictions[0].end_at:%H:%M}"))
    if rotation.length == 1:
        words = {rota.HOURLY: _("hourly"), rota.DAILY: _("daily"), rota.WEEKLY: _("weekly")}
        rhythm = words[rotation.unit]
    else:
        rhythm = _("every {n} {unit}").format(n=rotation.length, unit=rotation.get_unit_display())
    day = f"{formats.date_format(rotation.starts_on, 'D')} " if rotation.unit == rota.WEEKLY else ""
    shadow = f", {_('shadow')}" if rotation.is_shadow else ""
    return f"{rhythm}, {day}{rotation.hand_over_at:%H:%M}{shadow}"


def _overrides(schedules: Sequence[Schedule], begin: datetime, end: datetime) -> dict[int, list[Override]]:
    rows = Override.objects.filter(schedule__in=schedules, canceled_at__isnull=True, starts_at__lt=end, ends_at__gt=begin)
    found: dict[int, list[Override]] = {}
    for row in rows.select_related("user", "team").order_by("pk"):
        found.setdefault(row.schedule_id, []).append(row)
    return found


def _override_row(schedule: Schedule, overrides: Sequence[Override], begin: datetime, end: datetime) -> Row:
    bars = []
    for row in overrides:
        hue, initials = (row.user.avatar_hue, row.user.initials) if row.user else (row.team.pk % 8 + 1, row.team.initials) if row.team else (8, "–")
        bars.append(_drawn(row.starts_at, row.ends_at, (hue, initials), str(row), begin, end, is_override=True, reason=row.reason))
    note = ngettext("{n} here", "{n} here", len(overrides)).format(n=len(overrides)) if overrides else str(_("none here"))
    return Row(str(_("Overrides")), note, bars, schedule=schedule)


def _final_bars(plan: rota.Schedule, names: Names, begin: datetime, end: datetime) -> list[Bar]:
    return [
        _bar(stretch.begin, stretch.end, shift.who, names, begin, end, is_override=shift.source == rota.OVERRIDE)
        for stretch in rota.final(plan, begin, end)
        for shift in stretch.shifts[:1]
    ]


def _bar(first: datetime, last: datetime, who: rota.Participant, names: Names, begin: datetime, end: datetime, *, is_override: bool) -> Bar:
    return _drawn(first, last, names.bar(who), names.name(who), begin, end, is_override=is_override)


def _drawn(
    first: datetime, last: datetime, mark: tuple[int, str], name: str, begin: datetime, end: datetime, *, is_override: bool, reason: str = ""
) -> Bar:
    title = f"{name}, {moment_of(first)} – {moment_of(last)}" + (f": {reason}" if reason else "")
    left, right = _share(max(first, begin), begin, end), _share(min(last, end), begin, end)
    return Bar(left, right - left, mark[0], mark[1], name, title, is_override)


def moment_of(at: datetime) -> str:
    """An instant of a shift: Mon 30 Nov 09:00."""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'D j M')} {local:%H:%M}"


def span_of(begin: datetime, end: datetime) -> str:
    """A time on call: Mon 30 Nov 09:00 – Tue 1 Dec 09:00."""
    return f"{moment_of(begin)} – {moment_of(end)}"


def until_of(at: datetime | None, now: datetime) -> str:
    """Until when somebody is on call: “until today 18:00”, “until Mon 30 Nov 09:00”."""
    if at is None:
        return str(_("all the time"))
    local = timezone.localtime(at)
    if local.date() == timezone.localtime(now).date():
        return str(_("until today {time}").format(time=f"{local:%H:%M}"))
    return str(_("until {moment}").format(moment=moment_of(at)))


# ---------------------------------------------------------------- who is on call now


@dataclass(slots=True)
class Overview:
    """Every schedule that a reader may see, as the rota reads it from yesterday on, with the people in them."""

    schedules: list[Schedule]
    stored: dict[int, rota.Schedule]
    names: Names


def overview(user: User, now: datetime) -> Overview:
    """What the page is made of, read once."""
    schedules = list(queries.schedules_for(user).filter(is_enabled=True).order_by("team__name", "pk"))
    stored = queries.stored_all(schedules, now - timedelta(days=1), now + rota.HORIZON)
    return Overview(schedules, stored, Names.of(stored.values()))


def cards(user: User, seen: Overview, now: datetime) -> list[dict[str, Any]]:
    """A card of each team with schedules: who is on call now, until when, and who would be paged then."""
    by_team: dict[int, list[Schedule]] = {}
    for schedule in seen.schedules:
        by_team.setdefault(schedule.team_id, []).append(schedule)
    steps = queries.later_steps(by_team)
    return [_card(user, mine, seen.stored, seen.names, now, steps.get(team)) for team, mine in by_team.items()]


def _card(
    user: User, schedules: list[Schedule], stored: dict[int, rota.Schedule], names: Names, now: datetime, step: EscalationStep | None
) -> dict[str, Any]:
    first, team = schedules[0], schedules[0].team
    people = names.people(rota.people_at(stored[first.pk], now))
    following = names.people(rota.people_at(stored[step.schedule_id], now)) if step and step.schedule_id in stored else []
    after = rota.next_on_call(stored[first.pk], now) if not following else None
    later = names.people(after.people) if after else []
    return {
        "team": team, "hue": team.pk % 8 + 1, "people": people, "person": people[0] if people else None, "others": max(0, len(people) - 1),
        "until": until_of(rota.until(stored[first.pk], now), now), "is_me": user in people, "backup": following[0] if following else None,
        "minutes": step.delay_minutes if step else 0,
        "next": later[0] if later else None, "next_at": moment_of(after.begin) if after else "",
        "url": f"{reverse('oncall:now')}?{urlencode({'team': team.slug})}#rota",
        "gaps": holes([stored[one.pk] for one in schedules], now, now + AHEAD),
    }  # fmt: skip


def holes(plans: Sequence[rota.Schedule], begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The times in which none of the schedules has anybody, “no one” on purpose left out."""
    left: list[tuple[datetime, datetime]] | None = None
    for plan in plans:
        mine = [(one.begin, one.end) for one in rota.gaps(plan, begin, end) if not one.is_meant]
        left = mine if left is None else [(max(a, c), min(b, d)) for a, b in left for c, d in mine if max(a, c) < min(b, d)]
    return left or []


def gap_words(card: dict[str, Any]) -> str:
    """A team's holes in the head line: “Identity, 3 h gap on 5 Dec”."""
    total = sum(((end - begin) for begin, end in card["gaps"]), timedelta())
    day = formats.date_format(timezone.localtime(card["gaps"][0][0]), "j M")
    return str(_("{team}, {span} gap on {day}").format(team=card["team"].name, span=wording.span(total.total_seconds()), day=day))


def whole_shifts_of(user: User, begin: datetime, end: datetime) -> list[dict[str, Any]]:
    """A person's own time on call that touches an interval, each with its own begin and end, up to a month outside of it."""
    return [one for one in shifts_of(user, begin - MONTH, end + MONTH) if one["begin"] < end and one["end"] > begin]


def shifts_of(user: User, begin: datetime, end: datetime) -> list[dict[str, Any]]:
    """A person's own time on call in an interval, cut at its ends, in order."""
    schedules = queries.schedules_of(user)
    stored = queries.stored_all(schedules, begin, end)
    me, found = {rota.Participant(rota.USER, user.pk)} | {rota.Participant(rota.TEAM, pk) for pk in user.team_ids}, []
    for schedule in schedules:
        open_shift: dict[str, Any] | None = None
        for stretch in rota.final(stored[schedule.pk], begin, end):
            mine = [shift for shift in stretch.shifts if shift.who in me]
            if not mine:
                open_shift = None
                continue
            is_override = any(shift.source == rota.OVERRIDE for shift in mine)
            if open_shift is not None and open_shift["end"] == stretch.begin:
                open_shift["end"], open_shift["is_override"] = stretch.end, open_shift["is_override"] or is_override
                continue
            open_shift = {"schedule": schedule, "begin": stretch.begin, "end": stretch.end, "is_override": is_override}
            found.append(open_shift)
    return sorted(found, key=lambda one: (one["begin"], one["schedule"].name))


def badge(user: User) -> str:
    """What stands under a person's name: “On call until 18:00 CET”; empty when he is not on call. Every page asks, so it is remembered for seconds."""
    now = clock.pinned() or timezone.now()  # words for a screen: a question to the database would cost more than they are worth
    until = doorbell.figures_until_change("override", f"on-call:{user.pk}", lambda: {"until": _on_call_until(user, now)})["until"]
    if until <= now.timestamp():
        return ""
    local = timezone.localtime(datetime.fromtimestamp(until, UTC))
    if local - now >= AHEAD - timedelta(seconds=doorbell.FIGURES_SECONDS):
        return str(_("On call"))
    day = "" if local.date() == timezone.localtime(now).date() else f"{formats.date_format(local, 'D')} "
    return str(_("On call until {time}").format(time=f"{day}{local:%H:%M} {local.tzname()}"))


def _on_call_until(user: User, now: datetime) -> int:
    """When this person's time on call ends, in seconds since 1970; 0 when he is not on call."""
    if not queries.has_shifts(user):
        return 0
    return max((int(one["end"].timestamp()) for one in shifts_of(user, now, now + AHEAD) if one["begin"] <= now), default=0)
