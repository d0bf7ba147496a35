"""The answer of a permission: allowed or not, and why."""

from dataclasses import dataclass

from common import errors


@dataclass(frozen=True, slots=True)
class Decision:
    """Truthy when allowed. The reason is a sentence for the person who asks. is_of_state: how the record stands forbids it to everybody."""

    allowed: bool
    reason: str = ""
    is_of_state: bool = False

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raises Refused with the reason when the decision is no, Conflict when that is the record's state."""
        if not self.allowed:
            raise errors.Conflict(self.reason) if self.is_of_state else errors.Refused(self.reason)


ALLOWED = Decision(allowed=True)
