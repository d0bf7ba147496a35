"""The words of a query: keywords, operators, brackets, plain words and quoted texts, each with its column."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.query.errors import QueryError

LONGEST = 4_000

KEYWORDS = {
    "and": "_AND", "or": "_OR", "not": "NOT", "in": "IN", "is": "IS", "was": "WAS", "empty": "EMPTY", "null": "EMPTY",
    "order": "_ORDER", "by": "_BY", "asc": "ASC", "desc": "DESC",
}  # fmt: skip
SYMBOLS = {
    "(": "_OPEN", ")": "_CLOSE", ",": "_COMMA", "=": "EQ", "!=": "NE", "~": "LIKE", "!~": "UNLIKE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE",
    "!": "NOT", "&": "_AND", "&&": "_AND", "|": "_OR", "||": "_OR",
}  # fmt: skip
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

_PIECE = re.compile(
    r"""(?P<space>\s+)
    | (?P<quoted>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
    | (?P<symbol>!=|!~|<=|>=|&&|\|\||[()=!~<>&|,])
    | (?P<word>(?:[^\s()"'=!~<>&|,\\]|\\.)+)""",
    re.VERBOSE | re.DOTALL,
)
_BROKEN = re.compile(r"[\0\ud800-\udfff]")
_RESERVED = re.compile(r"""[\s()"'=!~<>&|,\\]""")


@dataclass(frozen=True, slots=True)
class Token:
    """One word. type: a terminal of the grammar. text: its meaning, without quotation marks. start: its offset, the first one is 0."""

    type: str
    text: str
    start: int
    length: int

    @property
    def position(self) -> int:
        """The column of its first character, the first one is 1."""
        return self.start + 1

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.start + self.length


def tokens_of(text: str) -> list[Token]:
    """The words of a query. Raises QueryError for a text that is too long, is no text, or does not close a quotation mark."""
    if len(text) > LONGEST:
        raise QueryError(LONGEST + 1, _("A query has at most %(most)d characters; this one has %(given)d.") % {"most": LONGEST, "given": len(text)})
    broken = _BROKEN.search(text)
    if broken:
        raise QueryError(broken.start() + 1, _("Remove the character here: it is no text."))
    found, at = [], 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            raise _unfinished(text, at)
        if piece.lastgroup != "space":
            found.append(_token(str(piece.lastgroup), piece.group(), at))
        at = piece.end()
    return found


def _token(group: str, written: str, at: int) -> Token:
    if group == "quoted":
        return Token("STRING", _plain(written[1:-1]), at, len(written))
    if group == "symbol":
        return Token(SYMBOLS[written], written, at, len(written))
    return Token(KEYWORDS.get(written.lower(), "WORD"), _plain(written), at, len(written))


def _plain(written: str) -> str:
    return re.sub(r"\\(.)", lambda escape: ESCAPES.get(escape[1], escape[1]), written, flags=re.DOTALL)


def _unfinished(text: str, at: int) -> QueryError:
    if text[at] == "\\":
        return QueryError(at + 1, _("A backslash must stand before the character that it protects."))
    return QueryError(at + 1, _("The text that begins here has no closing quotation mark."), [text[at:] + text[at]], length=len(text) - at)


def quoted(value: str) -> str:
    """A value as it must be written: in quotation marks when it is no plain word."""
    if value and value.lower() not in KEYWORDS and not _RESERVED.search(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
