"""Who asks, when, and in which time zone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Asker:
    """The person a query is answered for. at: the instant that “now” means. zone: in which days begin for this person.

    memo keeps what one query looks up several times.
    """

    user: Any
    at: datetime
    zone: tzinfo
    memo: dict[str, Any] = field(default_factory=dict, compare=False)

    def once(self, name: str, find: Callable[[], Answer]) -> Answer:
        """The answer of `find`, asked for at most once in this query."""
        if name not in self.memo:
            self.memo[name] = find()
        return self.memo[name]  # type: ignore[no-any-return]
