"""./evenkeel prove order: events of one alias in any order, each told one to three times, end in the state that they tell (RELIABILITY M7, A12).

Runs the test of the suite with more sequences, on a throw-away database. Exit code 0 only when all ended as they should.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import proving


def main() -> int:
    """Runs the sequences and answers their exit code."""
    parser = argparse.ArgumentParser(prog="./evenkeel prove order")
    parser.add_argument("--count", type=int, default=10_000, help="how many sequences (default 10,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.count} sequences", flush=True)
    return proving.in_large("tests/alerts/test_order.py", EVENKEEL_SEQUENCES=options.count, EVENKEEL_SEED=options.seed)


if __name__ == "__main__":
    sys.exit(main())
