"""What can go wrong in an action, in words that a person can act on.

HTML views and the API turn these into the right status: Refused 403, Invalid 422 in a form and 400 in the API, Conflict 409, TooSlow as Invalid.
"""

from django.db import OperationalError
from django.utils.translation import gettext as _
from psycopg2.errors import QueryCanceled


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


class TooSlow(DomainError):
    """The database gave up on a question that takes too long. The message says how to ask for less."""


class Conflict(DomainError):
    """The record changed meanwhile, or its state does not allow this."""


def of(error: Exception) -> DomainError | None:
    """The domain error that an exception is or stands for; None for any other failure."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled):
        return TooSlow(_("Finding this takes too long. Ask for less: only open tickets, one team, or what was created in the last months."))
    return error if isinstance(error, DomainError) else None
