"""The short form of `./evenkeel prove paging`: everything is killed twice, no page is lost, stale or sent under a second key (M4, M5, B1 to B3)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e import product

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_pages_survive_the_end_of_every_process() -> None:
    """The figures of a busy machine that runs tests are no measure, so only the command holds to 15 seconds."""
    words = ["--rounds", "2", "--idle", "1", "--brief", "--latest", "60", "--seed", "4", "--port", str(product.free_port())]
    done = subprocess.run(
        [sys.executable, "tests/prove/paging.py", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
