"""Who is on call: a pure function of a schedule and an interval. No database, no Django; every instant carries a zone, answers are in UTC.

A schedule has rotations. Each gives base shifts: its participants take turns at a hand-over time on the wall clock of its zone, and only inside its
restrictions, when it has some. In a schedule of `layers` the rotation that comes later in the list covers the earlier ones while it has somebody on
duty; in one that is `together` all rotations are on duty at once (Opsgenie's rule). Overrides lie on top of all, the newest first. What comes out is
the final schedule, and each of its shifts says where it comes from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall import wall

LAYERS, TOGETHER = "layers", "together"
HOURLY, DAILY, WEEKLY = "hourly", "daily", "weekly"
USER, TEAM, NO_ONE = "user", "team", "no_one"
ROTATION, OVERRIDE = "rotation", "override"
HORIZON = timedelta(days=400)
REACHES = (timedelta(days=14), timedelta(days=70), HORIZON)
MOMENT = timedelta(microseconds=1)
WEEK_MINUTES = 7 * 1440


@dataclass(frozen=True, slots=True, order=True)
class Participant:
    """Somebody who takes turns: a person, every member of a team, or explicitly no one. id: of the person or team."""

    sort: str
    id: int = 0

    @property
    def is_no_one(self) -> bool:
        return self.sort == NO_ONE


NOBODY = Participant(NO_ONE)


@dataclass(frozen=True, slots=True)
class Restriction:
    """When a rotation counts, on the wall clock: each day from minute to minute, or each week from weekday and minute to weekday and minute.

    start_day, end_day: 0 is Monday; None means every day. A restriction that ends at or before its start goes over midnight, or over the week's end.
    """

    start_minute: int
    end_minute: int
    start_day: int | None = None
    end_day: int | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """Participants who take turns. unit and length: how long a turn is (hourly turns last real hours, the others days or weeks of the wall clock).

    start: the wall time of the first hand-over; end: the wall time at which the rotation stops, None for never. is_shadow: gets copies, has no duty.
    Raises ValueError without participants, for a length below 1, or an unknown unit.
    """

    id: int
    name: str
    zone: ZoneInfo
    unit: str
    length: int
    start: datetime
    participants: tuple[Participant, ...]
    end: datetime | None = None
    restrictions: tuple[Restriction, ...] = ()
    is_shadow: bool = False

    def __post_init__(self) -> None:
        if not self.participants:
            raise ValueError(f"The rotation {self.name} needs at least one participant.")
        if self.length < 1:
            raise ValueError(f"A turn of {self.name} must last at least one unit.")
        if self.unit not in (HOURLY, DAILY, WEEKLY):
            raise ValueError(f"{self.unit!r} is no unit of a rotation.")
        if self.start.tzinfo is not None or (self.end is not None and self.end.tzinfo is not None):
            raise ValueError("A rotation starts and ends at wall times, without a zone.")


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody takes over between two instants. rotations: the ids of those he takes over, empty for the whole schedule. A higher id is newer."""

    id: int
    who: Participant
    begin: datetime
    end: datetime
    rotations: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rotations in order, the later ones above the earlier, and what overrides them."""

    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...] = ()
    combination: str = LAYERS


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody on duty from one instant to another. source: rotation or override, `source_id` is its id; `over` the rotation that an override replaces."""

    begin: datetime
    end: datetime
    who: Participant
    source: str
    source_id: int
    over: int | None = None

    def cut(self, begin: datetime, end: datetime) -> "Shift | None":
        """The part inside an interval, None when nothing is."""
        first, last = max(self.begin, begin), min(self.end, end)
        return replace(self, begin=first, end=last) if first < last else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of time in which the same people are on duty; none when nobody is. is_meant: a participant “no one” has that turn."""

    begin: datetime
    end: datetime
    shifts: tuple[Shift, ...] = field(default=())
    is_meant: bool = False

    @property
    def people(self) -> frozenset[Participant]:
        """Who is on duty, without the reasons."""
        return frozenset(shift.who for shift in self.shifts)


# ---------------------------------------------------------------- base shifts of one rotation


def shifts_of(rotation: Rotation, begin: datetime, end: datetime) -> list[Shift]:
    """The base shifts of a rotation that touch an interval, in order and whole (not cut to it). Turns of no one are among them."""
    turns = (
        Shift(first, last, rotation.participants[number % len(rotation.participants)], ROTATION, rotation.id)
        for number, first, last in _turns(rotation, begin, end)
    )
    found = _restricted(turns, list(_windows(rotation, begin, end))) if rotation.restrictions else turns
    return _joined(shift for shift in found if shift.begin < end and shift.end > begin)


def _restricted(turns: Iterable[Shift], windows: Sequence[tuple[datetime, datetime]]) -> Iterator[Shift]:
    """The parts of the turns inside the windows; both go forward, so no window is looked at again once its end is past."""
    place = 0
    for turn in turns:
        while place < len(windows) and windows[place][1] <= turn.begin:
            place += 1
        for window in windows[place:]:
            if window[0] >= turn.end:
                break
            part = turn.cut(*window)
            if part is not None:
                yield part


def _turns(rotation: Rotation, begin: datetime, end: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """Number, begin and end of each turn that touches the interval."""
    stop = wall.last(rotation.end, rotation.zone) if rotation.end is not None else None
    number = max(0, _turn_before(rotation, begin))
    while True:
        first = _hand_over(rotation, number, is_end=False)
        if first >= end or (stop is not None and first >= stop):
            return
        last = _hand_over(rotation, number + 1, is_end=True)
        last = min(last, stop) if stop is not None else last
        if last > begin and first < last:
            yield number, first, last
        number += 1


def _turn_before(rotation: Rotation, instant: datetime) -> int:
    """The number of a turn that begins at or before the instant, at most three too early."""
    if rotation.unit == HOURLY:
        return int((instant - wall.first(rotation.start, rotation.zone)) / (timedelta(hours=1) * rotation.length)) - 1
    return int((wall.of(instant, rotation.zone) - rotation.start) / _step(rotation)) - 2


def _step(rotation: Rotation) -> timedelta:
    return timedelta(days=1 if rotation.unit == DAILY else 7) * rotation.length


def _hand_over(rotation: Rotation, number: int, *, is_end: bool) -> datetime:
    """The instant at which the turn of that number begins, or (is_end) at which the one before it ends."""
    if rotation.unit == HOURLY:
        return wall.first(rotation.start, rotation.zone) + timedelta(hours=1) * rotation.length * number
    meet = wall.last if is_end else wall.first
    return meet(rotation.start + _step(rotation) * number, rotation.zone)


def _windows(rotation: Rotation, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The intervals in which a restricted rotation counts, joined where they touch, in order."""
    day, final = wall.of(begin, rotation.zone).date() - timedelta(days=8), wall.of(end, rotation.zone).date() + timedelta(days=1)
    found = []
    while day <= final:
        for one in rotation.restrictions:
            if one.start_day is None or one.start_day == day.weekday():
                found.append((wall.first(wall.at(day, one.start_minute), rotation.zone), wall.last(_close(day, one), rotation.zone)))
        day += timedelta(days=1)
    latest: tuple[datetime, datetime] | None = None
    for window in sorted(found):
        if latest is None or window[0] > latest[1]:
            if latest is not None:
                yield latest
            latest = window
        else:
            latest = (latest[0], max(latest[1], window[1]))
    if latest is not None:
        yield latest


