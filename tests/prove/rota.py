"""./evenkeel prove rota: all zones of the zone database, all changes of their clocks from 2024 to 2035, all kinds of rotation; and random schedules.

Around each change: no uncovered minute, no exception, two people only in a repeated hour, and the answers of an oracle that shares no code. Two processes.
Exit code 0 only when nothing is wrong.
"""

import argparse
import sys
import time
import zoneinfo
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.oncall import worlds

SHOWN = 10


def prove_zone(name: str) -> tuple[int, int, list[str]]:
    """Changes of the clock, schedules tried, and what is wrong, for one zone."""
    zone, changes, tried, wrong = zoneinfo.ZoneInfo(name), 0, 0, []
    for at in [*worlds.transitions(zone)] or [datetime(2024, 2, 29, 12, tzinfo=UTC)]:
        changes += 1
        for kind in worlds.KINDS:
            tried += 1
            wrong += worlds.wrong_around(zone, at, kind)
    return changes, tried, wrong


def prove_random(seed: int) -> tuple[int, int, list[str]]:
    """A hundred random schedules, each near some change of the clock."""
    names, wrong = sorted(zoneinfo.available_timezones()), []
    for number in range(seed, seed + 100):
        zone = zoneinfo.ZoneInfo(names[number * 7919 % len(names)])
        changes = list(worlds.transitions(zone, datetime(2024 + number % 12, 1, 1, tzinfo=UTC), datetime(2025 + number % 12, 1, 1, tzinfo=UTC)))
        at = (changes[number % len(changes)] if changes else datetime(2028, 2, 29, tzinfo=UTC)) + timedelta(minutes=number % 4000 - 2000)
        wrong += worlds.wrong_in_mixed(number, zone, at)
    return 0, 100, wrong


def main() -> int:
    """Runs the proof; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=20_000, help="how many random schedules")
    parser.add_argument("--zones", default="", help="only zones whose name contains this")
    options = parser.parse_args()
    zones = sorted(name for name in zoneinfo.available_timezones() if options.zones in name)
    begun, changes, tried, wrong = time.monotonic(), 0, 0, []
    with ProcessPoolExecutor(2) as pool:
        for work, items in ((prove_zone, zones), (prove_random, range(0, options.random, 100))):
            for number, (some, count, found) in enumerate(pool.map(work, items)):
                changes, tried, wrong = changes + some, tried + count, wrong + found
                if number % 100 == 99:
                    print(f"  {number + 1:>4} parts, {tried} schedules, {len(wrong)} wrong, {time.monotonic() - begun:.0f} s", flush=True)
    for line in wrong[:SHOWN]:
        print(line)
    print(f"{len(zones)} zones, {changes} changes of the clock, {tried} schedules, {len(wrong)} wrong, {time.monotonic() - begun:.0f} s")
    print("proven" if not wrong else "NOT proven")
    return 0 if not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
