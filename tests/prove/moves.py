"""./evenkeel prove moves: two agents move the same ticket at once, again and again. One succeeds, one gets a conflict, one entry is written.

Runs the race of the suite with more repeats, on a throw-away database. Exit code 0 only when every repeat held.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import proving


def main() -> int:
    """Runs the races and answers their exit code."""
    parser = argparse.ArgumentParser(prog="./evenkeel prove moves")
    parser.add_argument("--count", type=int, default=1000, help="how many races (default 1000)")
    options = parser.parse_args()
    print(f"{options.count} races", flush=True)
    return proving.in_large("tests/tickets/test_racing.py", EVENKEEL_RACES=options.count)


if __name__ == "__main__":
    sys.exit(main())
