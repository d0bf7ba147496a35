"""What the words of monitoring tools mean as P1 to P5 (TAXONOMY section 7), and what that means as urgency. Pure."""

from collections.abc import Mapping

DEFAULT = 3

WORDS: dict[str, int] = {
    "p1": 1, "p2": 2, "p3": 3, "p4": 4, "p5": 5,
    "critical": 1, "crit": 1, "fatal": 1, "emergency": 1, "emerg": 1, "disaster": 1, "blocker": 1, "page": 1, "sev0": 1, "sev1": 1, "sev-1": 1, "down": 1,
    "highest": 1, "outage": 1,
    "high": 2, "error": 2, "err": 2, "major": 2, "alert": 2, "sev2": 2, "sev-2": 2, "urgent": 2, "severe": 2, "failure": 2, "failed": 2,
    "warning": 3, "warn": 3, "medium": 3, "moderate": 3, "average": 3, "minor": 3, "sev3": 3, "sev-3": 3, "ticket": 3, "unknown": 3, "degraded": 3,
    "low": 4, "notice": 4, "sev4": 4, "sev-4": 4,
    "info": 5, "informational": 5, "information": 5, "debug": 5, "none": 5, "ok": 5, "normal": 5, "sev5": 5, "sev-5": 5, "lowest": 5, "verbose": 5,
    "not classified": 5, "indeterminate": 3,
}  # fmt: skip

URGENCY = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4}


def priority_of(word: str, own: Mapping[str, object] | None = None, tool: Mapping[str, int] | None = None) -> int:
    """P1 to P5 (as 1 to 5) for a word, letter case ignored; an unknown word is P3.

    own: the integration's map, which wins. tool: what a word means in that tool alone, such as Azure's Sev1, an error and not the worst.
    """
    key = word.strip().lower()
    mapped = next((value for known, value in (own or {}).items() if str(known).strip().lower() == key), None)
    if mapped is not None:
        level = str(mapped).strip().lower().removeprefix("p")
        if level in ("1", "2", "3", "4", "5"):
            return int(level)
    return (tool or {}).get(key) or WORDS.get(key, DEFAULT)


def is_word(word: str, own: Mapping[str, object], tool: Mapping[str, int]) -> bool:
    """Whether priority_of knows the word, or takes it for P3 because it does not."""
    key = word.strip().lower()
    return key in WORDS or key in tool or key in {str(known).strip().lower() for known in own}


def urgency_of(priority: int) -> int:
    """The urgency of an incident that an alert of this priority opens: P1 critical, P2 high, P3 medium, else low."""
    return URGENCY[priority]
