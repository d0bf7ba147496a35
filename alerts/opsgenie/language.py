"""The query language of Opsgenie's alert list, as a tree. Pure: no database, no Django.

    status: open AND (priority: P1 OR tag: (Critical OR "night shift")) AND NOT owner: ada@example.com AND count >= 5 AND disk*

Terms side by side mean AND. A word without a field is looked for in message, alias, entity, source, tags and description. Values may be quoted; a trailing
(or leading) * is a wildcard; detailsPair("region":"eu") asks for one detail. Errors say where and what to write instead.
https://support.atlassian.com/opsgenie/docs/search-queries-for-alerts/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LONGEST, DEEPEST, MOST_TERMS = 2_000, 20, 100
TEXT, NUMBER, INSTANT, FLAG, STATE, LEVEL = "text", "number", "instant", "flag", "state", "level"
FIELDS: dict[str, str] = {
    "createdAt": INSTANT, "updatedAt": INSTANT, "lastOccurredAt": INSTANT, "snoozedUntil": INSTANT, "alertId": TEXT, "tinyId": NUMBER, "alias": TEXT,
    "count": NUMBER, "message": TEXT, "description": TEXT, "source": TEXT, "entity": TEXT, "status": STATE, "owner": TEXT, "acknowledgedBy": TEXT,
    "closedBy": TEXT, "recipients": TEXT, "isSeen": FLAG, "acknowledged": FLAG, "snoozed": FLAG, "teams": TEXT, "responders": TEXT,
    "integration.name": TEXT, "integration.type": TEXT, "tag": TEXT, "actions": TEXT, "details.key": TEXT, "details.value": TEXT, "priority": LEVEL,
    "detailsPair": TEXT, "text": TEXT, "service": TEXT,
}  # fmt: skip
SYNONYMS = {"tags": "tag", "team": "teams", "responder": "responders", "recipient": "recipients", "action": "actions", "id": "alertId"}
_KNOWN = {name.lower(): name for name in FIELDS} | {name.lower(): known for name, known in SYNONYMS.items()}
STATES = ("open", "closed")
FLAGS = ("true", "false")
LEVELS = ("P1", "P2", "P3", "P4", "P5")
TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<open>\()|(?P<close>\))|(?P<op><=|>=|!=|[:<>=])|(?P<word>[^\s"():<>=!]+)|(?P<odd>\S))"""
)
VALUE = re.compile(r"""\s*(?P<word>[^\s"():<>=!][^\s"()]*)""")  # after an operator a word may hold colons: entity: 10.0.0.7:9100


