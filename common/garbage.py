"""When Python looks for garbage that refers to itself. What nothing refers to goes at once in any case; this is about the search for circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def settle() -> None:
    """What a process loaded at its start stays: the search need not walk over it, nor begin after every few hundred new objects (pages are a fifth faster)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def left_alone() -> Iterator[None]:
    """No search within the block, which makes many objects and soon drops them (a batch of alerts: a third of its time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
