"""Who is on call, in schedules whose answers were worked out by hand; then the oracle, and every change of the clock in a sample of zones.

`./evenkeel prove rota` asks all zones and thousands of random schedules (ONC-02, ONC-05, RELIABILITY M8).
"""

# ruff: noqa: E501  # a schedule with its answer is one line of the table

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oncall import rota
from oncall.rota import NOBODY, Override, Participant, Restriction, Rotation, Schedule
from tests.oncall import worlds

A, B, C, D = (Participant(rota.USER, number) for number in (1, 2, 3, 4))
TEAM = Participant(rota.TEAM, 9)
NAMES = {A: "A", B: "B", C: "C", D: "D", TEAM: "team"}
SAMPLE = [
    "Europe/Oslo",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "UTC",
]
WORK = tuple(Restriction(9 * 60, 17 * 60, day, day) for day in range(5))
NIGHT = (Restriction(22 * 60, 6 * 60),)
WEEKEND = (Restriction(18 * 60, 8 * 60, 4, 0),)


def rotation(unit: str = "weekly", who: Any = (A, B), start: str = "2026-01-05 09:00", zone: str = "UTC", number: int = 1, **more: Any) -> Rotation:
    end = more.pop("end", None)
    return Rotation(
        number, f"R{number}", ZoneInfo(zone), unit, more.pop("length", 1), datetime.fromisoformat(start), tuple(who),
        end=datetime.fromisoformat(end) if end else None, **more,
    )  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def over(number: int, who: Participant, begin: str, end: str, *rotations: int) -> Override:
    return Override(number, who, at(begin), at(end), frozenset(rotations))


def of(*rotations: Rotation, overrides: Any = (), combination: str = rota.LAYERS) -> Schedule:
    return Schedule(rotations, tuple(overrides), combination)


def told(schedule: Schedule, begin: str, end: str) -> list[str]:
    """The final schedule as lines: when it begins (UTC), and who has it; what changes only the reason is not told."""
    lines: list[str] = []
    people = None
    for one in rota.final(schedule, at(begin), at(end)):
        names = "+".join(sorted(NAMES[who] for who in one.people)) or "-"
        if names != people:
            lines.append(f"{one.begin:%m-%d %H:%M} {names}")
        people = names
    return lines


DAYS_ABC = rotation("daily", (A, B, C), "2026-01-05 00:00")
PRIMARY, NIGHTS = rotation("weekly", (A,), number=1), rotation("daily", (B,), "2026-01-05 00:00", number=2, restrictions=NIGHT)
OSLO_DAILY: dict[str, Any] = {"start": "2026-03-01 02:30", "zone": "Europe/Oslo"}
OSLO_NIGHT: dict[str, Any] = {"start": "2026-03-01 00:00", "zone": "Europe/Oslo"}

