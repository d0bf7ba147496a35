"""Matchers for the usual columns: choices, records, instants, numbers, yes or no, and words in a text."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db.models import Q
from django.utils.translation import gettext as _

from common.query import moments, tree
from common.query.asking import Asker
from common.query.errors import QueryError, did_you_mean, nearest
from common.query.fields import EQUALITY, NONE, NOTHING, ORDER, PRESENCE, TEXT, Field, Matcher, Suggestion
from common.query.tokens import quoted

LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
TURNED = {"<": "gt", "<=": "gte", ">": "lt", ">=": "lte"}
MOST_OFFERED = 12
LARGEST = 1_000_000_000
LONGEST_TEXT = 200


def unknown(field: Field, text: tree.Text, known: Iterable[str]) -> QueryError:
    """The error for a value that does not exist, with those that look like it."""
    alike = [quoted(name) for name in nearest(text.text, known)]
    message = _("“%(value)s” is no value of %(field)s.") % {"value": text.text[:60], "field": field.name} + did_you_mean(alike)
    return QueryError(text.position, message, alike, length=text.length)


def offered(kind: str, names: Iterable[tuple[str, str]], prefix: str) -> list[Suggestion]:
    """Suggestions from (text, label) pairs of which one contains what was typed, those that begin with it first."""
    wanted = prefix.lower()
    fitting = [(text, label) for text, label in names if wanted in text.lower() or wanted in label.lower()]
    fitting.sort(key=lambda pair: not pair[0].lower().startswith(wanted))
    return [Suggestion(kind, quoted(text), label if label != text else "") for text, label in fitting[:MOST_OFFERED]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a fixed set. names: how it may be written, the first one is offered."""

    value: Any
    names: tuple[str, ...]
    label: str = ""


class Choices(Matcher):
    """A column with a fixed set of values. is_ranked: they can be compared. is_turned: a smaller stored number is more (priority 1 > priority 2)."""

    kind = "choice"

    def __init__(
        self, column: str, choices: Callable[[], Iterable[Choice]], *, is_ranked: bool = False, is_turned: bool = False, is_optional: bool = False
    ) -> None:
        self.column, self.choices, self.is_turned, self.is_optional = column, choices, is_turned, is_optional
        self.operators = EQUALITY | PRESENCE | (ORDER if is_ranked else frozenset())

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        known = {name.lower(): choice for choice in self.choices() for name in choice.names}
        found = []
        for text in texts:
            choice = known.get(text.text.strip().lower())
            if choice is None:
                raise unknown(field, text, [one.names[0] for one in self.choices()])
            found.append(choice.value)
        return found

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        return Q(**{f"{self.column}__in": list(values)})

    def empty(self, asker: Asker) -> Q:
        return Q(**{f"{self.column}__isnull": True}) if self.is_optional else NONE

    def compared(self, operator: str, value: Any, asker: Asker) -> Q:
        return Q(**{f"{self.column}__{(TURNED if self.is_turned else LOOKUPS)[operator]}": value})

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        return offered("value", [(one.names[0], one.label or one.names[0]) for one in self.choices()], prefix)


@dataclass(frozen=True, slots=True)
class Register:
    """How the records that a field points at are named.

    find(names in lower case, asker): for each known name the ids that bear it. offer(prefix, asker): (text, label) pairs.
    may_know(asker): whether this person may learn which names exist; to others an unknown name is one that no row has.
    """

    find: Callable[[set[str], Asker], Mapping[str, Sequence[Any]]]
    offer: Callable[[str, Asker], Iterable[tuple[str, str]]]
    may_know: Callable[[Asker], bool]


class Records(Matcher):
    """A column that points at a record. nothing: words that mean no value, such as Unresolved."""

    def __init__(self, column: str, register: Register, *, kind: str = "record", is_optional: bool = True, nothing: tuple[str, ...] = ()) -> None:
        self.column, self.register, self.kind, self.is_optional, self.nothing = column, register, kind, is_optional, nothing

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        found = self.register.find({text.text.strip().lower() for text in texts}, asker)
        values: list[Any] = []
        for text in texts:
            name = text.text.strip().lower()
            if name in self.nothing:
                values.append(NOTHING)
            elif name in found:
                values += found[name]
            elif self.register.may_know(asker):
                raise unknown(field, text, [one for pair in self.register.offer("", asker) for one in pair])
        return values

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        return Q(**{f"{self.column}__in": list(values)})

    def empty(self, asker: Asker) -> Q:
        return Q(**{f"{self.column}__isnull": True}) if self.is_optional else NONE

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        return offered("value", self.register.offer(prefix, asker), prefix) if self.register.may_know(asker) else []