def _close(day: date, restriction: Restriction) -> datetime:
    """The wall time at which a restriction that opens on that day ends."""
    if restriction.start_day is None or restriction.end_day is None:
        is_over = restriction.end_minute <= restriction.start_minute
        return wall.at(day + timedelta(days=1 if is_over else 0), restriction.end_minute)
    length = (restriction.end_day * 1440 + restriction.end_minute - restriction.start_day * 1440 - restriction.start_minute) % WEEK_MINUTES
    return wall.at(day, restriction.start_minute) + timedelta(minutes=length or WEEK_MINUTES)


# ---------------------------------------------------------------- the final schedule


def final(schedule: Schedule, begin: datetime, end: datetime) -> list[Stretch]:
    """The final schedule of an interval: stretches without a hole from its begin to its end, each with who is on duty and why.

    Shadow rotations are left out. Raises ValueError when the interval does not go forward or an instant has no zone.
    """
    if begin.tzinfo is None or end.tzinfo is None or end <= begin:
        raise ValueError("An interval goes from one instant with a zone to a later one.")
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    rotations = [rotation for rotation in schedule.rotations if not rotation.is_shadow]
    base = {rotation.id: shifts_of(rotation, begin, end) for rotation in rotations}
    overrides = sorted((one for one in schedule.overrides if one.begin < end and one.end > begin), key=lambda one: -one.id)
    cuts = {begin, end}
    for shift in (shift for shifts in base.values() for shift in shifts):
        cuts |= {shift.begin, shift.end}
    for override in overrides:
        cuts |= {override.begin, override.end}
    instants = sorted(cut for cut in cuts if begin <= cut <= end)
    order = [rotation.id for rotation in rotations]
    walk = {number: _Walk(shifts) for number, shifts in base.items()}
    stretches = [_stretch(schedule, order, walk, overrides, first, last) for first, last in zip(instants, instants[1:], strict=False)]
    return _merged(stretches)


