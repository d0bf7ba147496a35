"""Strings for the fuzz of the query language: grown from the grammar, those bent at a random place, and plain noise."""

from hypothesis import strategies as st

from common.query import functions
from common.query.tokens import quoted
from tests.tickets.query_table import ERRORS, SIGHT, TABLE
from tickets.query_fields import ALL

FIELDS = [name for field in ALL for name in field.names] + ["Cost centre", "seats", "Outage day", "region", "7", "nosuchfield", ""]
OPERATORS = ["=", "!=", "~", "!~", "<", "<=", ">", ">=", "is", "is not", "was", "was not"]
LISTS = ["in", "not in", "was in", "was not in"]
VALUES = [
    "P1", "P3", "1", "0", "-1", "99999999999999999999", "1e999", "2.5", "NaN", "true", "no", "New", "Done", "pending", "Fixed", "Unresolved", "Incident",
    "currentUser", "jonas.requester@example.com", "Hanna Agent", "payments", "wiki", "Network / VPN", "vip", "INC-1", "INC-999999999999999999",
    "INC-" + "9" * 30, "-1d", "4h 30m", "2w", "1M", "-999999999y", "2026-11-17", "2026-11-17 12:00", "99999-01-01", "2999-12-31", "1900-01-01 00:00",
    "2026-02-30", "0000-00-00", "blocks", "is caused by", "Extensive", "North", "CC-100 West", "*", "'", '"', "\\", "&|!():*<->", "the", "a" * 200, "a" * 201,
    "ß\u0130\u0131", "\u202e", "🙂", "%", "_", "{}", "'; DROP TABLE tickets_ticket; --", "swordfish", "salary", "fraud*", "-fraud", '"two words"',
]  # fmt: skip

broken = st.characters(categories=["Lu", "Ll", "Nd", "Po", "Sm", "Zs", "Cc", "Cs"])
value = st.one_of(
    st.sampled_from(VALUES).map(quoted), st.sampled_from(VALUES), st.sampled_from(["EMPTY", "NULL"]), st.text(broken, max_size=12).map(quoted)
)
call = st.builds(
    lambda name, arguments: f"{name}({', '.join(arguments)})",
    st.sampled_from([*(one.name for one in functions._functions.values()), "nosuch"]),
    st.lists(value, max_size=2),
)
operand = st.one_of(value, value, call)
field = st.sampled_from(FIELDS).map(quoted)
comparison = st.one_of(
    st.builds(lambda *parts: " ".join(parts), field, st.sampled_from(OPERATORS), operand),
    st.builds(lambda name, word, values: f"{name} {word} ({', '.join(values)})", field, st.sampled_from(LISTS), st.lists(operand, max_size=4)),
    st.builds(lambda name, word: f"{name} {word} EMPTY", field, st.sampled_from(["is", "is not"])),
)
known = st.sampled_from([text for text, _rows in TABLE] + [text for _who, text, _rows in SIGHT] + [text for text, _at, _part in ERRORS])
condition = st.recursive(
    st.one_of(comparison, known),
    lambda inner: st.one_of(
        st.builds(lambda left, word, right: f"({left}) {word} ({right})", inner, st.sampled_from(["and", "OR", "&&", "||"]), inner),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=6,
)
order = st.builds(
    lambda parts: " ORDER BY " + ", ".join(parts),
    st.lists(st.builds(lambda name, word: f"{name}{word}", field, st.sampled_from(["", " asc", " DESC"])), min_size=1, max_size=3),
)
sound = st.recursive(
    st.sampled_from([text for text, _rows in TABLE if text]),
    lambda inner: st.one_of(
        st.builds(lambda left, word, right: f"({left}) {word} ({right})", inner, st.sampled_from(["and", "OR", "&&", "||"]), inner),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=5,
)
sorted_by = st.sampled_from(["", " order by priority, created desc", " order by assignee, 'Time to first response'", " ORDER BY status DESC, seats"])
right = st.builds(lambda text, tail: text + tail, sound, sorted_by)
made = st.builds(lambda text, tail: text + tail, condition, st.one_of(st.just(""), order))


def _bent(text: str, at: float, count: int, put: str) -> str:
    place = int(at * len(text))
    return text[:place] + put + text[place + count :]


bent = st.builds(
    _bent,
    made,
    st.floats(0, 1),
    st.integers(0, 6),
    st.one_of(st.text(broken, max_size=3), st.sampled_from(["(", ")", '"', "'", " not ", " and ", ","])),
)
noise = st.one_of(
    st.text(max_size=60), st.text(broken, max_size=60), st.integers(1, 60).map(lambda n: "(" * n), st.integers(1, 900).map(lambda n: "not " * n)
)
_KINDS = [right] * 6 + [made] + [bent] * 2 + [noise]
queries = st.integers(0, len(_KINDS) - 1).flatmap(lambda number: _KINDS[number])