class BadQuery(Exception):
    """A query that cannot be understood: where (counted from 0), why, how many characters are wrong, and for a word of a fixed set that set (`known`)."""

    def __init__(self, message: str, position: int, *, word: str = "", known: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message, self.position, self.word, self.known = message, position, word, known


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison. op: is, <, <=, > or >=. value: a text, number, epoch milliseconds, True or False. key: of a detailsPair."""

    field: str
    op: str
    value: Any
    key: str = ""
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: "tuple[Node, ...]"


Node = Term | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query. kind: word, quoted, op, open or close. at, end: its offsets; the text of a quoted one is without the marks."""

    kind: str
    text: str
    at: int
    end: int


def parse(text: str) -> Node | None:
    """The tree of a query; None for an empty one. Raises BadQuery."""
    if len(text) > LONGEST:
        raise BadQuery(f"A query has at most {LONGEST} characters.", LONGEST)
    reader = _Reader(tokens(text), len(text))
    if reader.peek() is None:
        return None
    tree = reader.either(0)
    left = reader.peek()
    if left is not None:
        raise BadQuery(f"Nothing is open that this “{left.text}” could close.", left.at)
    return tree


def fields_of(tree: Node | None) -> set[str]:
    """The fields that a query names; `text` for words without one."""
    if tree is None:
        return set()
    if isinstance(tree, Term):
        return {tree.field}
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    return set().union(*(fields_of(part) for part in parts))


def field_named(word: str) -> str | None:
    """The field of a name or of another name for it, letter case ignored."""
    return _KNOWN.get(word.lower())


def tokens(text: str) -> list[Token]:
    """The pieces of a query. Raises BadQuery for a quotation mark that is never closed, and for a sign that means nothing."""
    found: list[Token] = []
    place = 0
    while match := (VALUE.match(text, place) if found and found[-1].kind == "op" else None) or TOKEN.match(text, place):
        place, kind = match.end(), match.lastgroup or ""
        if kind == "odd":
            why = (
                "This quotation mark is never closed." if match["odd"] == '"' else f"“{match['odd']}” means nothing here. Put it in quotation marks."
            )
            raise BadQuery(why, match.start("odd"))
        value = match[kind]
        if kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.append(Token(kind, value, match.start(kind), match.end(kind)))
    return found


class _Reader:
    """Recursive descent: OR binds weakest, then AND (also unwritten), then NOT."""

    def __init__(self, tokens: Sequence[Token], end: int) -> None:
        self.tokens, self.place, self.end, self.terms = tokens, 0, end, 0

    def peek(self, ahead: int = 0) -> Token | None:
        return self.tokens[self.place + ahead] if self.place + ahead < len(self.tokens) else None

    def here(self) -> int:
        """Where the reading stands, as a character of the query."""
        found = self.peek()
        return self.end if found is None else found.at

    def take(self) -> Token:
        found = self.peek()
        if found is None:
            raise BadQuery("The query ends too early: a field and a value are expected, such as status: open.", self.end)
        self.place += 1
        return found

    def is_word(self, *words: str) -> bool:
        found = self.peek()
        return found is not None and found.kind == "word" and found.text.upper() in words

    def either(self, depth: int) -> Node:
        parts = [self.both(depth)]
        while self.is_word("OR", "||"):
            self.take()
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Node:
        parts = [self.unary(depth)]
        while True:
            found = self.peek()
            if found is None or found.kind == "close" or self.is_word("OR", "||"):
                break
            if self.is_word("AND", "&&"):
                self.take()
            parts.append(self.unary(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def unary(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise BadQuery(f"At most {DEEPEST} levels of brackets and NOT.", self.here())
        if self.is_word("NOT"):
            self.take()
            return Not(self.unary(depth + 1))
        found = self.take()
        if found.kind == "open":
            inner = self.either(depth + 1)
            self.closing(found)
            return inner
        if found.kind == "close" or found.kind == "op" or found.text.upper() in ("AND", "OR") and found.kind == "word":
            raise BadQuery(f"Before “{found.text}” something is missing: a field and a value, such as status: open.", found.at)
        return self.term(found)

    def closing(self, opened: Token) -> None:
        found = self.peek()
        if found is None or found.kind != "close":
            raise BadQuery("This bracket is never closed.", opened.at)
        self.take()

    def term(self, found: Token) -> Node:
        following = self.peek()
        if found.kind == "word" and found.text.lower() == "detailspair" and following is not None and following.kind in ("open", "op"):
            return self.pair()
        if found.kind == "word" and following is not None and following.kind == "op":
            field = field_named(found.text)
            if field is None:
                why = f"There is no field “{found.text}”. Known: {', '.join(sorted(FIELDS))}."
                raise BadQuery(why, found.at, word=found.text, known=tuple(FIELDS))
            return self.comparison(field, self.operator(field))
        return self.counted(Term("text", "is", found.text, is_phrase=found.kind == "quoted"), found)

    def operator(self, field: str) -> str:
        op = self.take()
        following = self.peek()
        if op.text == ":" and following is not None and following.kind == "op" and following.text != ":":
            op = self.take()
        if op.text in (":", "="):
            return "is"
        if op.text == "!=":
            return "!="
        if FIELDS[field] not in (NUMBER, INSTANT, LEVEL):
            raise BadQuery(f"“{field}” has no order: write {field}: value.", op.at)
        return op.text

    def comparison(self, field: str, op: str) -> Node:
        found = self.take()
        if op == "!=":
            self.place -= 1
            return Not(self.comparison(field, "is"))
        if found.kind == "open":
            inner = self.values(field, op, 0)
            self.closing(found)
            return inner
        if found.kind in ("close", "op"):
            raise BadQuery(f"After “{field}” a value is missing.", found.at)
        return self.counted(Term(field, op, _value(field, op, found), is_phrase=found.kind == "quoted"), found)

    def values(self, field: str, op: str, depth: int) -> Node:
        """A group of values: tag: (a OR b AND NOT c)."""
        if depth > DEEPEST:
            raise BadQuery(f"At most {DEEPEST} levels of brackets.", self.here())
        options, all_of = [], [self.one_value(field, op, depth)]
        while (found := self.peek()) is not None and found.kind != "close":
            if self.is_word("OR", "||"):
                self.take()
                options.append(all_of)
                all_of = []
            elif self.is_word("AND", "&&"):
                self.take()
            all_of.append(self.one_value(field, op, depth))
        options.append(all_of)
        parts = tuple(one[0] if len(one) == 1 else Both(tuple(one)) for one in options)
        return parts[0] if len(parts) == 1 else Either(parts)

    def one_value(self, field: str, op: str, depth: int) -> Node:
        if self.is_word("NOT"):
            self.take()
            return Not(self.one_value(field, op, depth + 1))
        found = self.peek()
        if found is not None and found.kind == "open":
            self.take()
            inner = self.values(field, op, depth + 1)
            self.closing(found)
            return inner
        return self.comparison(field, op)

    def pair(self) -> Node:
        """detailsPair("key":"value"), also without quotation marks, and detailsPair: with one behind."""
        following = self.peek()
        if following is not None and following.kind == "op":
            self.take()
        opened = self.take()
        if opened.kind != "open":
            raise BadQuery('Write detailsPair("key":"value").', opened.at)
        name = self.take()
        colon = self.take()
        if colon.text != ":" or name.kind not in ("word", "quoted"):
            raise BadQuery('Write detailsPair("key":"value").', colon.at)
        value = self.take()
        if value.kind not in ("word", "quoted"):
            raise BadQuery('Write detailsPair("key":"value").', value.at)
        self.closing(opened)
        return self.counted(Term("detailsPair", "is", value.text, key=name.text), name)

    def counted(self, term: Term, found: Token) -> Term:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise BadQuery(f"A query has at most {MOST_TERMS} terms.", found.at)
        return term


def _value(field: str, op: str, found: Token) -> Any:
    """A value as its field understands it."""
    kind, text = FIELDS[field], found.text
    if kind == NUMBER:
        if not (text.isascii() and text.isdecimal() and len(text) < 18):
            raise BadQuery(f"“{field}” is a number, such as {field} > 5.", found.at)
        return int(text)
    if kind == FLAG:
        if text.lower() not in FLAGS:
            raise BadQuery(f"“{field}” is true or false.", found.at, word=text, known=FLAGS)
        return text.lower() == "true"
    if kind == STATE:
        if text.lower() not in STATES:
            why = "“status” is open or closed. What is acknowledged or snoozed: acknowledged: true, snoozed: true."
            raise BadQuery(why, found.at, word=text, known=STATES)
        return text.lower()
    if kind == LEVEL:
        if text.upper() not in LEVELS:
            raise BadQuery("“priority” is P1, P2, P3, P4 or P5.", found.at, word=text, known=LEVELS)
        return text.upper()
    if kind == INSTANT:
        return _instant(field, text, found.at)
    return text


DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})(?:T(\d{2}):(\d{2}))?")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::\d{2})?(?:\.\d+)?(?:Z|\+00:00)?)?")


def _instant(field: str, text: str, at: int) -> tuple[int, int]:
    """From and until (exclusive) as milliseconds since 1970: a millisecond, a minute or a day."""
    if text.isascii() and text.isdecimal() and len(text) < 16:
        return int(text), int(text) + 1
    found = DAY.fullmatch(text) or ISO.fullmatch(text)
    if found is None:
        raise BadQuery(f"“{field}” is an instant: milliseconds since 1970, or 24-11-2026, or 24-11-2026T09:30.", at)
    *numbers, hour, minute = found.groups()
    try:
        year, month, date = (int(one) for one in (numbers if found.re is ISO else reversed(numbers)))
        begin = datetime(year, month, date, int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        raise BadQuery(f"“{text}” is no day of the calendar.", at) from None
    from_ms = int(begin.timestamp() * 1000)
    return from_ms, from_ms + (60_000 if hour else 86_400_000)
