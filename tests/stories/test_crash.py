"""The short forms of `./evenkeel prove paging` and `./evenkeel prove intake`, one after the other on one product, which they kill again and again."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import product

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash")]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the product lives: not below pytest's own folder, as its servers run as another user, who must be able to enter."""
    with tempfile.TemporaryDirectory(prefix="evenkeel-crash-") as made:
        yield Path(made)


def prove(name: str, folder: Path, *words: str) -> None:
    command = [sys.executable, f"tests/prove/{name}.py", "--folder", str(folder), "--port", str(product.free_port()), "--seed", "4", *words]
    env = {**os.environ, "EVENKEEL_HEAL_SECONDS": "240"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=900, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pages_survive_the_end_of_every_process(folder: Path) -> None:
    """M4, M5 and B1 to B3 in two rounds. The figures of a busy machine that runs tests are no measure, so only the command holds to 15 seconds."""
    prove("paging", folder, "--rounds", "2", "--idle", "0", "--brief", "--latest", "60")


def test_no_alert_is_lost_or_doubled(folder: Path) -> None:
    """M1, M2, M3 with 5,000 alerts."""
    prove("intake", folder, "--alerts", "5000", "--kills", "4", "--stop-every", "12")
