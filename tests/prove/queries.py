"""./evenkeel prove queries: random, grown and bent query strings through the API. No 500, and no row that the asker may not see.

Runs the fuzz of the suite with more strings, on a throw-away database. Exit code 0 only when nothing failed.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests import proving


def main() -> int:
    """Runs the fuzz and answers its exit code."""
    parser = argparse.ArgumentParser(prog="./evenkeel prove queries")
    parser.add_argument("--count", type=int, default=50_000, help="how many strings (default 50000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run (default: a fresh one)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"{options.count} strings, seed {seed}", flush=True)
    return proving.in_large(f"--hypothesis-seed={seed}", "tests/tickets/test_query_fuzz.py", EVENKEEL_FUZZ_COUNT=options.count)


if __name__ == "__main__":
    sys.exit(main())
