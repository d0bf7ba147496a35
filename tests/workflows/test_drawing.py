"""The picture of a workflow: no line through a box, no two words on each other."""

import itertools
import random
import re

from workflows import drawing
from workflows.defaults import INCIDENT


def moves_of_plan() -> list[tuple[str, tuple[str, ...], str]]:
    return [(move.name, move.sources, move.target) for move in INCIDENT.moves]


def check(drawn: drawing.Drawing) -> None:
    words = [(route.x - len(route.name) * drawing.LETTER / 2, route.x + len(route.name) * drawing.LETTER / 2, route.y) for route in drawn.routes]
    for one, other in itertools.combinations(words, 2):
        assert abs(one[2] - other[2]) > drawing.LANE - 1 or one[1] <= other[0] or other[1] <= one[0]
    assert all(low >= -0.1 and high <= drawn.width + 0.1 for low, high, _y in words)
    top, bottom = drawn.boxes[0].y, drawn.boxes[0].y + drawing.HEIGHT
    for route in drawn.routes:
        for path in route.paths:
            heights = [float(y) for y in re.findall(r"V(-?[\d.]+)", path)]
            assert all(0 <= y <= top if route.is_above else bottom <= y <= drawn.height for y in heights)
            begin = float(path[1:].split()[0])
            assert sum(box.x <= begin <= box.x + drawing.BOX for box in drawn.boxes) == 1


def test_the_workflow_that_ships() -> None:
    drawn = drawing.drawing([one.key for one in INCIDENT.statuses], moves_of_plan())
    assert {route.name for route in drawn.routes} == {move.name for move in INCIDENT.moves}
    check(drawn)


def test_any_workflow() -> None:
    chance = random.Random(7)
    for _try in range(200):
        keys = [f"s{number}" for number in range(chance.randint(2, 12))]
        moves = [
            ("word " * chance.randint(1, 6), tuple(chance.sample(keys, chance.randint(1, len(keys)))), chance.choice(keys))
            for _move in range(chance.randint(0, 20))
        ]
        check(drawing.drawing(keys, moves))
