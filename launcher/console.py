"""What the person at the terminal reads: one short line per step, and failures that say what to do."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Failure(Exception):
    """Something that stops the command. `remedy` is the next thing to try."""

    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.problem}\n  {self.remedy}" if self.remedy else self.problem


def say(line: str = "") -> None:
    """One line, at once."""
    print(line, flush=True)


def warn(line: str) -> None:
    """One line that matters, on the error stream."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Prints the title now, and when the step took a noticeable time also how long."""
    begun = time.monotonic()
    say(f"  {title} ...")
    yield
    took = time.monotonic() - begun
    if took >= 1:
        say(f"  {title}: done in {took:.1f} s")
