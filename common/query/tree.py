"""A query as a tree. Nothing in it was looked up yet; every part knows the column where it stood (the first one is 1)."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a quoted text, without its quotation marks. length: as it was written."""

    text: str
    position: int
    length: int
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """EMPTY or NULL."""

    position: int
    length: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments: membersOf("Payments")."""

    name: Text
    arguments: tuple[Text, ...]


Operand: TypeAlias = Text | Empty | Call


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field, an operator in its plain form (“not in”, “!=”, “was”), and what it is compared with."""

    field: Text
    operator: str
    operator_position: int
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of these hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """This does not hold."""

    part: "Node"


Node: TypeAlias = Comparison | Both | Either | Negated


@dataclass(frozen=True, slots=True)
class Sort:
    """One field of ORDER BY; is_descending is None when the query names no direction."""

    field: Text
    is_descending: bool | None


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: the condition (None for every row) and the order."""

    where: Node | None
    order: tuple[Sort, ...]
