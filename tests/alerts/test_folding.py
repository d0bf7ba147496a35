"""Folding events into steps."""

from datetime import UTC, datetime, timedelta

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


def test_old_firings_and_late_recoveries() -> None:
    assert folding.is_old_firing(T0, T0)
    assert not folding.is_old_firing(T0 + timedelta(seconds=1), T0)
    assert not folding.is_old_firing(None, T0)
    assert not folding.is_old_firing(T0, None)
    assert folding.closes(None, T0)
    assert not folding.closes(T0 - timedelta(seconds=1), T0)
