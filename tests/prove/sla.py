"""./evenkeel prove sla: 100,000 random histories of tickets, the clock against the oracle, equal to the second.

The histories lie near changes of the clocks in every zone, leap days and year ends, with holidays, pauses, reopened tickets and changed goals. Two processes.
Exit code 0 only when no history differs.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.sla import histories

CHUNK = 500
SHOWN = 5


def compare(span: range) -> list[str]:
    """What differs in these histories."""
    return [line for number in span for line in histories.differences(number)]


def main() -> int:
    """Runs the proof; 0 when everything agreed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first history, which is also its seed")
    options = parser.parse_args()
    spans = [range(start, min(start + CHUNK, options.first + options.count)) for start in range(options.first, options.first + options.count, CHUNK)]
    begun, done, wrong = time.monotonic(), 0, []
    with ProcessPoolExecutor(2) as pool:
        for span, found in zip(spans, pool.map(compare, spans), strict=True):
            done += len(span)
            wrong += found
            if done % 10_000 < CHUNK:
                print(f"  {done:>7} histories, {len(wrong)} differ, {time.monotonic() - begun:.0f} s", flush=True)
    for line in wrong[:SHOWN]:
        print(line)
    print(f"{done} histories in {len(histories.ZONES)} zones, {len(wrong)} differ from the oracle, {time.monotonic() - begun:.0f} s")
    print("proven" if not wrong else "NOT proven")
    return 0 if not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
