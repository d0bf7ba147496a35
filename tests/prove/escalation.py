"""./evenkeel prove escalation: four schedulers, as processes, sweep ten thousand escalations at once; and a thousand acknowledgements race with a step.

Runs the tests of the suite large, on a throw-away database: no step twice, no step missed; never a page after an acknowledgement that was committed, never
silence when it was rolled back. Prints who stepped how many and who won how often. Exit code 0 only when everything held.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import proving


def main() -> int:
    """Runs both and answers their exit code."""
    parser = argparse.ArgumentParser(prog="./evenkeel prove escalation")
    parser.add_argument("--runs", type=int, default=10_000, help="how many escalations (default 10,000)")
    parser.add_argument("--races", type=int, default=1000, help="how many acknowledgements race with a step (default 1000)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.runs} escalations, {options.races} races", flush=True)
    given = {"EVENKEEL_ESCALATIONS": options.runs, "EVENKEEL_RACES": options.races, "EVENKEEL_SEED": options.seed}
    return proving.in_large("-rP", "tests/oncall/test_sweeping.py", **given)


if __name__ == "__main__":
    sys.exit(main())
