"""Where in a query one stands: what may come next. Error messages and the completion of a half-written query ask it."""

import dataclasses
from collections.abc import Iterable

from common.query.tokens import Token

FIELD, OPERATOR, VALUE, LIST, LISTED, ARGUMENT, AFTER, SORT, DIRECTION = (
    "field", "operator", "value", "list", "listed", "argument", "after", "sort", "direction",
)  # fmt: skip
AFTER_NOT, AFTER_IS, AFTER_WAS, AFTER_LISTED, AFTER_ARGUMENT, BY = "after not", "after is", "after was", "after listed", "after argument", "by"

SIMPLE = {"EQ", "NE", "LIKE", "UNLIKE", "LT", "LE", "GT", "GE"}
TEXTS = {"WORD", "STRING"}


@dataclasses.dataclass(slots=True)
class Place:
    """What is expected next. field and operator: of the comparison that is being written. depth: open brackets around conditions."""

    expects: str = FIELD
    field: Token | None = None
    operator: str = ""
    depth: int = 0
    last: Token | None = None
    is_list: bool = False
    listed: list[str] = dataclasses.field(default_factory=list)

    def take(self, token: Token) -> None:
        """Goes one word further; a word that does not fit is passed over."""
        step = getattr(self, "_" + self.expects.replace(" ", "_"))
        self.expects = step(token) or self.expects
        self.last = token

    def _field(self, token: Token) -> str | None:
        if token.type in TEXTS:
            self.field, self.operator, self.is_list, self.listed = token, "", False, []
            return OPERATOR
        if token.type == "_OPEN":
            self.depth += 1
        return BY if token.type == "_ORDER" else None

    def _operator(self, token: Token) -> str | None:
        self.operator = token.text.lower()
        if token.type in SIMPLE:
            return VALUE
        return {"IN": LIST, "NOT": AFTER_NOT, "IS": AFTER_IS, "WAS": AFTER_WAS}.get(token.type)

    def _after_not(self, token: Token) -> str | None:
        self.operator = "not in"
        return LIST if token.type == "IN" else None

    def _after_is(self, token: Token) -> str | None:
        return AFTER if token.type == "EMPTY" else None

    def _after_was(self, token: Token) -> str | None:
        if token.type == "NOT":
            return None
        return LIST if token.type == "IN" else self._value(token)

    def _value(self, token: Token) -> str | None:
        return AFTER if token.type in TEXTS or token.type == "EMPTY" else None

    def _list(self, token: Token) -> str | None:
        if token.type == "_OPEN":
            self.is_list = True
            return LISTED
        return AFTER if token.type in TEXTS else None

    def _listed(self, token: Token) -> str | None:
        if token.type in TEXTS or token.type == "EMPTY":
            self.listed.append(token.text.lower())
            return AFTER_LISTED
        return None

    def _after_listed(self, token: Token) -> str | None:
        return self._argument_or({"_COMMA": LISTED, "_CLOSE": AFTER}, token)

    def _argument_or(self, known: dict[str, str], token: Token) -> str | None:
        if token.type == "_OPEN" and self.last is not None and self.last.type == "WORD":
            return ARGUMENT
        return known.get(token.type)

    def _argument(self, token: Token) -> str | None:
        if token.type in TEXTS:
            return AFTER_ARGUMENT
        return self._after_argument(token)

    def _after_argument(self, token: Token) -> str | None:
        return {"_COMMA": ARGUMENT, "_CLOSE": AFTER_LISTED if self.is_list else AFTER}.get(token.type)

    def _after(self, token: Token) -> str | None:
        if token.type == "_CLOSE" and self.depth:
            self.depth -= 1
        return self._argument_or({"_AND": FIELD, "_OR": FIELD, "_ORDER": BY}, token)

    def _by(self, token: Token) -> str | None:
        return SORT if token.type == "_BY" else None

    def _sort(self, token: Token) -> str | None:
        return DIRECTION if token.type in TEXTS else None

    def _direction(self, token: Token) -> str | None:
        return SORT if token.type == "_COMMA" else None


def after(tokens: Iterable[Token]) -> Place:
    """The place behind these words."""
    place = Place()
    for token in tokens:
        place.take(token)
    return place
