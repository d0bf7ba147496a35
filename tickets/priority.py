"""Priority from impact and urgency. Pure: no database, no Django.

Impact 1 Extensive, 2 Significant, 3 Moderate, 4 Minor; urgency 1 Critical, 2 High, 3 Medium, 4 Low; priority 1 (highest) to 5.
The default matrix is the one of JSM Data Center (TAXONOMY section 5); "Go with the higher priority level" decides what is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Matrix = Mapping[tuple[int, int], int]

_ROWS = {1: (1, 1, 2, 3), 2: (1, 2, 3, 4), 3: (2, 3, 4, 5), 4: (3, 4, 5, 5)}
DEFAULT_MATRIX: dict[tuple[int, int], int] = {(impact, urgency): row[urgency - 1] for impact, row in _ROWS.items() for urgency in (1, 2, 3, 4)}

MATRIX, UNKNOWN = "matrix", "unknown"


@dataclass(frozen=True, slots=True)
class Computed:
    """A priority and where it comes from: `matrix`, or `unknown` when a value was missing and the higher priority was taken."""

    priority: int
    source: str


def compute(matrix: Matrix, impact: int | None, urgency: int | None) -> Computed:
    """The priority of a ticket. A missing value, or a cell the matrix lacks, takes the highest priority that is still possible."""
    if impact is not None and urgency is not None and (impact, urgency) in matrix:
        return Computed(matrix[impact, urgency], MATRIX)
    possible = [
        priority for (row, column), priority in matrix.items() if (impact is None or row == impact) and (urgency is None or column == urgency)
    ]
    return Computed(min(possible, default=1), UNKNOWN)
