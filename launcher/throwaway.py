"""Tests, benches and proofs: the same set-up, on PostgreSQL and Redis that are thrown away afterwards."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from launcher import console, locks, places, programs, toolchain
from launcher.console import Failure
from launcher.places import CHECKOUT, SHARED, State
from launcher.supervisor import Supervisor

PREFIX = "throwaway-"
LEFT_BEHIND_SECONDS = 3600
PROOFS = CHECKOUT / "tests" / "prove"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "The browser tests were skipped: there is no Chromium. Install it with: sudo apt-get install chromium"


def test(words: list[str]) -> int:
    """Runs pytest with these words, on two processes unless told otherwise."""
    toolchain.ready(development=True)
    has_browser = _ensure_browser()
    with _servers(is_careless=True) as given:
        given["DJANGO_SETTINGS_MODULE"] = "itsm.settings_test"
        spread = [] if any(word.startswith(("-n", "--numprocesses", "-p")) for word in words) else ["-n", "2", "--dist", "loadgroup"]
        code = subprocess.run([str(places.python()), "-m", "pytest", *spread, *words], env=given, cwd=CHECKOUT, check=False).returncode
    if not has_browser:
        console.say(NO_BROWSER)
    return code


def bench(words: list[str]) -> int:
    """Measures on a database with fsync on."""
    toolchain.ready(development=True)
    with _servers(is_careless=False) as given:
        given["DJANGO_SETTINGS_MODULE"] = "itsm.settings"
        _collect(given)
        return subprocess.run(
            [str(places.python()), str(CHECKOUT / "tests" / "performance" / "bench.py"), *words], env=given, cwd=CHECKOUT, check=False
        ).returncode


def prove(words: list[str]) -> int:
    """Runs one of the long proofs."""
    known = sorted(path.stem for path in PROOFS.glob("*.py") if path.stem != "__init__")
    if not words or words[0] not in known:
        raise Failure("Say what to prove: " + ", ".join(f"./evenkeel prove {name}" for name in known))
    toolchain.ready(development=True)
    return subprocess.run([str(places.python()), str(PROOFS / f"{words[0]}.py"), *words[1:]], cwd=CHECKOUT, check=False).returncode


def _collect(given: dict[str, str]) -> None:
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        done = subprocess.run([str(places.python()), str(CHECKOUT / "manage.py"), *command], env=given, cwd=CHECKOUT, check=False)
        if done.returncode:
            raise Failure(f"manage.py {command[0]} failed.", "Run: ./evenkeel check")


def _ensure_browser() -> bool:
    """True when a Chromium is there; root installs Debian's."""
    if any(shutil.which(name) for name in BROWSERS):
        return True
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return False
    with console.step("Installing Chromium for the browser tests"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(command, env=env, capture_output=True, check=False)
    return any(shutil.which(name) for name in BROWSERS)


def _sweep(home: Path) -> None:
    """Removes what a killed run left behind."""
    for left in home.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND_SECONDS and not locks.is_held(State(left).lock):
                shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _servers(*, is_careless: bool) -> Iterator[dict[str, str]]:
    """The environment of a PostgreSQL and a Redis that exist for the length of the block; served ones where the environment names them."""
    home = SHARED if os.getuid() == 0 else Path(tempfile.gettempdir())
    home.mkdir(parents=True, exist_ok=True)
    _sweep(home)
    root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
    root.chmod(0o711)
    state, supervisor, holding = State(root), Supervisor(), contextlib.ExitStack()
    try:
        holding.enter_context(locks.held(state.lock))
        found = programs.services(state, is_careless)
        if found.database is not None:
            supervisor.start(programs.database_program(state, found.database))
        if found.redis is not None:
            supervisor.start(programs.redis_program(state, found.redis))
        yield programs.environment(state, found)
    finally:
        supervisor.stop()
        holding.close()
        shutil.rmtree(root, ignore_errors=True)
        if state.sockets.parent != root:
            shutil.rmtree(state.sockets, ignore_errors=True)
