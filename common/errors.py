"""What can go wrong in an action, in words that a person can act on.

HTML views and the API turn these into the right status: Refused 403, Invalid 422 in a form and 400 in the API, Conflict 409.
"""


class DomainError(Exception):
    """An action was not carried out and nothing changed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)


class Refused(DomainError):
    """The actor may not do this. The message says why and who may."""


class Invalid(DomainError):
    """One value is missing or wrong. `field` names the input, the message says the remedy."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Conflict(DomainError):
    """The record changed meanwhile, or its state does not allow this."""
