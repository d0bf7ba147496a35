"""./evenkeel prove queries: random, grown and bent query strings through the API. No 500, and no row that the asker may not see.

Runs the fuzz of the suite with more strings, on a throw-away database. Exit code 0 only when nothing failed.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Runs the fuzz and answers its exit code."""
    parser = argparse.ArgumentParser(prog="./evenkeel prove queries")
    parser.add_argument("--count", type=int, default=50_000, help="how many strings (default 50000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run (default: a fresh one)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"{options.count} strings, seed {seed}", flush=True)
    command = [str(ROOT / "evenkeel"), "test", "-n0", "-q", f"--hypothesis-seed={seed}", "tests/tickets/test_query_fuzz.py"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "EVENKEEL_FUZZ_COUNT": str(options.count)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
