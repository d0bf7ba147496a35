"""Custom fields in queries: by label or key, for every kind of ticket together. A label that a built-in field has is reached by its key."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Func, JSONField, Q, TextField, Value
from django.db.models.fields.json import DataContains
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IContains, In, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from accounts.query_values import PEOPLE, is_of_the_desk
from common.paging import Key
from common.query import columns, moments, tree
from common.query.asking import Asker
from common.query.errors import QueryError
from common.query.fields import EQUALITY, NONE, ORDER, PRESENCE, TEXT, Field, Matcher, Suggestion
from fields.models import Definition

ORDERS: dict[str, Any] = {"<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual}
DECIMALS = 15


def custom_fields(asker: Asker) -> Iterable[Field]:
    """The custom fields in use, one for each key; requesters have none of them in their queries."""
    if not is_of_the_desk(asker):
        return
    rows = Definition.objects.filter(retired_at__isnull=True).order_by("applies_to", "position", "pk")
    seen: dict[str, Definition] = {}
    for row in rows:
        seen.setdefault(row.key, row)
    for number, row in enumerate(seen.values()):
        sort = (Key(f"by_custom_{number}", expression=_text(row.key)),)
        yield Field(row.label, row.label, MATCHERS[row.field_type](row), aliases=(row.key,), sort=sort)


def _text(key: str) -> Func:
    return Func(F("custom"), Value(key), function="jsonb_extract_path_text", output_field=TextField())


def _json(key: str) -> Func:
    return Func(F("custom"), Value(key), function="jsonb_extract_path", output_field=JSONField())


class CustomText(Matcher):
    """A text, a link or a choice."""

    operators = EQUALITY | PRESENCE | TEXT

    def __init__(self, definition: Definition) -> None:
        self.key, self.options = definition.key, definition.known_options

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return [columns.searchable(text) for text in texts]

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        return Q(In(_text(self.key), list(values)))

    def empty(self, asker: Asker) -> Q:
        return ~Q(custom__has_key=self.key)

    def containing(self, value: str, asker: Asker) -> Q:
        condition = Q()
        for word in value.split():
            condition &= Q(IContains(_text(self.key), word))
        return condition

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        return columns.offered("value", [(option, option) for option in self.options], prefix)


class CustomChoice(CustomText):
    """One of the options; letter case ignored."""

    operators = EQUALITY | PRESENCE

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        known = {option.lower(): option for option in self.options}
        for text in texts:
            if text.text.strip().lower() not in known:
                raise columns.unknown(field, text, self.options)
        return [known[text.text.strip().lower()] for text in texts]


class CustomNumber(CustomText):
    """A number. What is stored as something else is no number and is never found."""

    kind = "number"
    operators = EQUALITY | PRESENCE | ORDER

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return [_number(text) for text in texts]

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            condition |= Q(Exact(_json(self.key), Value(value, JSONField())))
        return condition

    def compared(self, operator: str, value: Any, asker: Asker) -> Q:
        kind = Func(_json(self.key), function="jsonb_typeof", output_field=TextField())
        return Q(Exact(kind, "number")) & Q(ORDERS[operator](_json(self.key), Value(value, JSONField())))


def _number(text: tree.Text) -> int | float:
    """Raises QueryError for what is no number."""
    word = text.text.strip()
    digits = word.lstrip("+-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= DECIMALS and len(word) - len(word.lstrip("+-")) <= 1):
        message = _("“%(value)s” is no number of at most %(most)d digits.") % {"value": text.text[:60], "most": DECIMALS}
        raise QueryError(text.position, message, length=text.length)
    return float(word) if "." in word else int(word)


class CustomDate(CustomText):
    """A date; it is compared with the asker's day of the given moment."""

    kind = "instant"
    operators = EQUALITY | PRESENCE | ORDER

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return columns.Instants("").read(field, texts, asker)

    def any_of(self, values: Sequence[moments.Moment], asker: Asker) -> Q:
        return super().any_of([_day(value, asker) for value in values], asker)

    def compared(self, operator: str, value: moments.Moment, asker: Asker) -> Q:
        return Q(custom__has_key=self.key) & Q(ORDERS[operator](_text(self.key), _day(value, asker)))


def _day(value: moments.Moment, asker: Asker) -> str:
    return value.start.astimezone(asker.zone).date().isoformat()


class CustomMoment(CustomDate):
    """A date and time; a day or a minute is compared from its beginning, and with = it means the whole of it."""

    def any_of(self, values: Sequence[moments.Moment], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            if value.end <= value.start:
                condition |= Q(Exact(_text(self.key), _stored(value.start)))
            else:
                condition |= Q(GreaterThanOrEqual(_text(self.key), _stored(value.start))) & Q(LessThan(_text(self.key), _stored(value.end)))
        return condition

    def compared(self, operator: str, value: moments.Moment, asker: Asker) -> Q:
        return Q(custom__has_key=self.key) & Q(ORDERS[operator](_text(self.key), _stored(value.start)))


def _stored(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat()


class CustomChoices(CustomChoice):
    """Several of the options; = and in ask whether one of them is among those."""

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            condition |= Q(DataContains(_json(self.key), Value([value], JSONField())))
        return condition


class CustomPerson(columns.Records):
    """Somebody, by name or e-mail address; currentUser() and membersOf() work as with the assignee."""

    def __init__(self, definition: Definition) -> None:
        super().__init__("", PEOPLE, kind="person")
        self.key = definition.key

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        return Q(In(_text(self.key), [str(value) for value in values]))

    def empty(self, asker: Asker) -> Q:
        return ~Q(custom__has_key=self.key)


class CustomCheckbox(CustomText):
    """Yes or no."""

    kind = "choice"
    operators = EQUALITY | PRESENCE

    def read(self, field: Field, texts: Sequence[tree.Text], asker: Asker) -> list[Any]:
        return columns.Choices("", columns.yes_or_no).read(field, texts, asker)

    def any_of(self, values: Sequence[Any], asker: Asker) -> Q:
        condition = NONE
        for value in values:
            condition |= Q(Exact(_json(self.key), Value(value, JSONField())))
        return condition

    def suggest(self, prefix: str, asker: Asker) -> list[Suggestion]:
        return columns.offered("value", [("true", "true"), ("false", "false")], prefix)


MATCHERS: dict[str, Callable[[Definition], Matcher]] = {
    "text": CustomText, "paragraph": CustomText, "url": CustomText, "choice": CustomChoice, "choices": CustomChoices, "number": CustomNumber,
    "date": CustomDate, "datetime": CustomMoment, "checkbox": CustomCheckbox, "person": CustomPerson,
}  # fmt: skip
