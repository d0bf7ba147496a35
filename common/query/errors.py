"""What can be wrong with a query, told so that the person can mend it."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from django.utils.translation import gettext as _

from common import errors

MOST_SUGGESTED = 3


class QueryError(errors.Invalid):
    """The query cannot be answered.

    position: the column of the word that is wrong, the first one is 1; one past the end when something is missing there.
    length: how many characters that word has. suggestions: texts that may stand in its place. field: the parameter that carries the query.
    """

    def __init__(self, position: int, message: str, suggestions: Iterable[str] = (), *, length: int = 1, field: str = "jql") -> None:
        self.position, self.length = position, length
        self.suggestions = tuple(suggestions)
        super().__init__(field, message)


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known words that look most like a mistyped one, letter case ignored, and none that look clearly less like it than the best."""
    by_lower = {name.lower(): name for name in known}
    wanted = word.lower()[:100]
    found = get_close_matches(wanted, list(by_lower), n=MOST_SUGGESTED, cutoff=0.6)
    likeness = {name: SequenceMatcher(None, name, wanted).ratio() for name in found}
    return [by_lower[name] for name in found if likeness[name] > likeness[found[0]] - 0.1]


def did_you_mean(suggestions: Iterable[str]) -> str:
    """The question at the end of a message; empty without suggestions."""
    offered = list(suggestions)
    return " " + _("Did you mean %(names)s?") % {"names": _(" or ").join(offered)} if offered else ""
