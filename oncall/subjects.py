"""What is escalated, without knowing what it is: apps above register how to read and change their records.

A subject is named by its journal type and id ("alert", 7). The journal writes to its timeline by that name alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


def journal_subject(subject_type: str, subject_id: int) -> Any:
    """Something that the journal takes for the record of that type and id."""
    return type("Subject", (), {"journal_type": subject_type, "pk": subject_id})()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a sort of subject is asked and changed.

    acknowledge, close, reopen: (id, user or None, via) → None, the verbs of the app that owns it. count_alerts: (id, minutes, instant) → how many alerts its
    service had. Verbs that the app does not have are None.
    """

    subject_type: str
    acknowledge: Callable[[int, Any, str], None] | None = None
    close: Callable[[int, Any, str], None] | None = None
    reopen: Callable[[int, Any, str], None] | None = None
    count_alerts: Callable[[int, int, datetime], int] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Adds a sort of subject; the same type again replaces it."""
    _kinds[kind.subject_type] = kind


def get(subject_type: str) -> Kind:
    """The sort of that name; one without verbs when no app registered it."""
    return _kinds.get(subject_type) or Kind(subject_type)
