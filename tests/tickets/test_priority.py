"""The priority matrix."""

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
    assert priority.compute(priority.DEFAULT_MATRIX, impact, urgency) == priority.Computed(expected, priority.MATRIX)


@pytest.mark.parametrize(("impact", "urgency", "expected"), [(None, 3, 2), (None, 1, 1), (4, None, 3), (None, None, 1)])
def test_unknown_takes_the_higher_priority(impact: int | None, urgency: int | None, expected: int) -> None:
    assert priority.compute(priority.DEFAULT_MATRIX, impact, urgency) == priority.Computed(expected, priority.UNKNOWN)
