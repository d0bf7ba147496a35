"""From the text of a query to its tree."""

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import lark
from django.utils.translation import gettext as _
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from common.query import place, tokens, tree
from common.query.errors import QueryError

DEEPEST = 30
MOST_COMPARISONS = 200
MOST_LISTED = 500
KEPT = 1000

Children = list[Any]


@lru_cache(maxsize=KEPT)
def parse(text: str) -> tree.Query:
    """The tree of a query; an empty text means every row. Raises QueryError and nothing else, whatever the text is."""
    words = tokens.tokens_of(text)
    _require_limits(words)
    try:
        return _parser().parse(text)  # type: ignore[return-value]  # the builder makes the tree
    except UnexpectedToken as error:
        raise _unexpected(text, words, error.token) from None
    except lark.exceptions.VisitError as error:  # pragma: no cover  # the builder's own error, should lark ever wrap it
        raise error.orig_exc from None


class _Words(Lexer):
    """Hands our words to lark."""

    def __init__(self, configuration: Any) -> None:
        """lark gives the terminals; ours are fixed."""

    def lex(self, text: Any) -> Iterator[lark.Token]:  # type: ignore[override]  # the simple form of a lexer, which lark supports
        for word in tokens.tokens_of(str(text)):
            yield lark.Token(word.type, word.text, start_pos=word.start, end_pos=word.end)


def _text(token: lark.Token) -> tree.Text:
    start, end = token.start_pos or 0, token.end_pos or 0
    return tree.Text(str(token), start + 1, end - start, token.type == "STRING")


def _operand(part: Any) -> tree.Operand:
    if isinstance(part, lark.Token):
        word = _text(part)
        return tree.Empty(word.position, word.length) if part.type == "EMPTY" else word
    return part  # type: ignore[no-any-return]  # a call


class _Builder(lark.Transformer[lark.Token, Any]):
    """Makes the tree while lark reads, so that nothing recurses."""

    def start(self, parts: Children) -> tree.Query:
        order = parts.pop() if parts and isinstance(parts[-1], tuple) else ()
        return tree.Query(parts[0] if parts else None, order)

    def either(self, parts: Children) -> tree.Either:
        return tree.Either(tuple(parts))

    def both(self, parts: Children) -> tree.Both:
        return tree.Both(tuple(parts))

    def negated(self, parts: Children) -> tree.Node:
        inner: tree.Node = parts[1]
        return inner.part if isinstance(inner, tree.Negated) else tree.Negated(inner)

    def operator(self, parts: Children) -> lark.Token:
        return parts[0]  # type: ignore[no-any-return]

    def compared(self, parts: Children) -> tree.Comparison:
        return _comparison(parts[0], [parts[1]], [parts[2]])

    def compared_many(self, parts: Children) -> tree.Comparison:
        return _comparison(parts[0], parts[1:-1], parts[-1])

    def compared_empty(self, parts: Children) -> tree.Comparison:
        return _comparison(parts[0], parts[1:-1], [parts[-1]])

    def compared_before(self, parts: Children) -> tree.Comparison:
        return _comparison(parts[0], parts[1:-1], parts[-1] if isinstance(parts[-1], list) else [parts[-1]])

    def several(self, parts: Children) -> Children:
        if len(parts) > MOST_LISTED:
            word = _operand(parts[MOST_LISTED])
            raise QueryError(
                word.name.position if isinstance(word, tree.Call) else word.position, _("A list has at most %(most)d values.") % {"most": MOST_LISTED}
            )
        return list(parts)

    def function(self, parts: Children) -> tree.Call:
        return tree.Call(_text(parts[0]), tuple(_text(part) for part in parts[1:]))

    def ordering(self, parts: Children) -> tuple[tree.Sort, ...]:
        return tuple(parts)

    def sort(self, parts: Children) -> tree.Sort:
        return tree.Sort(_text(parts[0]), None if len(parts) == 1 else parts[1].type == "DESC")


def _comparison(name: lark.Token, operator: Children, operands: Children) -> tree.Comparison:
    names = [{"NOT": "not"}.get(part.type, str(part).lower()) for part in operator]
    return tree.Comparison(_text(name), " ".join(names), operator[0].start_pos + 1, tuple(_operand(part) for part in operands))


@cache
def _parser() -> lark.Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text()
    return lark.Lark(grammar, parser="lalr", lexer=_Words, transformer=_Builder())


