"""Keyset paging: the next page starts after the last row seen, so page 18,000 costs as much as page 1."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _

from common import errors

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Key:
    """One column of a stable order. Empty values come last in either direction.

    expression: what to sort by when it is no column of the table; `column` is then a name of its own, such as by_assignee.
    """

    column: str
    is_descending: bool = False
    expression: Any = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page and the marks for the pages beside it (None where there is none)."""

    rows: list[Row]
    next_mark: str | None


def page(rows: QuerySet[Row], keys: Sequence[Key], *, after: str | None, size: int) -> Page[Row]:
    """One page of `rows` ordered by `keys`; the last key must be unique. Empty values of a column sort last.

    Raises Invalid("cursor") for a mark that this order did not make.
    """
    computed = {key.column: key.expression for key in keys if key.expression is not None}
    ordered = (rows.annotate(**computed) if computed else rows).order_by(*(_order(rows.model, key) for key in keys))
    if after:
        ordered = _filtered(ordered, keys, _read(after, keys))
    found = list(ordered[: size + 1])
    mark = _write(found[size - 1], keys) if len(found) > size else None
    return Page(found[:size], mark)


def _order(model: type[Model], key: Key) -> Any:
    """An order that an index serves: ascending puts empty values last by itself, descending must say so where there are any."""
    column = F(key.column)
    if not key.is_descending:
        return column.asc()
    has_empty = key.expression is not None or key.column != "pk" and bool(getattr(model._meta.get_field(key.column), "null", False))
    return column.desc(nulls_last=True) if has_empty else column.desc()


def _filtered(rows: QuerySet[Row], keys: Sequence[Key], values: Sequence[Any]) -> QuerySet[Row]:
    """The rows after the mark. Raises Invalid("cursor") when it holds what these columns cannot hold."""
    try:
        return rows.filter(_beyond(keys, values))
    except (TypeError, ValueError, ValidationError) as error:
        raise _foreign_mark() from error


def _foreign_mark() -> errors.Invalid:
    return errors.Invalid("cursor", _("This page mark is not valid here. Start again from the first page."))


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """Strictly after the mark: (a > x) or (a = x and b > y) ..., where an empty value is beyond every other."""
    condition = Q()
    same = Q()
    for key, value in zip(keys, values, strict=True):
        if value is None:
            same &= Q(**{f"{key.column}__isnull": True})
            continue
        lookup = "lt" if key.is_descending else "gt"
        condition |= same & (Q(**{f"{key.column}__{lookup}": value}) | Q(**{f"{key.column}__isnull": True}))
        same &= Q(**{key.column: value})
    return condition if condition else Q(pk__in=[])


def _write(row: Model, keys: Sequence[Key]) -> str:
    values = [_signature(keys), *(_plain(row, key) for key in keys)]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _signature(keys: Sequence[Key]) -> str:
    """Which order a mark belongs to: a page of another order does not begin there."""
    return ",".join(f"-{key.column}" if key.is_descending else key.column for key in keys)


def _plain(row: Model, key: Key) -> Any:
    """The stored value of a column: for a foreign key its id, for an instant a marked text."""
    if key.expression is not None:
        value = getattr(row, key.column)
    else:
        value = getattr(row, "pk" if key.column == "pk" else str(row._meta.get_field(key.column).attname))  # type: ignore[union-attr]  # columns, not reverse relations
    return {"t": value.isoformat()} if isinstance(value, datetime) else value


def _read(mark: str, keys: Sequence[Key]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list) or len(values) != len(keys) + 1 or values[0] != _signature(keys):
            raise ValueError("another order")
        return [_value(value) for value in values[1:]]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise _foreign_mark() from error


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["t"])
    if isinstance(value, list) or isinstance(value, str) and "\0" in value:
        raise ValueError("no value of a column")
    return value