class Instants(Matcher):
    """A column that holds an instant. A day or a minute is compared from its beginning; with = it means the whole of it."""

    kind = "instant"
    operators = EQUALITY | PRESENCE | ORDER

    def __init__(self, column: str, *, is_optional: bool = False) -> None:
        self.column, self.is_optional = column, is_optional

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return [self._read(text, asker) for text in texts]

    def _read(self, text: tree.Text, asker: Asker) -> moments.Moment:
        try:
            return moments.read(text.text, asker.at, asker.zone)
        except (ValueError, OverflowError):
            message = _('“%(value)s” is no date. Write 2026-11-01, "2026-11-01 14:00", -1d, 2w, or startOfDay().')
            raise QueryError(text.position, message % {"value": text.text[:60]}, ["startOfDay()", "-1d"], length=text.length) from None

    def any_of(self, values: Sequence[moments.Moment], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            is_instant = value.end <= value.start
            condition |= Q(**{self.column: value.start}) if is_instant else Q(**{f"{self.column}__gte": value.start, f"{self.column}__lt": value.end})
        return condition

    def empty(self, asker: Asker) -> Q:
        return Q(**{f"{self.column}__isnull": True}) if self.is_optional else NONE

    def compared(self, operator: str, value: moments.Moment, asker: Asker) -> Q:
        return Q(**{f"{self.column}__{LOOKUPS[operator]}": value.start})

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        return offered("value", [("-1d", _("a day ago")), ("-1w", _("a week ago")), ("2026-11-01", _("a day"))], prefix)


def whole_number(text: tree.Text) -> int:
    """A whole number that a column can hold. Raises QueryError."""
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", text.text.strip()) or abs(int(text.text)) > LARGEST:
        message = _("“%(value)s” is no whole number of at most %(most)d.") % {"value": text.text[:60], "most": LARGEST}
        raise QueryError(text.position, message, length=text.length)
    return int(text.text)


class Numbers(Matcher):
    """A column that holds a whole number."""

    kind = "number"
    operators = EQUALITY | PRESENCE | ORDER

    def __init__(self, column: str, *, is_optional: bool = False) -> None:
        self.column, self.is_optional = column, is_optional

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return [whole_number(text) for text in texts]

    def any_of(self, values: Sequence[int], asker: Asker) -> Q:
        return Q(**{f"{self.column}__in": list(values)})

    def empty(self, asker: Asker) -> Q:
        return Q(**{f"{self.column}__isnull": True}) if self.is_optional else NONE

    def compared(self, operator: str, value: int, asker: Asker) -> Q:
        return Q(**{f"{self.column}__{LOOKUPS[operator]}": value})


def yes_or_no() -> list[Choice]:
    """The two values of a column that is true or false."""
    return [Choice(True, ("true", "yes", "1")), Choice(False, ("false", "no", "0"))]


class Words(Matcher):
    """A text in which words are looked for. = compares the whole text, letter case ignored."""

    operators = EQUALITY | PRESENCE | TEXT

    def __init__(self, column: str) -> None:
        self.column = column

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return [searchable(text) for text in texts]

    def any_of(self, values: Sequence[str], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            condition |= Q(**{f"{self.column}__iexact": value}) if value else Q(**{self.column: ""})
        return condition

    def empty(self, asker: Asker) -> Q:
        return Q(**{self.column: ""})

    def containing(self, value: str, asker: Asker) -> Q:
        return vector_contains(SearchVector(self.column, config="english"), value)


def searchable(text: tree.Text) -> str:
    """A text to look for, at most 200 characters. Raises QueryError."""
    if len(text.text) > LONGEST_TEXT:
        message = _("A text to look for has at most %(most)d characters.") % {"most": LONGEST_TEXT}
        raise QueryError(text.position, message, length=text.length)
    return text.text


def vector_contains(vector: Any, text: str) -> Q:
    """Rows whose text vector holds every word of a text."""
    wanted = text_query(text)
    return Q(SearchVectorExact(vector, SearchQuery(wanted, config="english", search_type="raw"))) if wanted else NONE


def text_query(text: str) -> str:
    """Words as PostgreSQL's to_tsquery reads them: each must occur; pay* means words that begin so, "in quotation marks" a phrase, -word not this one.

    Empty when there is no word in the text.
    """
    parts = []
    for phrase, minus, word in re.findall(r'"([^"]*)"|(-?)([^\s"]+)', text):
        lexemes = [_lexeme(one) for one in (phrase.split() if phrase else [word])]
        lexemes = [one for one in lexemes if one]
        if lexemes:
            parts.append(("!" if minus else "") + (f"({' <-> '.join(lexemes)})" if phrase else lexemes[0]))
    return " & ".join(parts)


def _lexeme(word: str) -> str:
    """A word between quotation marks, so that nothing in it is an operator."""
    stem = word.rstrip("*?")
    if not any(letter.isalnum() for letter in stem):
        return ""
    escaped = stem.replace("\\", " ").replace("'", " ").strip()
    return f"'{escaped}'" + (":*" if word.endswith("*") else "")
