"""The kinds of record that may have custom fields: the apps that own them register here."""

from typing import Any

_kinds: dict[str, Any] = {}


def register(name: str, label: Any) -> None:
    """Adds a kind of record; the same name again replaces it."""
    _kinds[name] = label


def choices() -> list[tuple[str, Any]]:
    """Name and label of every kind, in order of registration."""
    return list(_kinds.items())
