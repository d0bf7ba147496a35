"""What an answer to a page does: the app that owns the subject registers its verb, so that a link, an SMS or a button is the same as a click."""

from collections.abc import Callable
from typing import Any

ACKNOWLEDGE = "acknowledge"
Answer = Callable[[Any, int, str, str], None]
Fallback = Callable[[Any, str, int, str, str], None]

_known: dict[str, Answer] = {}
_others: list[Fallback] = []


def register(subject_type: str, answer: Answer) -> None:
    """answer(user, subject id, verb, via) does what the verb says, with the rights of the user."""
    _known[subject_type] = answer


def otherwise(answer: Fallback) -> None:
    """answer(user, subject type, subject id, verb, via) serves the subjects that nobody registered."""
    _others[:] = [answer]


def give(user: Any, subject_type: str, subject_id: int, verb: str, via: str) -> None:
    """Hands the answer to who owns the subject. Raises what its action raises."""
    if subject_type in _known:
        _known[subject_type](user, subject_id, verb, via)
    elif _others:
        _others[0](user, subject_type, subject_id, verb, via)
