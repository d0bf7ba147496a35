"""Random histories of tickets, near the days on which clocks go wrong, and the comparison of the product's clock with the oracle."""

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sla import ledger
from sla.clock import Hours
from tests.sla import oracle

ZONES = sorted(name for name in available_timezones() if name != "localtime")
MINUTE, HOUR, DAY = 60, 3600, 86_400
RULES: list[dict[str, set[str]]] = [
    {"starts": {"created"}, "pauses": set(), "stops": {"responded", "done"}},
    {"starts": {"created", "reopened"}, "pauses": {"paused"}, "stops": {"done"}},
    {"starts": {"created", "reopened"}, "pauses": {"paused", "unassigned", "status:triage"}, "stops": {"done"}},
    {"starts": {"assigned", "status:work"}, "pauses": {"paused"}, "stops": {"acknowledged", "status:closed", "done"}},
    {"starts": {"status:work"}, "pauses": {"status:wait"}, "stops": {"responded", "assigned"}},
]
STATUSES = {
    "new": (False, False),
    "triage": (False, False),
    "work": (False, False),
    "wait": (True, False),
    "done": (False, True),
    "closed": (False, True),
}


@cache
def changes_of(zone: str, year: int) -> list[int]:
    """The seconds of a year at which the zone's offset changes, a day's precision being enough here."""
    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    place = ZoneInfo(zone)
    days = range(start, start + 366 * DAY, DAY)
    return [day for day in days if oracle.offset(place, day) != oracle.offset(place, day + DAY)]


