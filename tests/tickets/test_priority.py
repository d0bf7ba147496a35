"""The priority matrix."""

from typing import Any

import pytest

from tickets import priority


def test_default_matrix_is_complete_and_monotone() -> None:
    matrix = priority.DEFAULT_MATRIX
    assert len(matrix) == 16
    for (impact, urgency), level in matrix.items():
        assert level <= matrix.get((impact + 1, urgency), 5)
        assert level <= matrix.get((impact, urgency + 1), 5)


@pytest.mark.parametrize(
    ("impact", "urgency", "expected"),
    [(1, 1, 1), (1, 2, 1), (1, 4, 3), (2, 3, 3), (4, 1, 3), (4, 4, 5)],
)
def test_matrix_gives_the_priority(impact: int, urgency: int, expected: int) -> None:
    assert priority.compute(priority.DEFAULT_MATRIX, impact, urgency) == priority.Computed(expected, priority.MATRIX, expected)


@pytest.mark.parametrize(("impact", "urgency", "expected"), [(None, 3, 2), (None, 1, 1), (4, None, 3), (None, None, 1)])
def test_unknown_takes_the_higher_priority(impact: int | None, urgency: int | None, expected: int) -> None:
    assert priority.compute(priority.DEFAULT_MATRIX, impact, urgency) == priority.Computed(expected, priority.UNKNOWN, expected)


def modifier(name: str, levels: int, **more: object) -> priority.Modifier:
    return priority.Modifier(name, levels, **more)  # type: ignore[arg-type]  # columns of a rule


def test_rules_move_the_matrix_but_never_beyond_its_ends() -> None:
    vip, night = modifier("VIP", 1), modifier("Night", -2)
    assert priority.compute(priority.DEFAULT_MATRIX, 3, 3, [vip]) == priority.Computed(3, "matrix", 4, (("VIP", 1),))
    assert priority.compute(priority.DEFAULT_MATRIX, 1, 1, [vip, vip]).priority == 1
    assert priority.compute(priority.DEFAULT_MATRIX, 4, 4, [night]).priority == 5


@pytest.mark.parametrize(
    ("rule", "facts", "applies"),
    [
        (modifier("v", 1, is_for_vip=True), {"is_vip": False, "tier": 1, "is_inside": True}, False),
        (modifier("v", 1, is_for_vip=True), {"is_vip": True, "tier": None, "is_inside": True}, True),
        (modifier("t", 1, tier=1), {"is_vip": True, "tier": None, "is_inside": True}, False),
        (modifier("t", 1, tier=1), {"is_vip": False, "tier": 2, "is_inside": True}, False),
        (modifier("t", 1, tier=2), {"is_vip": False, "tier": 1, "is_inside": True}, True),
        (modifier("h", 1, is_inside_hours=False), {"is_vip": False, "tier": 1, "is_inside": True}, False),
    ],
)
def test_a_rule_applies_when_all_it_names_is_true(rule: priority.Modifier, facts: dict[str, Any], applies: bool) -> None:
    assert rule.applies(**facts) is applies


@pytest.mark.parametrize(
    ("users", "flags", "impact"),
    [
        (0, [], 4),
        (9, [], 4),
        (10, [], 3),
        (100, [], 2),
        (1000, [], 1),
        (5, ["is_financial"], 3),
        (5, ["is_security"], 2),
        (5, ["is_security", "is_compliance"], 1),
    ],
)
def test_the_impact_helper(users: int, flags: list[str], impact: int) -> None:
    assert priority.suggest_impact(users, **dict.fromkeys(flags, True))[0] == impact


def test_a_matrix_that_gives_less_to_more_is_found() -> None:
    assert priority.faults(priority.DEFAULT_MATRIX) == []
    assert priority.faults({**priority.DEFAULT_MATRIX, (1, 1): 5}) == [(1, 1)]
