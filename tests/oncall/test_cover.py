"""Overrides, and asking for cover: ask, offer, swap, accept, decline, withdraw (ONC-03)."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from accounts.models import User
from common import clock, errors
from journal.models import Entry
from oncall import queries
from oncall.actions import cover, schedules
from oncall.models import CoverRequest, Override, Schedule
from tests.oncall.conftest import NOON

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with clock.shifted(NOON):
        yield


def on_call(schedule: Schedule, at: Any) -> list[User]:
    return queries.people_on_call(schedule, at)


def test_a_member_takes_over_and_gives_it_back(schedule: Schedule, lead: User, resolver: User) -> None:
    override = cover.add_override(schedule, resolver, NOON + HOUR, NOON + 3 * HOUR, actor=resolver)
    assert [on_call(schedule, NOON + hours * HOUR) for hours in (0, 1, 2, 3)] == [[lead], [resolver], [resolver], [lead]]
    for _time in range(2):
        cover.cancel_override(override, actor=resolver)
    assert on_call(schedule, NOON + HOUR) == [lead]
    assert Entry.objects.filter(event="override.canceled").count() == 1


def test_the_same_override_twice_is_one(schedule: Schedule, resolver: User) -> None:
    made = [cover.add_override(schedule, resolver, NOON, NOON + HOUR, actor=resolver) for _time in range(2)]
    assert made[0] == made[1] and Entry.objects.filter(event="override.created").count() == 1


def test_the_same_again_over_a_newer_one_counts_again(schedule: Schedule, lead: User, resolver: User) -> None:
    for who in (resolver, lead, resolver):
        cover.add_override(schedule, who, NOON, NOON + HOUR, actor=lead)
    assert on_call(schedule, NOON) == [resolver]


@pytest.mark.parametrize(("field", "begin", "end"), [("ends_at", HOUR, HOUR), ("ends_at", -DAY, -HOUR), ("ends_at", HOUR, 500 * DAY)])
def test_wrong_times_are_told_at_the_field(schedule: Schedule, resolver: User, field: str, begin: timedelta, end: timedelta) -> None:
    with pytest.raises(errors.Invalid) as refused:
        cover.add_override(schedule, resolver, NOON + begin, NOON + end, actor=resolver)
    assert refused.value.field == field and not Override.objects.exists()


def test_who_cannot_be_put_on_call(schedule: Schedule, lead: User, resolver: User, agent: User, outsider: User) -> None:
    for actor, who in ((resolver, lead), (agent, lead), (outsider, outsider)):
        with pytest.raises(errors.Refused):
            cover.add_override(schedule, who, NOON, NOON + HOUR, actor=actor)
    resolver.is_active = False
    with pytest.raises(errors.Invalid) as refused:
        cover.add_override(schedule, resolver, NOON, NOON + HOUR, actor=lead)
    with pytest.raises(errors.Invalid) as foreign:
        cover.add_override(schedule, lead, NOON, NOON + HOUR, actor=lead, rotations=[0])
    assert (refused.value.field, foreign.value.field, Override.objects.count()) == ("user", "rotations", 0)


def test_an_alias_is_taken_once(schedule: Schedule, lead: User, resolver: User) -> None:
    cover.add_override(schedule, lead, NOON, NOON + HOUR, actor=lead, alias="party")
    with pytest.raises(errors.Invalid, match="alias"):
        cover.add_override(schedule, resolver, NOON, NOON + DAY, actor=lead, alias="party")


def test_others_cannot_cancel(schedule: Schedule, lead: User, resolver: User, agent: User) -> None:
    override = cover.add_override(schedule, lead, NOON, NOON + HOUR, actor=lead)
    with pytest.raises(errors.Refused):
        cover.cancel_override(override, actor=resolver)
    assert on_call(schedule, NOON) == [lead]


def test_a_member_accepts_what_the_team_was_asked(schedule: Schedule, lead: User, resolver: User) -> None:
    request = cover.ask(schedule, NOON + HOUR, NOON + 5 * HOUR, actor=lead)
    assert cover.ask(schedule, NOON + HOUR, NOON + 5 * HOUR, actor=lead) == request
    for _time in range(2):
        assert cover.accept(request, actor=resolver).state == CoverRequest.ACCEPTED
    assert [on_call(schedule, NOON + hours * HOUR) for hours in (0, 1, 5)] == [[lead], [resolver], [lead]]
    assert Entry.objects.filter(event="cover.accepted").count() == 1


def test_a_swap_goes_both_ways(schedule: Schedule, lead: User, resolver: User) -> None:
    swap = (NOON + WEEK, NOON + WEEK + DAY)
    request = cover.ask(schedule, NOON + DAY, NOON + 2 * DAY, actor=lead, asked=resolver, in_exchange=swap)
    cover.accept(request, actor=resolver)
    assert [on_call(schedule, at) for at in (NOON + DAY, NOON + 2 * DAY, swap[0], swap[1])] == [[resolver], [lead], [lead], [resolver]]


def test_only_the_part_that_is_the_askers_changes_hands(schedule: Schedule, lead: User, resolver: User, agent: User) -> None:
    schedules.add_rotation(
        schedule, schedules.Plan("Night", [agent], date(2026, 11, 1), time(0), restrictions=[schedules.Hours(time(22), time(6))]), actor=lead
    )
    cover.accept(cover.ask(schedule, NOON, NOON + DAY, actor=lead), actor=resolver)
    assert [on_call(schedule, NOON + hours * HOUR) for hours in (0, 9, 10, 17, 18, 24)] == [
        [resolver],
        [resolver],
        [agent],
        [agent],
        [resolver],
        [lead],
    ]


def test_together_only_the_askers_rotation_changes_hands(schedule: Schedule, lead: User, resolver: User, agent: User) -> None:
    schedules.add_rotation(schedule, schedules.Plan("Second", [agent], date(2026, 11, 1), time(0)), actor=lead)
    schedule = schedules.change(schedule, actor=lead, combination="together")
    cover.accept(cover.ask(schedule, NOON, NOON + HOUR, actor=lead, asked=resolver), actor=resolver)
    assert on_call(schedule, NOON) == [resolver, agent]


def test_who_may_answer(schedule: Schedule, lead: User, resolver: User, agent: User, outsider: User) -> None:
    request = cover.ask(schedule, NOON + HOUR, NOON + 2 * HOUR, actor=lead, asked=resolver)
    for actor in (lead, agent, outsider):
        with pytest.raises(errors.Refused):
            cover.accept(request, actor=actor)
        with pytest.raises(errors.Refused):
            cover.decline(request, actor=actor)
    assert cover.decline(request, actor=resolver).state == CoverRequest.DECLINED
    with pytest.raises(errors.Conflict):
        cover.accept(request, actor=resolver)
    assert not Override.objects.exists()


def test_nobody_declines_for_the_team_and_the_asker_withdraws(schedule: Schedule, lead: User, resolver: User, agent: User) -> None:
    request = cover.ask(schedule, NOON + HOUR, NOON + 2 * HOUR, actor=lead)
    with pytest.raises(errors.Refused):
        cover.decline(request, actor=resolver)
    with pytest.raises(errors.Refused):
        cover.withdraw(request, actor=agent)
    for _time in range(2):
        assert cover.withdraw(request, actor=lead).state == CoverRequest.WITHDRAWN
    with pytest.raises(errors.Conflict):
        cover.accept(request, actor=resolver)


def test_what_cannot_be_asked(schedule: Schedule, lead: User, resolver: User, outsider: User) -> None:
    wrong: list[tuple[str, User, dict[str, Any]]] = [
        ("starts_at", resolver, {}), ("asked", lead, {"asked": lead}), ("asked", lead, {"asked": outsider}), ("asked", lead, {"in_exchange": (NOON, NOON + DAY)}),
        ("swap_starts_at", lead, {"asked": resolver, "in_exchange": (NOON, NOON + DAY)}), ("swap_ends_at", lead, {"asked": resolver, "in_exchange": (NOON, NOON)}),
    ]  # fmt: skip
    for field, actor, columns in wrong:
        with pytest.raises(errors.Invalid) as refused:
            cover.ask(schedule, NOON + HOUR, NOON + 2 * HOUR, actor=actor, **columns)
        assert refused.value.field == field
    assert not CoverRequest.objects.exists()


def test_nothing_is_left_to_take_over(schedule: Schedule, lead: User, resolver: User) -> None:
    request = cover.ask(schedule, NOON + HOUR, NOON + 2 * HOUR, actor=lead)
    cover.add_override(schedule, resolver, NOON, NOON + DAY, actor=lead)
    with pytest.raises(errors.Conflict, match="no longer on call"):
        cover.accept(request, actor=resolver)


def test_a_request_that_is_past_cannot_be_taken(schedule: Schedule, lead: User, resolver: User) -> None:
    request = cover.ask(schedule, NOON + HOUR, NOON + 2 * HOUR, actor=lead)
    with clock.shifted(NOON + 3 * HOUR), pytest.raises(errors.Conflict, match="past"):
        cover.accept(request, actor=resolver)
