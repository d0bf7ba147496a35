"""Folding events into steps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import folding
from alerts.normal import CLOSE, OPEN, Event

T0 = datetime(2026, 11, 22, tzinfo=UTC)


def event(kind: str, alias: str = "a", start: int | None = None) -> Event:
    return Event(kind=kind, alias=alias, message="m", starts_at=None if start is None else T0 + timedelta(hours=start))


def folded(*events: Event) -> list[dict[str, tuple[str, int]]]:
    waves = folding.waves([(one, 1, T0 + timedelta(seconds=number)) for number, one in enumerate(events)])
    return [{alias: (step.event.kind, step.count) for alias, step in wave.items()} for wave in waves]


def test_duplicates_become_one_step() -> None:
    assert folded(*[event(OPEN)] * 50) == [{"a": (OPEN, 50)}]


def test_each_change_is_a_wave_of_its_own() -> None:
    events = [event(OPEN, "a"), event(OPEN, "b"), event(CLOSE, "a"), event(OPEN, "a"), event(OPEN, "a")]
    assert folded(*events) == [{"a": (OPEN, 1), "b": (OPEN, 1)}, {"a": (CLOSE, 1)}, {"a": (OPEN, 2)}]


def test_two_firings_of_one_alias_stay_apart() -> None:
    assert folded(event(OPEN, start=1), event(OPEN, start=1), event(OPEN, start=2)) == [{"a": (OPEN, 2)}, {"a": (OPEN, 1)}]


@given(st.lists(st.tuples(st.sampled_from([OPEN, CLOSE]), st.sampled_from("abc"), st.sampled_from([None, 1, 2]))))
def test_nothing_is_lost_and_each_alias_keeps_its_order(parts: list[tuple[str, str, int | None]]) -> None:
    events = [event(kind, alias, start) for kind, alias, start in parts]
    waves = folding.waves([(one, 1, T0) for one in events])
    assert sum(step.count for wave in waves for step in wave.values()) == len(events)
    for alias in "abc":
        told = [(one.kind, one.starts_at) for one in events if one.alias == alias]
        kept = [(step.event.kind, step.event.starts_at) for wave in waves if (step := wave.get(alias)) for _each in range(step.count)]
        assert kept == told


NOW = T0 + timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "past_start", "recovered_seconds_ago", "is_old"),
    [
        (0, 0, None, True),  # a person closed it, the tool still fires
        (-1, 0, None, True),  # the same, moved back by a merge
        (1, 0, None, False),
        (None, 0, None, False),
        (0, None, None, False),
        (0, 0, 3, True),  # the order of delivery is chance
        (0, 0, 60, False),  # Alertmanager lost Prometheus and found it again
    ],
)
def test_which_firings_are_old(start: int | None, past_start: int | None, recovered_seconds_ago: int | None, is_old: bool) -> None:
    def hour(number: int | None) -> datetime | None:
        return None if number is None else T0 + timedelta(hours=number)

    recovered_at = None if recovered_seconds_ago is None else NOW - timedelta(seconds=recovered_seconds_ago)
    assert folding.is_old_firing(hour(start), NOW, folding.Past(1, hour(past_start), recovered_at)) is is_old


@pytest.mark.parametrize(
    ("start", "end", "alert_start", "closes"),
    [(0, 5, 1, True), (0, 0, 1, False), (0, None, 1, False), (1, None, 1, True), (None, None, 1, True), (0, 0, None, True)],
)
def test_which_recoveries_close(start: int | None, end: int | None, alert_start: int | None, closes: bool) -> None:
    def hour(number: int | None) -> datetime | None:
        return None if number is None else T0 + timedelta(hours=number)

    recovery = Event(CLOSE, "a", "m", starts_at=hour(start), ended_at=hour(end))
    assert folding.closes(recovery, hour(alert_start)) is closes