# name: schedule, from, to, what it must say
TABLE: dict[str, tuple[Schedule, str, str, list[str]]] = {
    "weekly": (of(rotation()), "2026-01-05 09:00", "2026-01-26 09:00", ["01-05 09:00 A", "01-12 09:00 B", "01-19 09:00 A"]),
    "two weeks each": (of(rotation(length=2)), "2026-01-05 09:00", "2026-02-03 00:00", ["01-05 09:00 A", "01-19 09:00 B", "02-02 09:00 A"]),
    "daily": (of(DAYS_ABC), "2026-01-05 00:00", "2026-01-09 00:00", ["01-05 00:00 A", "01-06 00:00 B", "01-07 00:00 C", "01-08 00:00 A"]),
    "three days each": (of(replace(DAYS_ABC, length=3)), "2026-01-05 00:00", "2026-01-12 00:00", ["01-05 00:00 A", "01-08 00:00 B", "01-11 00:00 C"]),
    "hourly": (of(rotation("hourly", start="2026-01-05 09:30")), "2026-01-05 09:30", "2026-01-05 12:00", ["01-05 09:30 A", "01-05 10:30 B", "01-05 11:30 A"]),
    "twelve hours each": (of(rotation("hourly", length=12)), "2026-01-05 09:00", "2026-01-06 22:00", ["01-05 09:00 A", "01-05 21:00 B", "01-06 09:00 A", "01-06 21:00 B"]),
    "before it starts": (of(rotation()), "2026-01-04 00:00", "2026-01-06 00:00", ["01-04 00:00 -", "01-05 09:00 A"]),
    "after it ends": (of(rotation(end="2026-01-14 09:00")), "2026-01-12 00:00", "2026-01-20 00:00", ["01-12 00:00 A", "01-12 09:00 B", "01-14 09:00 -"]),
    "ended before": (of(rotation(end="2026-01-14 09:00")), "2026-02-12 00:00", "2026-02-20 00:00", ["02-12 00:00 -"]),
    "one follows another": (of(rotation(who=(A,), end="2026-01-14 09:00"), rotation(who=(B,), start="2026-01-14 09:00", number=2)), "2026-01-12 00:00", "2026-01-20 00:00", ["01-12 00:00 A", "01-14 09:00 B"]),
    "alone": (of(rotation(who=(A,))), "2026-01-05 09:00", "2026-12-05 09:00", ["01-05 09:00 A"]),
    "the same twice in a row": (of(rotation("daily", (A, A, B), "2026-01-05 00:00")), "2026-01-05 00:00", "2026-01-09 00:00", ["01-05 00:00 A", "01-07 00:00 B", "01-08 00:00 A"]),
    "a team": (of(rotation(who=(A, TEAM))), "2026-01-05 09:00", "2026-01-13 00:00", ["01-05 09:00 A", "01-12 09:00 team"]),
    "no one has a turn": (of(rotation(who=(A, NOBODY))), "2026-01-05 09:00", "2026-01-20 00:00", ["01-05 09:00 A", "01-12 09:00 -", "01-19 09:00 A"]),
    "no rotation at all": (of(), "2026-01-05 09:00", "2026-01-20 00:00", ["01-05 09:00 -"]),
    "working hours": (of(rotation(who=(A,), restrictions=WORK)), "2026-01-09 00:00", "2026-01-13 00:00", ["01-09 00:00 -", "01-09 09:00 A", "01-09 17:00 -", "01-12 09:00 A", "01-12 17:00 -"]),
    "over midnight": (of(rotation(who=(A,), start="2026-01-05 00:00", restrictions=NIGHT)), "2026-01-06 00:00", "2026-01-07 12:00", ["01-06 00:00 A", "01-06 06:00 -", "01-06 22:00 A", "01-07 06:00 -"]),
    "hand-over in the night": (of(rotation("daily", (A, B), "2026-01-05 00:00", restrictions=NIGHT)), "2026-01-05 12:00", "2026-01-06 23:00", ["01-05 12:00 -", "01-05 22:00 A", "01-06 00:00 B", "01-06 06:00 -", "01-06 22:00 B"]),
    "nights begin with the rotation": (of(rotation("daily", (A, B), "2026-01-05 12:00", restrictions=NIGHT)), "2026-01-05 00:00", "2026-01-07 00:00", ["01-05 00:00 -", "01-05 22:00 A", "01-06 06:00 -", "01-06 22:00 B"]),
    "over the week's end": (of(rotation(who=(A,), restrictions=WEEKEND)), "2026-01-08 00:00", "2026-01-13 00:00", ["01-08 00:00 -", "01-09 18:00 A", "01-12 08:00 -"]),
    "the week's end, hand-over inside": (of(rotation(who=(A, B), start="2026-01-04 00:00", restrictions=WEEKEND)), "2026-01-09 00:00", "2026-01-13 00:00", ["01-09 00:00 -", "01-09 18:00 A", "01-11 00:00 B", "01-12 08:00 -"]),
    "a whole week in one restriction": (of(rotation(who=(A,), restrictions=(Restriction(540, 540, 2, 2),))), "2026-01-05 09:00", "2026-01-25 00:00", ["01-05 09:00 A"]),
    "to midnight": (of(rotation(who=(A,), start="2026-01-05 00:00", restrictions=(Restriction(1080, 0),))), "2026-01-05 00:00", "2026-01-06 12:00", ["01-05 00:00 -", "01-05 18:00 A", "01-06 00:00 -"]),
    "two restrictions that touch": (of(rotation(who=(A,), start="2026-01-05 00:00", restrictions=(Restriction(0, 720), Restriction(720, 1440)))), "2026-01-05 00:00", "2026-01-09 00:00", ["01-05 00:00 A"]),
    "two restrictions that overlap": (of(rotation(who=(A,), start="2026-01-05 00:00", restrictions=(Restriction(480, 720), Restriction(600, 960)))), "2026-01-05 00:00", "2026-01-06 00:00", ["01-05 00:00 -", "01-05 08:00 A", "01-05 16:00 -"]),
    "nights above": (of(PRIMARY, NIGHTS), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A", "01-06 22:00 B", "01-07 06:00 A"]),
    "nights below": (of(NIGHTS, PRIMARY), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A"]),
    "nights together": (of(PRIMARY, NIGHTS, combination=rota.TOGETHER), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A", "01-06 22:00 A+B", "01-07 06:00 A"]),
    "a layer of no one lets through": (of(PRIMARY, rotation("daily", (NOBODY,), "2026-01-05 00:00", number=2)), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A"]),
    "a shadow has no duty": (of(PRIMARY, rotation(who=(C,), number=2, is_shadow=True)), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A"]),
    "only a shadow": (of(rotation(who=(C,), is_shadow=True)), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 -"]),
    "the same person in two rotations": (of(PRIMARY, rotation(who=(A,), number=2), combination=rota.TOGETHER), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A"]),
    "override": (of(PRIMARY, overrides=[over(1, C, "2026-01-06 14:00", "2026-01-06 18:00")]), "2026-01-06 12:00", "2026-01-07 00:00", ["01-06 12:00 A", "01-06 14:00 C", "01-06 18:00 A"]),
    "the newest override wins": (of(PRIMARY, overrides=[over(2, D, "2026-01-06 16:00", "2026-01-06 20:00"), over(1, C, "2026-01-06 14:00", "2026-01-06 18:00")]), "2026-01-06 12:00", "2026-01-07 00:00", ["01-06 12:00 A", "01-06 14:00 C", "01-06 16:00 D", "01-06 20:00 A"]),
    "an older one comes back": (of(PRIMARY, overrides=[over(1, C, "2026-01-06 13:00", "2026-01-06 20:00"), over(2, D, "2026-01-06 15:00", "2026-01-06 16:00")]), "2026-01-06 12:00", "2026-01-07 00:00", ["01-06 12:00 A", "01-06 13:00 C", "01-06 15:00 D", "01-06 16:00 C", "01-06 20:00 A"]),
    "override of nights only": (of(PRIMARY, NIGHTS, overrides=[over(1, C, "2026-01-06 22:00", "2026-01-07 06:00", 2)]), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A", "01-06 22:00 C", "01-07 06:00 A"]),
    "override of what lies below": (of(PRIMARY, NIGHTS, overrides=[over(1, C, "2026-01-06 20:00", "2026-01-07 00:00", 1)]), "2026-01-06 12:00", "2026-01-07 12:00", ["01-06 12:00 A", "01-06 20:00 C", "01-06 22:00 B", "01-07 06:00 A"]),
    "override of a rotation out of its hours": (of(PRIMARY, NIGHTS, overrides=[over(1, C, "2026-01-06 14:00", "2026-01-06 16:00", 2)]), "2026-01-06 12:00", "2026-01-06 20:00", ["01-06 12:00 A", "01-06 14:00 C", "01-06 16:00 A"]),
    "a newer one of a rotation above one of all": (of(PRIMARY, NIGHTS, overrides=[over(1, C, "2026-01-06 12:00", "2026-01-07 12:00"), over(2, D, "2026-01-06 22:00", "2026-01-07 00:00", 2)]), "2026-01-06 10:00", "2026-01-07 13:00", ["01-06 10:00 A", "01-06 12:00 C", "01-06 22:00 D", "01-07 00:00 C", "01-07 12:00 A"]),
    "one of all above an older one of a rotation": (of(PRIMARY, NIGHTS, overrides=[over(2, C, "2026-01-06 12:00", "2026-01-07 12:00"), over(1, D, "2026-01-06 22:00", "2026-01-07 00:00", 2)]), "2026-01-06 10:00", "2026-01-07 13:00", ["01-06 10:00 A", "01-06 12:00 C", "01-07 12:00 A"]),
    "override where nobody was": (of(rotation(who=(A,), restrictions=WORK), overrides=[over(1, C, "2026-01-10 00:00", "2026-01-11 00:00")]), "2026-01-09 18:00", "2026-01-11 12:00", ["01-09 18:00 -", "01-10 00:00 C", "01-11 00:00 -"]),
    "both kinds where nobody was": (of(rotation(who=(A,), restrictions=WORK), rotation(who=(B,), number=2, restrictions=WORK), overrides=[over(1, C, "2026-01-10 00:00", "2026-01-11 00:00"), over(2, D, "2026-01-10 06:00", "2026-01-10 12:00", 2)]), "2026-01-10 00:00", "2026-01-11 00:00", ["01-10 00:00 C", "01-10 06:00 D", "01-10 12:00 C"]),
    "override to no one": (of(PRIMARY, overrides=[over(1, NOBODY, "2026-01-06 14:00", "2026-01-06 18:00")]), "2026-01-06 12:00", "2026-01-07 00:00", ["01-06 12:00 A", "01-06 14:00 -", "01-06 18:00 A"]),
    "override together takes its rotation only": (of(PRIMARY, rotation(who=(B,), number=2), combination=rota.TOGETHER, overrides=[over(1, C, "2026-01-06 14:00", "2026-01-06 18:00", 2)]), "2026-01-06 12:00", "2026-01-07 00:00", ["01-06 12:00 A+B", "01-06 14:00 A+C", "01-06 18:00 A+B"]),
    "override of a person already on duty": (of(PRIMARY, overrides=[over(1, A, "2026-01-06 14:00", "2026-01-06 18:00")]), "2026-01-06 12:00", "2026-01-07 00:00", ["01-06 12:00 A"]),
    "Oslo, weekly over spring": (of(rotation(start="2026-03-23 09:00", zone="Europe/Oslo")), "2026-03-23 08:00", "2026-04-01 00:00", ["03-23 08:00 A", "03-30 07:00 B"]),
    "Oslo, hand-over in the skipped hour": (of(rotation("daily", **OSLO_DAILY)), "2026-03-28 01:30", "2026-03-30 12:00", ["03-28 01:30 B", "03-29 01:00 A", "03-30 00:30 B"]),
    "Oslo, hand-over in the repeated hour": (of(rotation("daily", **OSLO_DAILY)), "2026-10-24 12:00", "2026-10-26 12:00", ["10-24 12:00 B", "10-25 00:30 A+B", "10-25 01:30 A", "10-26 01:30 B"]),
    "Oslo, night of the spring": (of(rotation("daily", (A,), restrictions=NIGHT, **OSLO_NIGHT)), "2026-03-28 12:00", "2026-03-29 12:00", ["03-28 12:00 -", "03-28 21:00 A", "03-29 04:00 -"]),
    "Oslo, night of the autumn": (of(rotation("daily", (A,), restrictions=NIGHT, **OSLO_NIGHT)), "2026-10-24 12:00", "2026-10-25 12:00", ["10-24 12:00 -", "10-24 20:00 A", "10-25 05:00 -"]),
    "Oslo, a restriction that the spring swallows": (of(rotation("daily", (A,), restrictions=(Restriction(125, 175),), **OSLO_NIGHT)), "2026-03-28 12:00", "2026-03-30 12:00", ["03-28 12:00 -", "03-30 00:05 A", "03-30 00:55 -"]),
    "Oslo, hourly through the autumn": (of(rotation("hourly", start="2026-10-25 00:00", zone="Europe/Oslo")), "2026-10-24 22:00", "2026-10-25 02:00", ["10-24 22:00 A", "10-24 23:00 B", "10-25 00:00 A", "10-25 01:00 B"]),
    "New York, autumn": (of(rotation("daily", start="2026-10-01 01:30", zone="America/New_York")), "2026-10-31 12:00", "2026-11-02 12:00", ["10-31 12:00 A", "11-01 05:30 A+B", "11-01 06:30 B", "11-02 06:30 A"]),
    "New York, spring": (of(rotation("daily", start="2026-03-01 02:30", zone="America/New_York")), "2026-03-07 12:00", "2026-03-09 12:00", ["03-07 12:00 A", "03-08 07:00 B", "03-09 06:30 A"]),
    "Lord Howe, half an hour back": (of(rotation("daily", start="2026-04-01 01:45", zone="Australia/Lord_Howe")), "2026-04-03 20:00", "2026-04-05 20:00", ["04-03 20:00 B", "04-04 14:45 A+B", "04-04 15:15 A", "04-05 15:15 B"]),
    "Apia, the day that never was": (of(rotation("daily", (A, B, C), "2011-12-26 09:00", "Pacific/Apia")), "2011-12-28 19:00", "2012-01-01 00:00", ["12-28 19:00 C", "12-29 19:00 A", "12-30 10:00 B", "12-30 19:00 C", "12-31 19:00 A"]),
    "Casablanca, back for Ramadan": (of(rotation("daily", start="2026-02-10 02:30", zone="Africa/Casablanca")), "2026-02-14 12:00", "2026-02-16 12:00", ["02-14 12:00 A", "02-15 01:30 A+B", "02-15 02:30 B", "02-16 02:30 A"]),
    "Kathmandu, a quarter of an hour": (of(rotation("daily", start="2026-01-05 09:00", zone="Asia/Kathmandu")), "2026-01-05 03:15", "2026-01-07 03:15", ["01-05 03:15 A", "01-06 03:15 B"]),
    "two zones follow the sun": (of(rotation("daily", (A,), "2026-01-05 08:00", "Asia/Tokyo", restrictions=(Restriction(480, 1200),)), rotation("daily", (B,), "2026-01-05 08:00", "America/New_York", 2, restrictions=(Restriction(480, 1200),))), "2026-01-06 00:00", "2026-01-07 02:00", ["01-06 00:00 B", "01-06 01:00 A", "01-06 11:00 -", "01-06 13:00 B", "01-07 01:00 A"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_answers_worked_out_by_hand(name: str) -> None:
    schedule, begin, end, expected = TABLE[name]
    assert told(schedule, begin, end) == expected


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 40


def test_a_shift_says_where_it_comes_from() -> None:
    schedule = of(
        PRIMARY, NIGHTS, overrides=[over(7, C, "2026-01-06 22:00", "2026-01-07 06:00", 2), over(8, D, "2026-01-08 00:00", "2026-01-09 00:00")]
    )
    shifts = [rota.on_call(schedule, at(text)).shifts[0] for text in ("2026-01-06 12:00", "2026-01-06 23:00", "2026-01-08 12:00")]
    assert [(one.source, one.source_id, one.over) for one in shifts] == [("rotation", 1, None), ("override", 7, 2), ("override", 8, None)]


def test_on_call_tells_the_whole_of_a_long_turn() -> None:
    found = rota.on_call(of(rotation(length=6)), at("2026-01-20 00:00"))
    assert (found.begin, found.end) == (at("2026-01-05 09:00"), at("2026-02-16 09:00"))


def test_the_boundary_belongs_to_the_next() -> None:
    schedule, edge = of(rotation()), at("2026-01-12 09:00")
    following, before = rota.next_on_call(schedule, edge), rota.previous_on_call(schedule, edge)
    assert rota.on_call(schedule, edge).people == frozenset({B})
    assert following is not None and (following.people, following.begin, following.end) == (
        frozenset({A}),
        at("2026-01-19 09:00"),
        at("2026-01-26 09:00"),
    )
    assert before is not None and (before.people, before.end) == (frozenset({A}), edge)


def test_next_and_previous_pass_over_the_hours_with_nobody() -> None:
    schedule = of(rotation("daily", (A, B), "2026-01-05 00:00", restrictions=(Restriction(540, 1020),)))
    noon, night = at("2026-01-06 12:00"), at("2026-01-06 20:00")
    assert [one and one.people for one in (rota.next_on_call(schedule, noon), rota.previous_on_call(schedule, noon))] == [
        frozenset({A}),
        frozenset({A}),
    ]
    assert [one and one.people for one in (rota.next_on_call(schedule, night), rota.previous_on_call(schedule, night))] == [
        frozenset({A}),
        frozenset({B}),
    ]


def test_next_of_a_turn_longer_than_a_quarter() -> None:
    following = rota.next_on_call(of(rotation(length=20)), at("2026-01-06 00:00"))
    assert following is not None and (following.people, following.begin) == (frozenset({B}), at("2026-05-25 09:00"))


def test_nobody_follows_somebody_who_is_alone() -> None:
    schedule = of(PRIMARY)
    assert (rota.next_on_call(schedule, at("2026-02-01 00:00")), rota.previous_on_call(schedule, at("2026-02-01 00:00"))) == (None, None)
    assert rota.until(schedule, at("2026-02-01 00:00")) is None


def test_until_looks_at_people_and_not_at_reasons() -> None:
    schedule = of(rotation(), overrides=[over(1, A, "2026-01-07 00:00", "2026-01-08 00:00")])
    assert rota.until(schedule, at("2026-01-06 00:00")) == at("2026-01-12 09:00")


def test_a_hole_on_purpose_is_told_from_one_by_mistake() -> None:
    schedule = of(rotation("daily", (A, NOBODY), "2026-01-05 00:00", end="2026-01-07 00:00"))
    assert [(one.begin.day, one.is_meant) for one in rota.gaps(schedule, at("2026-01-05 00:00"), at("2026-01-08 00:00"))] == [(6, True), (7, False)]


def test_shadows_get_copies() -> None:
    schedule = of(PRIMARY, rotation(who=(C, NOBODY), number=2, is_shadow=True))
    assert [rota.shadows(schedule, at(text)) for text in ("2026-01-06 00:00", "2026-01-13 00:00")] == [[C], []]


@pytest.mark.parametrize(
    "wrong", [{"who": ()}, {"length": 0}, {"unit": "monthly"}, {"start": "2026-01-05 09:00+00:00"}], ids=["nobody", "length", "unit", "zone"]
)
def test_a_rotation_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        rotation(**wrong)


def test_an_interval_goes_forward() -> None:
    with pytest.raises(ValueError, match="interval"):
        rota.final(of(PRIMARY), at("2026-01-06 00:00"), at("2026-01-06 00:00"))


def test_a_year_of_hourly_restricted_turns_is_quick() -> None:
    schedule = of(rotation("hourly", (A, B), restrictions=(Restriction(0, 720), Restriction(780, 1440))))
    begun = process_time()  # what others do on this machine is not counted
    assert rota.final(schedule, at("2026-02-01 00:00"), at("2027-02-01 00:00"))
    assert process_time() - begun < 5


@pytest.mark.parametrize("name", SAMPLE)
def test_no_uncovered_minute_around_a_change_of_the_clock(name: str) -> None:
    zone = ZoneInfo(name)
    changes = list(worlds.transitions(zone, last=datetime(2026, 1, 1, tzinfo=UTC))) or [datetime(2024, 2, 29, tzinfo=UTC)]
    assert [line for moment in changes for kind in worlds.KINDS for line in worlds.wrong_around(zone, moment, kind)] == []


@pytest.mark.parametrize("name", SAMPLE)
def test_random_schedules_agree_with_the_oracle(name: str) -> None:
    zone = ZoneInfo(name)
    moment = next(worlds.transitions(zone, datetime(2026, 9, 1, tzinfo=UTC)), datetime(2026, 11, 1, tzinfo=UTC))
    wrong = [line for seed in range(25) for line in worlds.wrong_in_mixed(seed, zone, moment + timedelta(minutes=seed * 37 - 400))]
    assert wrong == []