def history(number: int) -> dict[str, Any]:
    """History `number`: events, rules, the instants to look at. Zones take turns, so that 600 histories see every zone."""
    chance = random.Random(number)
    zone = ZONES[number % len(ZONES)]
    begin = _begin(chance, zone)
    length = chance.choice([chance.randint(1, DAY), chance.randint(DAY, 14 * DAY), chance.randint(10 * DAY, 40 * DAY)])
    if chance.random() < 0.01:
        length = chance.randint(300, 800) * DAY
    calendars = [_calendar(chance, zone, begin, length), _calendar(chance, chance.choice(ZONES), begin, length)]
    events: list[oracle.Event] = []
    if chance.random() < 0.9:
        events.append((begin, "promised", _promise(chance, calendars, is_first=True)))
    events.append((begin, "created", {"status": "new", "is_paused": False, "is_done": False, "is_assigned": chance.random() < 0.3}))
    second = begin
    amount = chance.randint(0, 9)
    for _step in range(amount):
        second += 0 if chance.random() < 0.1 else chance.randint(0, max(1, 2 * length // (amount + 1)))
        events.append((second, *_event(chance, calendars)))
    end = max(second, begin + length)
    looks = [end + chance.choice([0, 0, chance.randint(0, 3 * DAY)]), chance.randint(begin, end)]
    return {"zone": zone, "events": events, "rules": chance.choice(RULES[:2] + RULES), "looks": looks}


def _begin(chance: random.Random, zone: str) -> int:
    """A start near a change of the clocks, a leap day, a year's end, or anywhere."""
    year = chance.randint(1995, 2036)
    kind = chance.random()
    changes = changes_of(zone, year)
    if kind < 0.5 and changes:
        return chance.choice(changes) - chance.randint(0, 4 * DAY)
    if kind < 0.65:
        return int(datetime(year - year % 4, 2, 28, 12, tzinfo=UTC).timestamp()) - chance.randint(0, 2 * DAY)
    if kind < 0.8:
        return int(datetime(year, 12, 31, 12, tzinfo=UTC).timestamp()) - chance.randint(0, 3 * DAY)
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) + chance.randint(0, 360 * DAY)


def _calendar(chance: random.Random, zone: str, begin: int, length: int) -> oracle.Calendar:
    if chance.random() < 0.15:
        return None
    step = chance.choice([HOUR, 30 * MINUTE, MINUTE])
    edges = sorted(chance.sample(range(0, DAY + 1, step), 4))
    edges[1] = max(edges[1], 30 * MINUTE)
    edges[0] = min(edges[0], edges[1] - 30 * MINUTE)
    openings = chance.choice([[(9 * HOUR, 17 * HOUR)], [(0, DAY)], [(edges[0], edges[1])], [(edges[0], edges[1]), (edges[2], edges[3])]])
    days = chance.choice([range(5), range(7), [1, 3], [6]])
    first = datetime.fromtimestamp(begin, ZoneInfo(zone)).date()
    off = {(first + timedelta(days=chance.randint(0, 1 + length // DAY))).isoformat() for _number in range(chance.randint(0, 3))}
    return {"zone": zone, "week": dict.fromkeys(days, openings), "holidays": off}


def _promise(chance: random.Random, calendars: list[oracle.Calendar], *, is_first: bool = False) -> dict[str, Any]:
    target = chance.choice([15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 40 * HOUR, chance.randint(1, 60 * HOUR)])
    return {"target": target, "calendar": chance.choice(calendars), "is_whole": is_first or chance.random() < 0.3}


def _event(chance: random.Random, calendars: list[oracle.Calendar]) -> tuple[str, dict[str, Any]]:
    kind = chance.random()
    if kind < 0.65:
        key = chance.choice(list(STATUSES))
        return "status", {"status": key, "is_paused": STATUSES[key][0], "is_done": STATUSES[key][1]}
    if kind < 0.8:
        return "promised", _promise(chance, calendars)
    if kind < 0.9:
        return "assigned", {"is_assigned": chance.random() < 0.6}
    return chance.choice([("responded", {}), ("acknowledged", {})])


def hours_of(calendar: oracle.Calendar) -> Hours | None:
    """The oracle's calendar as the product wants it."""
    if calendar is None:
        return None
    week = tuple(tuple((_time(opens), _time(closes)) for opens, closes in calendar["week"].get(day, [])) for day in range(7))
    return Hours(ZoneInfo(calendar["zone"]), week, frozenset(date.fromisoformat(day) for day in calendar["holidays"]))


def _time(seconds: int) -> time:
    return time(0) if seconds == DAY else time(seconds // HOUR, seconds % HOUR // MINUTE)


def instant(second: int) -> datetime:
    """A second as the product's instant."""
    return datetime.fromtimestamp(second, UTC)


def facts_of(events: list[oracle.Event]) -> list[ledger.Fact]:
    """The oracle's events as the product's facts."""
    found = []
    for second, what, details in events:
        if what == "promised":
            promise = ledger.Promise(timedelta(seconds=details["target"]), hours_of(details["calendar"]), is_whole=details["is_whole"])
            found.append(ledger.Fact(instant(second), what, promises={"metric": promise}))
        else:
            found.append(ledger.Fact(instant(second), what, **details))
    return found


def differences(number: int) -> list[str]:
    """What the product and the oracle answer differently on a history; nothing when they agree to the second."""
    told = history(number)
    rules = ledger.Conditions(**{name: frozenset(names) for name, names in told["rules"].items()})
    found = []
    for look in told["looks"]:
        events = [event for event in told["events"] if event[0] <= look]
        expected = oracle.measure(events, told["rules"], look)
        at = instant(look)
        given = [
            {
                "start": int(cycle.started_at.timestamp()), "stop": int(cycle.stopped_at.timestamp()) if cycle.stopped_at else None,
                "used": int(cycle.used(at).total_seconds()), "due": int(cycle.due_at.timestamp()) if cycle.due_at else None, "state": cycle.state,
            }
            for cycle in ledger.cycles(facts_of(events), "metric", rules)
        ]  # fmt: skip
        if given != expected:
            found.append(f"history {number} ({told['zone']}) at {look}: clock {given}, oracle {expected}")
        for cycle in ledger.cycles(facts_of(events), "metric", rules):
            explained = sum((piece.end - piece.begin for piece in cycle.explain(at) if piece.is_counted), timedelta())
            if explained != cycle.used(at):
                found.append(f"history {number}: explained {explained}, used {cycle.used(at)}")
    return found
