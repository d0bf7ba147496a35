"""What a list asks for, by its queue, its filters and its query, as one text of the query language."""

import re
from collections.abc import Iterable

from django.http import QueryDict

from common.query import tokens
from common.query.errors import QueryError

FILTERS = ("priority", "status", "service", "team", "assignee")
SPECIAL = {"me": "currentUser()", "none": "EMPTY"}


def of_filters(given: QueryDict) -> str:
    """The filters of an address; the same words as the button JQL writes."""
    text = str(given.get("q", "")).strip()
    parts = [f"text ~ {_quoted(text)}"] if text else []
    for name in FILTERS:
        words = [SPECIAL.get(value, "") if name == "assignee" and value in SPECIAL else _quoted(value) for value in given.getlist(name) if value]
        if words:
            parts.append(f"{name} in ({', '.join(words)})")
    return " AND ".join(parts)


def joined(texts: Iterable[str], *, is_ordered: bool = True) -> str:
    """One query that asks for all of it; the last order that is named holds, unless is_ordered is False. Raises QueryError for a text that is no query."""
    conditions, order = [], ""
    for text in texts:
        words = tokens.tokens_of(text)
        at = next((word.start for word in words if word.type == "_ORDER"), len(text))
        order = (text[at:].strip() or order) if is_ordered else ""
        condition = text[:at].strip()
        if condition:
            conditions.append((condition, any(word.type == "_OR" for word in words)))
    several = len(conditions) > 1
    asked = " AND ".join(f"({text})" if has_or and several else text for text, has_or in conditions)
    return f"{asked} {order}".strip()


def of_list(base: str, given: QueryDict) -> str:
    """What a list shows that stands on the query `base`; a query that is wrong stays as it was typed.

    A list that was sorted by the head of a column leaves the order of its query behind.
    """
    query = given.get("jql", "")
    try:
        return joined((base, of_filters(given), query), is_ordered=not given.get("sort"))
    except QueryError:
        return query


def _quoted(text: str) -> str:
    return '"' + re.sub(r'[\\"]', r"\\\g<0>", text) + '"'
