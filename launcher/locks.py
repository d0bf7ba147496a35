"""One installation, one `up`: a file lock that the system releases when its holder dies, and the record of who holds it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launcher import console
from launcher.console import Failure
from launcher.places import State


class Taken(Exception):
    """Somebody else holds the lock."""


@contextmanager
def held(path: Path, wait: bool = False, waiting_for: str = "") -> Iterator[None]:
    """Holds the lock. Raises Taken when it is not free and `wait` is off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise Taken from None
            console.say(f"  waiting for {waiting_for or 'another ./evenkeel'} ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """True while a living process holds the lock."""
    if not path.exists():
        return False
    try:
        with held(path):
            return False
    except Taken:
        return True


def note(state: State, **facts: Any) -> None:
    """Writes down who holds the lock, for `status`, `stop` and a second `up`. Only its holder may."""
    half = state.record.with_suffix(".new")
    half.write_text(json.dumps({"pid": os.getpid(), **facts}, indent=1), encoding="utf-8")
    half.replace(state.record)


def noted(state: State) -> dict[str, Any]:
    """The record of who is running; empty when there is none."""
    try:
        found: dict[str, Any] = json.loads(state.record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def lives(pid: int) -> bool:
    """False for the record of a holder that was killed: the present holder has not written its own yet."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return pid > 0


def running(state: State) -> dict[str, Any]:
    """The record, but only while its process lives."""
    if not is_held(state.lock):
        return {}
    for _attempt in range(20):
        facts = noted(state)
        if facts and lives(int(facts.get("pid", 0))):
            return facts
        time.sleep(0.05)
    raise Failure("Another ./evenkeel holds this installation but left no record.", f"Look for it with: fuser {state.lock}")
