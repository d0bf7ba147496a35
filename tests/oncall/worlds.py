"""Schedules of every kind around changes of the clock, and what is wrong with the answers to them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall import rota
from oncall.rota import Override, Participant, Restriction, Rotation, Schedule
from tests.oncall import oracle

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
ANN, BEN, CAT = (Participant(rota.USER, number) for number in (1, 2, 3))
ALL_DAY = (
    (Restriction(0, 0),),
    (Restriction(0, 720), Restriction(720, 0)),
    (Restriction(150, 150),),
    (Restriction(1320, 360), Restriction(360, 1320)),
    (Restriction(150, 150, 6, 2), Restriction(150, 150, 2, 6)),
)
KINDS = [
    *((unit, length, hand_over, ()) for unit, length in (("hourly", 1), ("hourly", 7), ("daily", 1), ("daily", 3), ("weekly", 1)) for hand_over in (0, 150, 540)),
    *((unit, 1, 150, restrictions) for unit in ("hourly", "daily", "weekly") for restrictions in ALL_DAY),
]  # fmt: skip


def transitions(zone: ZoneInfo, first: datetime = FIRST, last: datetime = LAST) -> Iterator[datetime]:
    """The instants at which the clock of a zone changes."""
    day = first
    while day < last:
        after = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = day, after
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset() else (low, middle)
            yield high
        day = after


def covered(zone: ZoneInfo, at: datetime, kind: tuple[str, int, int, tuple[Restriction, ...]]) -> Schedule:
    """A schedule that somebody has every minute, begun a while before a change of the clock."""
    unit, length, hand_over, restrictions = kind
    day = (at - timedelta(days=23)).date()
    start = datetime(day.year, day.month, day.day) + timedelta(minutes=hand_over)
    return Schedule((Rotation(1, "Primary", zone, unit, length, start, (ANN, BEN, CAT), restrictions=restrictions),))


def wrong_around(zone: ZoneInfo, at: datetime, kind: tuple[str, int, int, tuple[Restriction, ...]]) -> list[str]:
    """What breaks the promise around a change of the clock: a hole, an overlap out of a repeated hour, an answer that the oracle does not give."""
    schedule, found = covered(zone, at, kind), []
    begin, end = at - timedelta(days=2), at + timedelta(days=2)
    stretches = rota.final(schedule, begin, end)
    edges = [begin, *(one.end for one in stretches)]
    if edges[-1] != end or [one.begin for one in stretches] != edges[:-1]:
        found.append("the stretches do not fill the interval")
    for one in stretches:
        if not one.shifts:
            found.append(f"nobody from {one.begin} to {one.end}")
        shown = one.begin.astimezone(zone).replace(tzinfo=None)
        is_repeated = shown.replace(tzinfo=zone, fold=0).utcoffset() != shown.replace(tzinfo=zone, fold=1).utcoffset()
        if len(one.shifts) > 1 and not is_repeated:
            found.append(f"{len(one.shifts)} people at {one.begin}")
        for instant in (one.begin, one.end - timedelta(minutes=1)):
            found += differs(schedule, instant, set(one.people))
    return [f"{zone.key} {at:%Y-%m-%d} {kind}: {line}" for line in found]


def differs(schedule: Schedule, instant: datetime, said: set[Participant]) -> list[str]:
    expected = oracle.on_duty(schedule, instant)
    return [] if said == expected else [f"at {instant} the rota says {sorted(said)}, the oracle {sorted(expected)}"]


def mixed(seed: int, zone: ZoneInfo, at: datetime) -> Schedule:
    """A random schedule around an instant: layers or together, restrictions, ends, shadows, no ones, overrides of all and of some rotations."""
    chance = random.Random(seed)
    people = [*(Participant(rota.USER, number) for number in range(1, 6)), Participant(rota.TEAM, 1), rota.NOBODY]
    rotations = []
    for number in range(1, chance.randint(1, 4) + 1):
        begun = at.replace(tzinfo=None, hour=0, minute=0, second=0) - timedelta(days=chance.randint(-3, 60))
        start = begun + timedelta(minutes=30 * chance.randint(0, 47))
        rotations.append(
            Rotation(
                number, f"R{number}", zone, chance.choice(["hourly", "daily", "weekly"]), chance.choice([1, 1, 2, 3, 5, 12]), start,
                tuple(chance.choices(people, k=chance.randint(1, 5))), chance.choice([None, None, start + timedelta(days=chance.randint(1, 70))]),
                tuple(_restriction(chance) for _one in range(chance.choice([0, 0, 1, 2, 3]))), chance.random() < 0.1,
            )
        )  # fmt: skip
    overrides = []
    for number in range(1, chance.randint(0, 6) + 1):
        begin = at.replace(second=0, microsecond=0) + timedelta(minutes=chance.randint(-8000, 8000))
        some = frozenset(chance.sample(range(1, 5), chance.randint(1, 2))) if chance.random() < 0.5 else frozenset()
        overrides.append(Override(number, chance.choice(people), begin, begin + timedelta(minutes=chance.randint(1, 5000)), some))
    return Schedule(tuple(rotations), tuple(overrides), chance.choice([rota.LAYERS, rota.TOGETHER]))


def _restriction(chance: random.Random) -> Restriction:
    start, end = 30 * chance.randint(0, 47), 30 * chance.randint(0, 47)
    return Restriction(start, end) if chance.random() < 0.6 else Restriction(start, end, chance.randint(0, 6), chance.randint(0, 6))


def wrong_in_mixed(seed: int, zone: ZoneInfo, at: datetime) -> list[str]:
    """Where the rota and the oracle differ in a random schedule, in its final shifts and in the questions about it."""
    schedule, found = mixed(seed, zone, at), []
    for one in rota.final(schedule, at - timedelta(days=6), at + timedelta(days=6)):
        for instant in {one.begin, one.end - timedelta(minutes=1)}:
            found += differs(schedule, instant, set(one.people))
    here = rota.on_call(schedule, at)
    if not here.begin <= at < here.end or set(here.people) != oracle.on_duty(schedule, at):
        found.append("on_call differs")
    following, before = rota.next_on_call(schedule, at), rota.previous_on_call(schedule, at)
    for stretch in (following, before):
        if stretch is not None:
            found += differs(schedule, stretch.begin if stretch is following else stretch.end - timedelta(minutes=1), set(stretch.people))
            if stretch.people == here.people or not stretch.people:
                found.append("next or previous is not somebody else")
    return [f"seed {seed} {zone.key} {at}: {line}" for line in found]
