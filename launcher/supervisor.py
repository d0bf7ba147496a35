"""Keeping processes alive: started in order, restarted when they die, stopped in reverse, never orphaned."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launcher import console, running

POLL_SECONDS = 0.1
PAUSES = (0.2, 0.5, 1.0, 2.0)
STEADY_SECONDS = 30.0
LOG_BYTES = 20_000_000
LOGS_KEPT = 3
LOG_CHECK_SECONDS = 30.0


@dataclass
class Program:
    """One process to keep alive. `quit` asks it to end; the kernel sends the same when the supervisor is killed.

    A foundation (database, broker) is stopped only when all that stands on it has ended.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    quit: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    is_ready: Callable[[], bool] | None = None
    user: Mapping[str, Any] = field(default_factory=dict)
    keep_open: Sequence[int] = ()
    is_foundation: bool = False


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    deaths: int = 0


class Supervisor:
    """Runs programs until it is told to stop."""

    def __init__(self, on_change: Callable[[dict[str, int]], None] = lambda processes: None) -> None:
        self._children: list[_Child] = []
        self._is_stopping = False
        self._on_change = on_change
        self._logs_checked_at = time.monotonic()

    def start(self, program: Program, *, seconds: float = 60.0) -> None:
        """Starts a program and waits until it is ready. Raises Failure with the end of its log when it is not in time."""
        child = _Child(program)
        self._children.append(child)
        self._spawn(child)
        if program.is_ready is not None:
            self.wait_until(program.is_ready, f"{program.name} to be ready", program.log, seconds)

    def wait_until(self, condition: Callable[[], bool], what: str, log: Path, seconds: float) -> None:
        """Keeps everything alive until the condition holds. Raises Failure when that takes too long, KeyboardInterrupt when told to stop."""
        until = time.monotonic() + seconds
        while not condition():
            if self._is_stopping:
                raise KeyboardInterrupt
            if time.monotonic() > until:
                raise console.Failure(f"Waited {seconds:.0f} s for {what}. The end of {log}:\n{tail(log)}", "Run: ./evenkeel doctor")
            self.tend()
            time.sleep(POLL_SECONDS)

    def run(self) -> None:
        """Keeps everything alive until stop() is asked for."""
        while not self._is_stopping:
            self.tend()
            time.sleep(POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """Makes run() return; safe in a signal handler."""
        self._is_stopping = True

    def tend(self) -> None:
        """Notices the dead and starts them again, each time after a little longer."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child)
            if child.process is None and time.monotonic() >= child.due_at:
                self._spawn(child)
        if time.monotonic() - self._logs_checked_at > LOG_CHECK_SECONDS:
            self._logs_checked_at = time.monotonic()
            for child in self._children:
                rotate(child.program.log)

    def pids(self) -> dict[str, int]:
        """Name → process id of what runs."""
        return {child.program.name: child.process.pid for child in self._children if child.process is not None}

    def stop(self) -> None:
        """Ends the product first and what it stands on last, so that running work can finish; what does not listen is killed."""
        self._is_stopping = True
        self._end([child for child in self._children if not child.program.is_foundation])
        self._end([child for child in self._children if child.program.is_foundation])

    def _end(self, children: list[_Child]) -> None:
        for child in children:
            process = child.process
            if process is None or process.poll() is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(child.program.quit)
        for child in reversed(children):
            if child.process is not None:
                try:
                    child.process.wait(child.program.patience)
                except subprocess.TimeoutExpired:
                    console.warn(f"  {child.program.name} does not end, killing it")
                _kill_group(child.process)

    def _spawn(self, child: _Child) -> None:
        program = child.program
        program.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        rotate(program.log)
        with program.log.open("ab") as log:
            try:
                child.process = subprocess.Popen(
                    list(program.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=dict(program.environment),
                    cwd=program.folder,
                    start_new_session=True,
                    pass_fds=tuple(program.keep_open),
                    preexec_fn=running.dies_with_parent(program.quit, os.getpid()),
                    **program.user,
                )
            except OSError as error:
                raise console.Failure(f"{program.name} could not start: {error}", "Run: ./evenkeel doctor") from error
        child.started_at = time.monotonic()
        self._on_change(self.pids())

    def _bury(self, child: _Child) -> None:
        process = child.process
        if process is None:
            return
        _kill_group(process)
        lived = time.monotonic() - child.started_at
        child.deaths = 0 if lived > STEADY_SECONDS else child.deaths
        pause = PAUSES[min(child.deaths, len(PAUSES) - 1)]
        child.deaths += 1
        child.process, child.due_at = None, time.monotonic() + pause
        if not self._is_stopping:
            console.warn(f"  {child.program.name} ended ({_how(process.returncode)}), starting it again in {pause:.1f} s; log: {child.program.log}")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ends what a process left behind, such as the pool of a killed worker."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
        process.wait()


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Puts a large log aside as .log.1, keeping a few older ones. Its process keeps writing into the emptied file."""
    if not log.exists() or log.stat().st_size <= limit:
        return
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(log.with_suffix(f".log.{number + 1}"))
    shutil.copyfile(log, log.with_suffix(".log.1"))
    os.truncate(log, 0)


def tail(path: Path) -> str:
    """The end of a log."""
    try:
        return running.last_lines(path.read_text(encoding="utf-8", errors="replace")[-6000:])
    except OSError:
        return "    (no log yet)"
