"""The registry of fields: each app says which fields its records have in queries, and how each of them is matched."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from common.paging import Key
from common.query import tree
from common.query.asking import Asker
from common.query.errors import QueryError, did_you_mean, nearest

EQUALITY = frozenset({"=", "!=", "in", "not in"})
ORDER = frozenset({"<", "<=", ">", ">="})
PRESENCE = frozenset({"is", "is not"})
TEXT = frozenset({"~", "!~"})
HISTORY = frozenset({"was", "was not", "was in", "was not in"})

NONE = Q(pk__in=())
"""A condition that no row meets."""


class Nothing:
    """Stands among the values for EMPTY, where a word such as Unresolved means it."""


NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that completes a query. kind: field, operator, value, function, keyword. text: as it is written. label: for people."""

    kind: str
    text: str
    label: str = ""


class Matcher:
    """How a field is compared. A field's app subclasses it and answers what its operators need; the compiler does negation and EMPTY.

    kind: what a value is (person, text, instant ...); functions give values of a kind. operators: what may be written.
    """

    kind = "text"
    operators = EQUALITY | PRESENCE

    def read(self, field: "Field", texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        """The values that these texts name. Raises QueryError at the text that names none."""
        return [text.text for text in texts]

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        """Rows whose field has one of the values."""
        raise NotImplementedError

    def empty(self, asker: Asker) -> Q:
        """Rows whose field has no value."""
        return NONE

    def compared(self, operator: str, value: Any, asker: Asker) -> Q:
        """Rows whose value is <, <=, > or >= the given one."""
        raise NotImplementedError

    def containing(self, value: Any, asker: Asker) -> Q:
        """Rows whose text contains the given words."""
        raise NotImplementedError

    def was_any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        """Rows whose field has, or once had, one of the values."""
        raise NotImplementedError

    def was_empty(self, asker: Asker) -> Q:
        """Rows whose field is, or once was, without a value."""
        raise NotImplementedError

    def suggest(self, prefix: str, asker: Asker) -> Iterable[Suggestion]:
        """Values that begin with, or contain, what was typed; only what this person may see."""
        return ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind of record. aliases: other names. sort: the order of ORDER BY ... ASC, empty when nobody can sort by it.

    sorts_down: ORDER BY without a direction means DESC here. cost: how many of a query's 200 comparisons this one stands for.
    """

    name: str
    label: Any
    matcher: Matcher
    aliases: tuple[str, ...] = ()
    sort: tuple[Key, ...] = ()
    sorts_down: bool = False
    cost: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it can be written."""
        return (self.name, *self.aliases)


Source = Callable[[Asker], Iterable[Field]]

_fields: dict[str, dict[str, Field]] = {}
_names: dict[str, dict[str, Field]] = {}
_sources: dict[str, list[Source]] = {}


def register(subject: str, field: Field) -> None:
    """Adds a field to a kind of record; the same name again replaces it."""
    _fields.setdefault(subject, {})[field.name] = field
    for name in field.names:
        _names.setdefault(subject, {})[name.lower()] = field


def register_source(subject: str, source: Source) -> None:
    """Adds fields that are data, such as custom fields: source(asker) answers those that this person may use."""
    known = _sources.setdefault(subject, [])
    if source not in known:
        known.append(source)


def all_fields(subject: str, asker: Asker) -> list[Field]:
    """The fields of a kind of record, in order of registration, those that are data last."""
    return [*_fields.get(subject, {}).values(), *_dynamic(subject, asker)]


def _dynamic(subject: str, asker: Asker) -> list[Field]:
    return asker.once(f"fields.{subject}", lambda: [field for source in _sources.get(subject, ()) for field in source(asker)])


def find(subject: str, name: tree.Text, asker: Asker) -> Field:
    """The field of that name, letter case ignored. Raises QueryError with the names that look alike."""
    wanted = " ".join(name.text.lower().split())
    known = _names.get(subject, {}).get(wanted)
    if known is not None:
        return known
    for field in _dynamic(subject, asker):
        if wanted in (one.lower() for one in field.names):
            return field
    alike = nearest(wanted, [one for field in all_fields(subject, asker) for one in field.names])
    message = _("Field '%(name)s' does not exist.") % {"name": name.text[:60]} + did_you_mean(alike)
    raise QueryError(name.position, message, alike, length=name.length)
