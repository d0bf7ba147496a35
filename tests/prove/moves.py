"""./evenkeel prove moves: two agents move the same ticket at once, again and again. One succeeds, one gets a conflict, one entry is written.

Runs the race of the suite with more repeats, on a throw-away database. Exit code 0 only when every repeat held.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Runs the races and answers their exit code."""
    parser = argparse.ArgumentParser(prog="./evenkeel prove moves")
    parser.add_argument("--count", type=int, default=1000, help="how many races (default 1000)")
    options = parser.parse_args()
    print(f"{options.count} races", flush=True)
    command = [str(ROOT / "evenkeel"), "test", "-n0", "-q", "tests/tickets/test_racing.py"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "EVENKEEL_RACES": str(options.count)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