def _require_limits(words: list[tokens.Token]) -> None:
    """Brackets and NOTs may stand in each other thirty deep, and a query makes at most two hundred comparisons."""
    depth = denials = comparisons = 0
    for word in words:
        denials = denials + 1 if word.type == "NOT" else 0 if word.type != "_OPEN" else denials
        depth += {"_OPEN": 1, "_CLOSE": -1}.get(word.type, 0)
        if depth + denials > DEEPEST:
            raise QueryError(word.position, _("Brackets and NOTs may be nested %(most)d deep.") % {"most": DEEPEST})
        comparisons += word.type in place.SIMPLE or word.type in ("IN", "IS", "WAS")
        if comparisons > MOST_COMPARISONS:
            raise QueryError(word.position, _("A query makes at most %(most)d comparisons.") % {"most": MOST_COMPARISONS})


def _unexpected(text: str, words: list[tokens.Token], found: lark.Token) -> QueryError:
    """Says what was expected where the words stop making sense."""
    if found.type == "$END":
        here = place.after(words)
        return QueryError(len(text.rstrip()) + 1, _("The query ends too early. %(wanted)s") % {"wanted": _wanted(here)})
    index = next(number for number, word in enumerate(words) if word.start == found.start_pos)
    word, here = words[index], place.after(words[:index])
    if here.expects == place.AFTER and word.type == "_CLOSE" and not here.depth:
        return QueryError(word.position, _("This closing bracket has no opening one."))
    joined = _joined(text, words, index, here.expects)
    if joined:
        message = _("“%(word)s” was not expected here. Put names and values of several words in quotation marks: %(joined)s.")
        return QueryError(word.position, message % {"word": word.text[:60], "joined": joined}, length=word.length)
    if word.type in tokens.KEYWORDS.values() and here.expects in (place.VALUE, place.LISTED, place.FIELD):
        message = _("“%(word)s” is a word of the query language; as a value it needs quotation marks. %(wanted)s")
        return QueryError(word.position, message % {"word": word.text, "wanted": _wanted(here)}, length=word.length)
    message = _("“%(word)s” was not expected here. %(wanted)s")
    return QueryError(word.position, message % {"word": word.text[:60], "wanted": _wanted(here)}, length=word.length)


def _wanted(here: place.Place) -> str:
    name = here.field.text[:60] if here.field else ""
    if here.expects == place.AFTER and here.depth:
        return _("A closing bracket, AND or OR must follow.")
    return {
        place.FIELD: _("A field must follow, such as status or assignee."),
        place.OPERATOR: _("An operator must follow “%(name)s”, such as =, in, ~ or is.") % {"name": name},
        place.AFTER_NOT: _("“not” after a field must be followed by in."),
        place.AFTER_IS: _("“is” must be followed by EMPTY or not EMPTY."),
        place.AFTER_WAS: _("A value must follow."),
        place.VALUE: _("A value must follow."),
        place.LIST: _("A list in brackets or a function must follow."),
        place.LISTED: _("A value must follow."),
        place.AFTER_LISTED: _("A comma or a closing bracket must follow."),
        place.ARGUMENT: _("An argument or a closing bracket must follow."),
        place.AFTER_ARGUMENT: _("A comma or a closing bracket must follow."),
        place.AFTER: _("AND, OR or ORDER BY must follow."),
        place.BY: _("BY must follow ORDER."),
        place.SORT: _("A field to sort by must follow."),
        place.DIRECTION: _("ASC, DESC or a comma must follow."),
    }[here.expects]


def _joined(text: str, words: list[tokens.Token], index: int, expects: str) -> str:
    """What was meant when several words stand where one is wanted: Major incident, or in progress. Empty when that is not the mistake."""
    word = words[index]
    before, behind = words[index - 1] if index else None, words[index + 1] if index + 1 < len(words) else None
    if expects == place.VALUE and word.type in tokens.KEYWORDS.values() and behind is not None and behind.type == "WORD":
        return tokens.quoted(text[word.start : behind.end])
    is_field = expects == place.OPERATOR and word.type == "WORD"
    is_value = expects in (place.AFTER, place.AFTER_LISTED) and word.type == "WORD" and not _begins_comparison(behind)
    if before is None or before.type != "WORD" or not (is_field or is_value):
        return ""
    return tokens.quoted(text[before.start : word.end])


def _begins_comparison(token: tokens.Token | None) -> bool:
    return token is not None and (token.type in place.SIMPLE or token.type in ("IN", "NOT", "IS", "WAS"))
