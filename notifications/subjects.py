"""The records that notices are about: each app above says which of its records a person may see, so that nobody is told of others."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Visible = Callable[[Any, bool], QuerySet[Any]]

_visible: dict[str, Visible] = {}


def register(subject_type: str, visible: Visible) -> None:
    """visible(user, is_internal) answers the records of this type that the user may see, or whose internal side he may read."""
    _visible[subject_type] = visible


def types() -> list[str]:
    """Every type that an app registered."""
    return sorted(_visible)


def visible(user: Any, subject_type: str, *, is_internal: bool) -> QuerySet[Any]:
    """The records of a type that this person may see. Raises LookupError for a type that nobody registered."""
    try:
        return _visible[subject_type](user, is_internal)
    except KeyError:
        raise LookupError(f"Nobody registered the subject {subject_type!r}.") from None


def may_see(user: Any, subject_type: str, subject_id: int, *, is_internal: bool) -> bool:
    """Whether this person may be told of one record."""
    return user.is_active and visible(user, subject_type, is_internal=is_internal).filter(pk=subject_id).exists()
