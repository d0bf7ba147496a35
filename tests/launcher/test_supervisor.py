"""What dies is started again; nothing outlives the supervisor."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher import locks, places
from launcher.console import Failure
from launcher.supervisor import Program, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
LATE = """
import signal, sys, time
def end(*_):
    print("end", sys.argv[1], flush=True)
    time.sleep(float(sys.argv[2]))
    print("gone", sys.argv[1], flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", sys.argv[1], flush=True)
while True:
    time.sleep(1)
"""
WITH_A_CHILD = "import subprocess, sys, time; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); time.sleep(60)"
KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from launcher.supervisor import Program, Supervisor
supervisor = Supervisor()
supervisor.start(Program("sleeper", ["sleep", "60"], {"PATH": "/usr/bin:/bin"}, Path("/"), Path(sys.argv[2]) / "sleeper.log"))
print(supervisor.pids()["sleeper"], flush=True)
time.sleep(60)
"""


def program(folder: Path, name: str, *command: str, is_foundation: bool = False) -> Program:
    return Program(name, command, dict(os.environ), folder, folder / f"{name}.log", is_foundation=is_foundation)


def says(log: Path, text: str) -> bool:
    """Whether the text stands in the log."""
    return text in log.read_text()


def until(condition: Callable[[], object], supervisor: Supervisor | None = None, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        if supervisor is not None:
            supervisor.tend()
        time.sleep(0.02)


def test_a_killed_program_is_started_again(tmp_path: Path) -> None:
    told: list[dict[str, int]] = []
    supervisor = Supervisor(told.append)
    supervisor.start(program(tmp_path, "web", *SLEEP))
    first = supervisor.pids()["web"]

    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.pids().get("web", first) != first, supervisor)
    second = supervisor.pids()["web"]
    supervisor.stop()

    assert told == [{"web": first}, {"web": second}]
    assert not locks.lives(second)


def test_what_a_killed_program_left_behind_ends(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.start(program(tmp_path, "worker", sys.executable, "-c", WITH_A_CHILD))
    until(lambda: (tmp_path / "worker.log").read_text().strip())
    left_behind = int((tmp_path / "worker.log").read_text())

    os.kill(supervisor.pids()["worker"], signal.SIGKILL)
    until(lambda: not is_running(left_behind), supervisor)
    supervisor.stop()


def test_the_foundation_stops_after_all_that_stands_on_it(tmp_path: Path) -> None:
    supervisor = Supervisor()
    log = tmp_path / "both.log"
    for name, seconds, is_foundation in (("postgres", "0", True), ("worker", "0.5", False)):
        made = program(tmp_path, name, sys.executable, "-c", LATE, name, seconds, is_foundation=is_foundation)
        made.log = log
        supervisor.start(made)
        until(functools.partial(says, log, f"ready {name}"))

    supervisor.stop()

    assert log.read_text().splitlines()[2:] == ["end worker", "gone worker", "end postgres", "gone postgres"]


def test_a_program_that_never_gets_ready_says_why(tmp_path: Path) -> None:
    supervisor = Supervisor()
    failing = program(tmp_path, "web", sys.executable, "-c", "print('the port is on fire', flush=True); import time; time.sleep(60)")

    def is_ready() -> bool:
        until(functools.partial(says, failing.log, "on fire"))
        return False

    failing.is_ready = is_ready
    with pytest.raises(Failure, match="the port is on fire"):
        supervisor.start(failing, seconds=0.1)
    supervisor.stop()


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", KILLED, str(places.CHECKOUT), str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    sleeper = int(parent.stdout.readline())
    parent.stdout.close()

    parent.kill()
    parent.wait()

    until(lambda: not is_running(sleeper))


def is_running(pid: int) -> bool:
    """True for a process that exists and is no zombie."""
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False
