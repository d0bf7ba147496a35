"""2,000 random histories against the oracle; `./evenkeel prove sla` runs 100,000."""

import pytest

from tests.sla import histories

SUITE, PARTS = 2_000, 4


@pytest.mark.parametrize("part", range(PARTS))
def test_the_clock_agrees_with_the_oracle_to_the_second(part: int) -> None:
    wrong = [line for number in range(part, SUITE, PARTS) for line in histories.differences(number)]
    assert wrong == []
