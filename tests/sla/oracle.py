"""An oracle for the SLA clock that shares no code with it: it asks of every stretch between two boundaries what the clock on the wall shows.

Whole seconds since 1970 are its instants. A calendar is None or {"zone", "week": {weekday: [(opens, closes)]}, "holidays": {"2026-12-25"}} with seconds
since midnight; an event is (second, what, details). It knows zoneinfo and datetime, and nothing of the product.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Calendar = dict[str, Any] | None
Event = tuple[int, str, dict[str, Any]]
Answer = dict[str, Any]
WEEK = 7 * 86_400


def is_open(calendar: Calendar, second: int) -> bool:
    """Whether the wall of the calendar's zone shows working time at this second."""
    if calendar is None:
        return True
    wall = datetime.fromtimestamp(second, ZoneInfo(calendar["zone"]))
    if wall.strftime("%Y-%m-%d") in calendar["holidays"]:
        return False
    shown = wall.hour * 3600 + wall.minute * 60 + wall.second
    return any(opens <= shown < closes for opens, closes in calendar["week"].get(wall.weekday(), []))


def boundaries(calendar: Calendar, begin: int, end: int) -> list[int]:
    """Every second between the two at which the answer of is_open may change, with both ends."""
    found = {begin, end}
    if calendar is not None:
        zone = ZoneInfo(calendar["zone"])
        day = datetime.fromtimestamp(begin, zone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(end, zone).date() + timedelta(days=1)
        edges = {0} | {edge for openings in calendar["week"].values() for opening in openings for edge in opening}
        while day <= last:
            for edge in edges:
                wall = datetime(day.year, day.month, day.day) + timedelta(seconds=edge)
                for fold in (0, 1):
                    found.add(int(wall.replace(tzinfo=zone, fold=fold).timestamp()))
            day += timedelta(days=1)
        found.update(changes(zone, begin, end))
    return sorted(second for second in found if begin <= second <= end)


def changes(zone: ZoneInfo, begin: int, end: int) -> list[int]:
    """The seconds at which the zone's offset changes, found hour by hour and then by halving."""
    found = []
    for hour in range(begin - begin % 3600, end + 1, 3600):
        low, high = hour, hour + 3600
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
        found.append(high)
    return found


def offset(zone: ZoneInfo, second: int) -> timedelta | None:
    """How far the zone is from UTC."""
    return datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()


def used_between(calendar: Calendar, begin: int, end: int) -> int:
    """Working seconds between two instants."""
    if end <= begin:
        return 0
    edges = boundaries(calendar, begin, end)
    return sum(right - left for left, right in zip(edges, edges[1:], strict=False) if is_open(calendar, left))


def moment_of(calendar: Calendar, begin: int, amount: int) -> int:
    """The first second at which so many working seconds have passed since `begin`."""
    while True:
        edges = boundaries(calendar, begin, begin + WEEK)
        for left, right in zip(edges, edges[1:], strict=False):
            if not is_open(calendar, left):
                continue
            if right - left >= amount:
                return left + amount
            amount -= right - left
        begin += WEEK


def measure(events: list[Event], rules: dict[str, set[str]], at: int) -> list[Answer]:
    """The cycles of a metric at an instant: start, stop, used seconds, due second, and whether it runs, stands still or has stopped."""
    return [answer for answer in (_answer(cycle, rules, at) for cycle in _cut(events, rules)) if answer is not None]


def _cut(events: list[Event], rules: dict[str, set[str]]) -> list[dict[str, Any]]:
    """The events by cycle: each with the situation and the promise before it and what happened in it."""
    cycles: list[dict[str, Any]] = []
    situation: dict[str, Any] = {"status": "", "is_paused": False, "is_done": False, "is_assigned": False}
    promise: tuple[int, dict[str, Any]] | None = None
    running: dict[str, Any] | None = None
    for second, what, details in events:
        if what == "promised":
            promise = (second, details)
            if running is not None:
                running["promises"].append(promise)
            continue
        before = dict(situation)
        situation.update({name: value for name, value in details.items() if name in situation})
        if running is None and begins(rules["starts"], what, before, situation):
            running = {"start": second, "stop": None, "promises": [promise] if promise else [], "states": [(second, dict(situation))]}
            cycles.append(running)
        elif running is not None and ends(rules["stops"], what, situation):
            running["stop"], running = second, None
        elif running is not None:
            running["states"].append((second, dict(situation)))
    return cycles


def begins(names: set[str], what: str, before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether this event starts a cycle."""
    return (
        (what == "created" and "created" in names)
        or (what in ("created", "assigned") and "assigned" in names and now["is_assigned"])
        or (what == "status" and "reopened" in names and before["is_done"] and not now["is_done"])
        or (what in ("created", "status") and now["status"] != before["status"] and "status:" + now["status"] in names)
    )


def ends(names: set[str], what: str, now: dict[str, Any]) -> bool:
    """Whether this event stops the running cycle."""
    if what == "status":
        return ("done" in names and now["is_done"]) or "status:" + now["status"] in names
    return what in names and (what != "assigned" or now["is_assigned"])


def stands_still(names: set[str], now: dict[str, Any]) -> bool:
    """Whether the clock pauses while the ticket stands so."""
    return ("paused" in names and now["is_paused"]) or ("unassigned" in names and not now["is_assigned"]) or "status:" + now["status"] in names


def _answer(cycle: dict[str, Any], rules: dict[str, set[str]], at: int) -> Answer | None:
    if not cycle["promises"]:
        return None
    target = cycle["promises"][-1][1]["target"]
    until = at if cycle["stop"] is None else min(at, cycle["stop"])
    cuts = sorted({cycle["start"], until, *(second for second, _ in cycle["states"]), *(second for second, _ in cycle["promises"])})
    cuts = [second for second in cuts if cycle["start"] <= second <= until]
    used, due = 0, None
    for left, right in zip(cuts, cuts[1:], strict=False):
        if stands_still(rules["pauses"], _state(cycle, left)):
            continue
        calendar = _calendar(cycle, left)
        gained = used_between(calendar, left, right)
        if due is None and used + gained >= target:
            due = moment_of(calendar, left, target - used)
        used += gained
    last = max((second for second in cuts if second < until), default=cycle["start"])
    is_still = stands_still(rules["pauses"], _state(cycle, last) if last < until else cycle["states"][0][1])
    if cycle["stop"] is None:
        is_still = stands_still(rules["pauses"], cycle["states"][-1][1])
    if due is None and not is_still:
        due = moment_of(_calendar(cycle, until if cycle["stop"] is None else last), until, target - used)
    state = "stopped" if cycle["stop"] is not None else "paused" if is_still else "running"
    return {"start": cycle["start"], "stop": cycle["stop"], "used": used, "due": due, "state": state}


def _state(cycle: dict[str, Any], second: int) -> dict[str, Any]:
    """How the ticket stands from this second on."""
    return [state for since, state in cycle["states"] if since <= second][-1]  # type: ignore[no-any-return]


def _calendar(cycle: dict[str, Any], second: int) -> Calendar:
    """The calendar that counts from this second on: a promise for the whole cycle reaches back to its start."""
    promises = cycle["promises"]
    whole = max(number for number, (since, promise) in enumerate(promises) if number == 0 or promise["is_whole"] or since <= cycle["start"])
    in_force = [promise for number, (since, promise) in enumerate(promises) if number <= whole or since <= second]
    return in_force[-1]["calendar"]  # type: ignore[no-any-return]
