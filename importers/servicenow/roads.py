"""How to get from one status to another along the workflow in force."""

from collections import deque
from dataclasses import dataclass, field

from common import errors
from workflows import queries as workflows
from workflows.models import Status, Transition


@dataclass(slots=True)
class Roads:
    """The moves of a kind's workflow, read once for many tickets."""

    statuses: dict[str, Status]
    exits: dict[int, list[Transition]]
    kept: dict[tuple[int, int], list[Transition] | None] = field(default_factory=dict)

    def between(self, status_id: int, key: str) -> list[Transition] | None:
        """The fewest moves from a status to the one with that key, none when it is there already; None when no road leads there.

        A road never ends a ticket on the way to a status in which it is open, and never cancels it.
        """
        target = self.statuses[key]
        if (status_id, target.pk) not in self.kept:
            self.kept[status_id, target.pk] = self._found(status_id, target)
        return self.kept[status_id, target.pk]

    def around(self, status_id: int) -> list[Transition] | None:
        """The fewest moves that leave a status and come back to it: on hold for one reason, then for another."""
        roads = [
            [move, *back]
            for move in self.exits.get(status_id, [])
            if move.target.category != Status.DONE and (back := self.between(move.target_id, move.source.key)) is not None
        ]
        return min(roads, key=len, default=None)

    def _found(self, status_id: int, target: Status) -> list[Transition] | None:
        reached: dict[int, list[Transition]] = {status_id: []}
        waiting = deque([status_id])
        while waiting:
            here = waiting.popleft()
            if here == target.pk:
                return reached[here]
            for move in self.exits.get(here, []):
                is_end = move.target.category == Status.DONE and target.category != Status.DONE
                if move.target_id not in reached and not is_end and move.verb != "cancel":
                    reached[move.target_id] = [*reached[here], move]
                    waiting.append(move.target_id)
        return None


def roads(kind: str, wanted: set[str]) -> Roads:
    """The roads of the workflow in force. Raises Conflict when it lacks one of the wanted statuses."""
    workflow = workflows.in_force(kind)
    statuses = {status.key: status for status in workflows.statuses_with(workflow)} if workflow else {}
    if workflow is None or wanted - statuses.keys():
        raise errors.Conflict(f"The workflow of {kind} needs the statuses {', '.join(sorted(wanted - statuses.keys()))}.")
    exits: dict[int, list[Transition]] = {}
    for move in workflows.moves_of(workflow):
        exits.setdefault(move.source_id, []).append(move)
    return Roads(statuses, exits)
