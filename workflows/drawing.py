"""Where a workflow's picture puts its boxes, lines and words: the statuses in one row, each move in a lane above or below them.

A lane holds moves side by side as long as neither lines nor words touch, so no line runs through a box and no two words overlap.
Knows nothing of Django.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

BOX, HEIGHT, GAP, LANE, MARGIN, EDGE = 116, 44, 36, 24, 16, 12
LETTER, ROUND, APART = 6.1, 5, 10


@dataclass(slots=True)
class Box:
    """A status: its key and where its left upper corner is."""

    key: str
    x: float
    y: float = 0


@dataclass(slots=True)
class Route:
    """A move: from which boxes (by place in the row) to which one; then its lines as SVG paths and the place of its word."""

    name: str
    sources: list[int]
    target: int
    is_above: bool = True
    lane: int = 0
    paths: list[str] = field(default_factory=list)
    x: float = 0
    y: float = 0

    @property
    def places(self) -> list[int]:
        return [*self.sources, self.target]

    def side_at(self, place: int) -> int:
        """Whether its line leaves the box at this place to the left (0), to both sides (1), or to the right (2)."""
        others = [other for other in self.places if other != place]
        return 0 if max(others) < place else 2 if min(others) > place else 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture: its size, the boxes in order, the moves."""

    width: float
    height: float
    boxes: Sequence[Box]
    routes: Sequence[Route]


def drawing(keys: Sequence[str], moves: Iterable[tuple[str, Sequence[str], str]]) -> Drawing:
    """The picture of statuses by key, in order, and of moves as (name, keys of the sources, key of the target)."""
    place = {key: number for number, key in enumerate(keys)}
    routes = [Route(name, sorted({place[source] for source in sources} - {place[target]}), place[target]) for name, sources, target in moves]
    routes = [route for route in routes if route.sources]
    for route in routes:
        route.is_above = max(route.sources) < route.target
    routes.sort(key=lambda route: (max(route.places) - min(route.places), len(route.sources), min(route.places)))
    row = 2 * MARGIN + len(keys) * (BOX + GAP) - GAP
    width = max([row, *(2 * MARGIN + len(route.name) * LETTER for route in routes)])
    lanes = {side: _stack([route for route in routes if route.is_above == side], width) for side in (True, False)}
    top = MARGIN + lanes[True] * LANE + ROUND
    boxes = [Box(key, MARGIN + number * (BOX + GAP), top) for number, key in enumerate(keys)]
    ports = _ports(boxes, routes)
    for number, route in enumerate(routes):
        _run(route, {at: ports[number, at] for at in route.places}, top)
    return Drawing(width, top + HEIGHT + lanes[False] * LANE + ROUND + MARGIN, boxes, routes)


def _stack(routes: Iterable[Route], width: float) -> int:
    """Gives each move the lane nearest to the boxes in which nothing is in its way, and its word a place; answers how many lanes there are."""
    taken: list[list[tuple[float, float]]] = []
    for route in routes:
        step = BOX + GAP
        half = len(route.name) * LETTER / 2
        between = MARGIN + (_nearest(route) + route.target) / 2 * step + BOX / 2
        route.x = round(min(max(between, half), width - half), 1)
        begin = min(MARGIN + min(route.places) * step, route.x - half) - APART
        end = max(MARGIN + max(route.places) * step + BOX, route.x + half) + APART
        route.lane = next((lane for lane, spans in enumerate(taken) if all(end <= low or begin >= high for low, high in spans)), len(taken))
        if route.lane == len(taken):
            taken.append([])
        taken[route.lane].append((begin, end))
    return len(taken)


def _nearest(route: Route) -> int:
    """The source next to the target: the word stands between the two."""
    return min(route.sources, key=lambda source: (abs(source - route.target), source))


def _ports(boxes: Sequence[Box], routes: Sequence[Route]) -> Mapping[tuple[int, int], float]:
    """Where each move (by number) touches each box (by place), so that lines of one box cross as little as they can."""
    found: dict[tuple[int, int], float] = {}
    for place, box in enumerate(boxes):
        for is_above in (True, False):
            here = [number for number, route in enumerate(routes) if route.is_above == is_above and place in route.places]

            def order(number: int, place: int = place) -> tuple[int, int]:
                side = routes[number].side_at(place)
                return side, -routes[number].lane if side == 2 else routes[number].lane

            here.sort(key=order)
            for at, number in enumerate(here):
                share = (at + 0.5) / len(here) if len(here) > 1 else 0.5
                found[number, place] = round(box.x + EDGE + share * (BOX - 2 * EDGE), 1)
    return found


def _run(route: Route, ports: Mapping[int, float], top: float) -> None:
    """The lines of a move along its lane, each with round corners, and where its word stands."""
    way = -1 if route.is_above else 1
    edge = top if route.is_above else top + HEIGHT
    lane = round(edge + way * (ROUND + (route.lane + 0.6) * LANE), 1)
    end, bend = ports[route.target], round(lane - way * ROUND, 1)
    for source in route.sources:
        begin, turn = ports[source], (ROUND if ports[source] < end else -ROUND)
        route.paths.append(
            f"M{begin} {edge}V{bend}Q{begin} {lane} {begin + turn:.1f} {lane}H{end - turn:.1f}Q{end} {lane} {end} {bend}V{edge + way * 2}"
        )
    route.y = round(lane + 3.5, 1)