class _Walk:
    """The shifts of one rotation, asked for instants that only go forward."""

    def __init__(self, shifts: Sequence[Shift]) -> None:
        self.shifts, self.place = shifts, 0

    def at(self, instant: datetime) -> list[Shift]:
        while self.place < len(self.shifts) and self.shifts[self.place].end <= instant:
            self.place += 1
        found = []
        for shift in self.shifts[self.place :]:
            if shift.begin > instant:
                break
            if shift.end > instant:
                found.append(shift)
        return found


def _stretch(
    schedule: Schedule, order: Sequence[int], walk: dict[int, _Walk], overrides: Sequence[Override], begin: datetime, end: datetime
) -> Stretch:
    """Who is on duty in a part of time in which nothing changes."""
    here = [one for one in overrides if one.begin <= begin < one.end]
    whole = next((one for one in here if not one.rotations), None)
    above = [one for one in here if one.rotations and (whole is None or one.id > whole.id)]
    newest = {number: next((one for one in above if number in one.rotations), None) for number in order}
    base = {number: walk[number].at(begin) for number in order}
    rows = [_row(base[number], newest[number], whole, number, begin, end) for number in order]
    duty = _combined(rows, schedule.combination)
    if not duty and whole is not None:
        duty = [Shift(begin, end, whole.who, OVERRIDE, whole.id)]
    people = tuple(_once(shift for shift in duty if not shift.who.is_no_one))
    return Stretch(begin, end, people, is_meant=bool(duty) and not people)


def _row(base: Sequence[Shift], own: Override | None, whole: Override | None, number: int, begin: datetime, end: datetime) -> list[Shift]:
    """Who has the duty of one rotation: its own newest override for as long as that lasts, else, while it counts, that of the whole schedule or its turn."""
    if own is not None:
        return [Shift(begin, end, own.who, OVERRIDE, own.id, over=number)]
    if whole is not None and base:
        return [Shift(begin, end, whole.who, OVERRIDE, whole.id)]
    return [replace(shift, begin=begin, end=end) for shift in base]


def _combined(rows: Sequence[list[Shift]], combination: str) -> list[Shift]:
    """The shifts of all rotations at once, or in layers those of the highest one that has somebody."""
    if combination == LAYERS:
        for row in reversed(rows):
            if any(not shift.who.is_no_one for shift in row):
                return row
    return [shift for row in rows for shift in row]


