"""Running helper programs: quiet while they work, with the end of their output when they fail."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from launcher.console import Failure

PR_SET_PDEATHSIG = 1
TAIL = 25

_libc = ctypes.CDLL(None, use_errno=True)


def dies_with_parent(how: signal.Signals, parent: int) -> Callable[[], None]:
    """For preexec_fn: the kernel sends the signal when this process is gone, so that no child outlives it."""

    def arrange() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def quietly(command: Sequence[str | Path], what: str, remedy: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Runs to the end and returns the output. Raises Failure with the last lines of the output."""
    try:
        child = spawn(command, env=env, cwd=cwd)
    except OSError as error:
        raise Failure(f"{what} could not start: {error}", remedy) from error
    return finish(child, what, remedy)


def spawn(command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Starts a helper program that ends with us."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=dict(os.environ if env is None else env),
        cwd=cwd,
        preexec_fn=dies_with_parent(signal.SIGTERM, os.getpid()),
    )


def finish(child: subprocess.Popen[str], what: str, remedy: str) -> str:
    """Waits for a spawned program. Raises Failure when it fails; ends it when we are interrupted."""
    try:
        output, _nothing = child.communicate()
    except BaseException:
        child.terminate()
        child.wait(10)
        raise
    if child.returncode != 0:
        raise Failure(f"{what} failed (exit code {child.returncode}). It said:\n{last_lines(output)}", remedy)
    return output


def last_lines(output: str, count: int = TAIL) -> str:
    """The end of a long output, indented."""
    return "\n".join(f"    {line}" for line in output.strip().splitlines()[-count:])
