"""Priority from impact and urgency. Pure: no database, no Django.

Impact 1 Extensive, 2 Significant, 3 Moderate, 4 Minor; urgency 1 Critical, 2 High, 3 Medium, 4 Low; priority 1 (highest) to 5.
The default matrix is the one of JSM Data Center (TAXONOMY section 5); "Go with the higher priority level" decides what is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Matrix = Mapping[tuple[int, int], int]

_ROWS = {1: (1, 1, 2, 3), 2: (1, 2, 3, 4), 3: (2, 3, 4, 5), 4: (3, 4, 5, 5)}
DEFAULT_MATRIX: dict[tuple[int, int], int] = {(impact, urgency): row[urgency - 1] for impact, row in _ROWS.items() for urgency in (1, 2, 3, 4)}

MATRIX, UNKNOWN = "matrix", "unknown"
HIGHEST, LOWEST = 1, 5


@dataclass(frozen=True, slots=True)
class Computed:
    """A priority and where it comes from: `matrix`, or `unknown` when a value was missing and the higher priority was taken.

    base: what the matrix alone gives. applied: the rules that moved it, each with its levels.
    """

    priority: int
    source: str
    base: int = 0
    applied: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Modifier:
    """A rule as arithmetic: it moves the priority by `levels` (positive is up) when all that it names is true."""

    name: str
    levels: int
    is_for_vip: bool = False
    tier: int | None = None
    is_inside_hours: bool | None = None

    def applies(self, *, is_vip: bool, tier: int | None, is_inside: bool) -> bool:
        """is_inside: the ticket was reported inside the hours of this rule's calendar."""
        if self.is_for_vip and not is_vip:
            return False
        if self.tier is not None and (tier is None or tier > self.tier):
            return False
        return self.is_inside_hours is None or self.is_inside_hours == is_inside


def compute(matrix: Matrix, impact: int | None, urgency: int | None, applied: Sequence[Modifier] = ()) -> Computed:
    """The priority of a ticket. A missing value, or a cell the matrix lacks, takes the highest priority that is still possible.

    applied: the rules that apply; together they move the matrix's priority, never beyond P1 or P5.
    """
    if impact is not None and urgency is not None and (impact, urgency) in matrix:
        base, source = matrix[impact, urgency], MATRIX
    else:
        possible = [level for (row, column), level in matrix.items() if (impact is None or row == impact) and (urgency is None or column == urgency)]
        base, source = min(possible, default=HIGHEST), UNKNOWN
    moved = base - sum(rule.levels for rule in applied)
    return Computed(min(max(moved, HIGHEST), LOWEST), source, base, tuple((rule.name, rule.levels) for rule in applied))


def faults(matrix: Matrix) -> list[tuple[int, int]]:
    """Cells that give a lower priority to more impact or more urgency than their neighbour: the matrix should not do that."""
    wrong = []
    for (impact, urgency), level in sorted(matrix.items()):
        if level > matrix.get((impact + 1, urgency), LOWEST) or level > matrix.get((impact, urgency + 1), LOWEST):
            wrong.append((impact, urgency))
    return wrong


USERS = ((1000, 1), (100, 2), (10, 3))


def suggest_impact(users: int, *, is_financial: bool = False, is_security: bool = False, is_compliance: bool = False) -> tuple[int, list[str]]:
    """An impact for what is known (PRI-03), with the names of the reasons: users, financial, security, compliance.

    1,000 people or more are extensive, 100 significant, 10 moderate. Security or compliance make it at least significant, money at least
    moderate; two of the three at once, one level more.
    """
    impact = next((level for least, level in USERS if users >= least), 4)
    reasons = ["users"] if users else []
    flags = [("security", is_security, 2), ("compliance", is_compliance, 2), ("financial", is_financial, 3)]
    worst = [level for _name, is_set, level in flags if is_set]
    reasons += [name for name, is_set, _level in flags if is_set]
    if worst:
        impact = min(impact, min(worst) - (1 if len(worst) > 1 else 0))
    return max(impact, 1), reasons