def _once(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Each participant once, by his first shift."""
    known: set[Participant] = set()
    for shift in shifts:
        if shift.who not in known:
            known.add(shift.who)
            yield shift


def _same(one: Stretch, other: Stretch) -> bool:
    return one.is_meant == other.is_meant and [(s.who, s.source, s.source_id, s.over) for s in one.shifts] == [
        (s.who, s.source, s.source_id, s.over) for s in other.shifts
    ]


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours with the same people for the same reason as one."""
    merged: list[Stretch] = []
    for one in stretches:
        if merged and _same(merged[-1], one):
            before = merged.pop()
            one = Stretch(before.begin, one.end, tuple(replace(shift, begin=before.begin, end=one.end) for shift in one.shifts), one.is_meant)
        merged.append(one)
    return merged


def _joined(shifts: Iterable[Shift]) -> list[Shift]:
    """Touching shifts of the same person as one."""
    joined: list[Shift] = []
    for shift in sorted(shifts, key=lambda one: (one.begin, one.end)):
        if joined and joined[-1].who == shift.who and joined[-1].end >= shift.begin:
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, shift.end))
        else:
            joined.append(shift)
    return joined


# ---------------------------------------------------------------- questions


def on_call(schedule: Schedule, at: datetime) -> Stretch:
    """Who is on duty at an instant and why, with the true begin and end of that, as far as they lie within 400 days around."""
    for width in REACHES:
        begin, end = at - width, at + width
        found = next(one for one in final(schedule, begin, end) if one.begin <= at < one.end)
        if found.begin > begin and found.end < end:
            return found
    return found


def until(schedule: Schedule, at: datetime) -> datetime | None:
    """When other people than now, or nobody, are on duty; None when that is not within 400 days."""
    now = people_at(schedule, at)
    return next((one.begin for one in _forward(schedule, at) if one.people != now), None)


def people_at(schedule: Schedule, at: datetime) -> frozenset[Participant]:
    """Who is on duty at an instant, without the reasons."""
    return final(schedule, at, at + MOMENT)[0].people


def next_on_call(schedule: Schedule, at: datetime) -> Stretch | None:
    """The next stretch with somebody else on duty, within 400 days; None when nobody follows."""
    now = people_at(schedule, at)
    return next((one for one in _forward(schedule, at) if one.shifts and one.people != now), None)


def previous_on_call(schedule: Schedule, at: datetime) -> Stretch | None:
    """The last stretch before with somebody else on duty, within 400 days; None when there was nobody."""
    now = people_at(schedule, at)
    for width in REACHES:
        past = final(schedule, at - width, at)
        found = next((one for one in reversed(past) if one.shifts and one.people != now), None)
        if found is not None and (found.begin > at - width or width == HORIZON):
            return found
    return None


def _forward(schedule: Schedule, at: datetime) -> Iterator[Stretch]:
    """What follows an instant: the near future first, so that the far one is worked out only when it is asked for. A stretch may come twice, longer."""
    for width in REACHES:
        end = at + width
        for one in final(schedule, at, end):
            if one.end < end or width == HORIZON:
                yield one


def gaps(schedule: Schedule, begin: datetime, end: datetime) -> list[Stretch]:
    """The stretches of an interval in which nobody is on duty; `is_meant` tells those that a participant “no one” has."""
    return [one for one in final(schedule, begin, end) if not one.shifts]


def shadows(schedule: Schedule, at: datetime) -> list[Participant]:
    """Who gets copies at an instant, without duty."""
    turns = (shifts_of(rotation, at, at + MOMENT) for rotation in schedule.rotations if rotation.is_shadow)
    return sorted({shift.who for shifts in turns for shift in shifts if shift.begin <= at < shift.end and not shift.who.is_no_one})
