"""What is wrong with a query of alerts, as screens and the API tell it."""

from alerts.opsgenie.language import BadQuery
from common.query.errors import QueryError, did_you_mean, nearest


def told(error: BadQuery, field: str) -> QueryError:
    """The same with its place as people count, and with what may have been meant. field: the input that carries the query."""
    alike = nearest(error.word, error.known) if error.word else []
    message = error.message.partition(" Known:")[0] + did_you_mean(alike) if alike else error.message
    return QueryError(error.position + 1, message, alike, length=len(error.word) or 1, field=field)
