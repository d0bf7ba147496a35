"""Keyset paging: the next page starts after the last row seen, so page 18,000 costs as much as page 1."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from django.db.models import F, Model, Q, QuerySet

from common import errors

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Key:
    """One column of a stable order. `is_last_null`: empty values come last in either direction."""

    column: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page and the marks for the pages beside it (None where there is none)."""

    rows: list[Row]
    next_mark: str | None


def page(rows: QuerySet[Row], keys: Sequence[Key], *, after: str | None, size: int) -> Page[Row]:
    """One page of `rows` ordered by `keys`; the last key must be unique. Empty values of a column sort last.

    Raises Invalid("cursor") for a mark that this order did not make.
    """
    ordered = rows.order_by(*(_order(rows.model, key) for key in keys))
    if after:
        ordered = ordered.filter(_beyond(keys, _read(after, len(keys))))
    found = list(ordered[: size + 1])
    mark = _write(found[size - 1], keys) if len(found) > size else None
    return Page(found[:size], mark)


def _order(model: type[Model], key: Key) -> Any:
    """An order that an index serves: ascending puts empty values last by itself, descending must say so where there are any."""
    column = F(key.column)
    if not key.is_descending:
        return column.asc()
    has_empty = key.column != "pk" and bool(getattr(model._meta.get_field(key.column), "null", False))
    return column.desc(nulls_last=True) if has_empty else column.desc()


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
    values = [_plain(row, key.column) for key in keys]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _plain(row: Model, column: str) -> Any:
    """The stored value of a column: for a foreign key its id, for an instant a marked text."""
    value = getattr(row, "pk" if column == "pk" else str(row._meta.get_field(column).attname))  # type: ignore[union-attr]  # columns, not reverse relations
    return {"t": value.isoformat()} if isinstance(value, datetime) else value


def _read(mark: str, length: int) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError("wrong length")
        return [_value(value) for value in values]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise errors.Invalid("cursor", "This page mark is not valid here. Start again from the first page.") from error


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["t"])
    if isinstance(value, list):
        raise ValueError("nested")
    return value
