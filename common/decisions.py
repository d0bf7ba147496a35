"""The answer of a permission: allowed or not, and why."""

from dataclasses import dataclass

from common import errors


@dataclass(frozen=True, slots=True)
class Decision:
    """Truthy when allowed. The reason is a sentence for the person who asks."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raises Refused with the reason when the decision is no."""
        if not self.allowed:
            raise errors.Refused(self.reason)


ALLOWED = Decision(allowed=True)
