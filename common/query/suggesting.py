"""What may stand where the person is typing: fields, operators, values, functions and keywords, the most likely first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.query import fields, functions, place, tree
from common.query.asking import Asker
from common.query.errors import QueryError
from common.query.fields import Field, Suggestion
from common.query.tokens import KEYWORDS, Token, quoted, tokens_of

MOST = 12

OPERATOR_LABELS = {
    "=": _("is"), "!=": _("is not"), "in": _("one of"), "not in": _("none of"), "~": _("contains"), "!~": _("does not contain"), "<": _("less, before"),
    "<=": _("at most"), ">": _("more, after"), ">=": _("at least"), "is": "", "is not": "", "was": _("once was"), "was not": _("never was"),
    "was in": _("once was one of"), "was not in": _("never was one of"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """What to offer. start, end: the offsets (from 0) of the text that a suggestion replaces."""

    start: int
    end: int
    suggestions: list[Suggestion]


def suggest(text: str, cursor: int, subject: str, asker: Asker) -> Completion:
    """The completion at an offset of a query, which may be unfinished and wrong elsewhere. Never raises for a text."""
    cursor = max(0, min(cursor, len(text)))
    try:
        words, begun = _split(text[:cursor])
    except QueryError:
        return Completion(cursor, cursor, [])
    here = place.after(words)
    start = begun.start if begun else cursor
    typed = begun.text if begun else ""
    found = _Completer(subject, asker, here).offer(typed, begun is not None and begun.type == "STRING")
    return Completion(start, _end(text, cursor, begun), found[:MOST])


def _split(before: str) -> tuple[list[Token], Token | None]:
    """The finished words in front of the cursor, and the one that is being typed; an open quotation mark begins one."""
    try:
        words = tokens_of(before)
    except QueryError as error:
        at = error.position - 1
        if at >= len(before) or before[at] not in "\"'":
            raise
        return tokens_of(before[:at]), Token("STRING", before[at + 1 :], at, len(before) - at)
    if words and words[-1].end == len(before) and (words[-1].type in place.TEXTS or words[-1].type in KEYWORDS.values()):
        is_word = words[-1].text.lower() in KEYWORDS or words[-1].type == "WORD"
        return (words[:-1], words[-1]) if is_word else (words, None)
    return words, None


def _end(text: str, cursor: int, begun: Token | None) -> int:
    """Up to the end of the word under the cursor; an open quotation mark takes its closing one along."""
    if begun is None:
        return cursor
    end = cursor
    if begun.type == "STRING":
        close = text.find(text[begun.start], cursor)
        return close + 1 if close >= 0 and "\n" not in text[cursor:close] else cursor
    while end < len(text) and (text[end].isalnum() or text[end] in "-_.@"):
        end += 1
    return end


class _Completer:
    """Offers what a place expects."""

    def __init__(self, subject: str, asker: Asker, here: place.Place) -> None:
        self.subject, self.asker, self.here = subject, asker, here

    def offer(self, typed: str, is_quoted: bool) -> list[Suggestion]:
        """The suggestions for what was typed so far."""
        expects = self.here.expects
        if expects in (place.FIELD, place.SORT):
            return self._fields(typed)
        if expects in (place.OPERATOR, place.AFTER_NOT, place.AFTER_IS):
            return [] if is_quoted else self._operators(typed)
        if expects in (place.VALUE, place.LISTED, place.AFTER_WAS, place.LIST):
            return self._values(typed)
        words = {
            place.AFTER: ["AND", "OR", "ORDER BY"], place.BY: ["BY"], place.DIRECTION: ["ASC", "DESC"], place.AFTER_LISTED: [",", ")"],
            place.AFTER_ARGUMENT: [")"],
        }  # fmt: skip
        return _keywords([*([")"] if expects == place.AFTER and self.here.depth else []), *words.get(expects, [])], typed)

    def _fields(self, typed: str) -> list[Suggestion]:
        wanted = typed.lower()
        known = fields.all_fields(self.subject, self.asker)
        if self.here.expects == place.SORT:
            known = [field for field in known if field.sort]
        ranked = sorted((rank, number, field) for number, field in enumerate(known) if (rank := _rank(field, wanted)) is not None)
        found = [Suggestion("field", quoted(field.name), str(field.label)) for _rank, _number, field in ranked]
        if self.here.expects == place.FIELD:
            found += _keywords(["NOT"], typed) if typed else []
        return found

    def _field(self) -> Field | None:
        token = self.here.field
        if token is None:
            return None
        try:
            return fields.find(self.subject, tree.Text(token.text, token.position, token.length), self.asker)
        except QueryError:
            return None

    def _operators(self, typed: str) -> list[Suggestion]:
        field = self._field()
        if self.here.expects == place.AFTER_NOT:
            return _keywords(["in"], typed)
        if self.here.expects == place.AFTER_IS:
            return _keywords(["EMPTY", "not EMPTY"], typed)
        known = field.matcher.operators if field else frozenset(OPERATOR_LABELS)
        found = [(f"{name} EMPTY" if name in ("is", "is not") else name, label) for name, label in OPERATOR_LABELS.items() if name in known]
        return [Suggestion("operator", name, str(label)) for name, label in found if name.lower().startswith(typed.lower())]

    def _values(self, typed: str) -> list[Suggestion]:
        field, is_list = self._field(), self.here.expects == place.LIST
        if field is None:
            return []
        called = [one for one in functions.of_kind(field.matcher.kind) if one.name.lower().startswith(typed.lower())]
        found = [Suggestion("function", one.usage, str(one.label)) for one in called]
        if is_list:
            return [*_keywords(["("], typed), *found]
        values = [one for one in field.matcher.suggest(typed, self.asker) if one.text.strip('"').lower() not in self.here.listed]
        empty = _keywords(["EMPTY"], typed) if typed and "=" in field.matcher.operators else []
        return [*found[:3], *values, *found[3:], *empty] if typed else [*values[: MOST - len(found[:3])], *found]


def _rank(field: Field, wanted: str) -> int | None:
    """0 when its name begins so, 1 when another name does, 2 when one contains it, None when no name does."""
    label = str(field.label).lower()
    if field.name.lower().startswith(wanted) or label.startswith(wanted):
        return 0
    names = [*(name.lower() for name in field.aliases), label, field.name.lower()]
    return 1 if any(name.startswith(wanted) for name in names) else 2 if any(wanted in name for name in names) else None


def _keywords(words: Iterable[str], typed: str) -> list[Suggestion]:
    return [Suggestion("keyword", word) for word in words if word.lower().startswith(typed.lower())]
