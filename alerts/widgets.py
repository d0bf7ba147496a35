"""The editors of conditions and of expressions, row by row; frontend/js/conditions.js adds and removes rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from alerts import conditions
from common import errors

PARTS = ("field", "key", "not", "operation", "expectedValue")


class ConditionsWidget(forms.Widget):
    """How many of the rows must fit, and the rows."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        given: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        rows = [row for row in given.get("conditions") or [] if isinstance(row, Mapping)]
        context = {
            "name": name, "id": (attrs or {}).get("id", name), "type": given.get("type", conditions.EVERY), "types": conditions.TYPES.items(),
            "rows": [_row(row) for row in rows], "blank": _row({}),
        }  # fmt: skip
        return render_to_string("alerts/_conditions.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        rows = _sent(data, name, PARTS)
        lines = [{**row, "not": row["not"] == "1"} for row in rows if row["field"]]
        return {"type": data.get(f"{name}-type") or conditions.EVERY, "conditions": lines}


def _sent(data: Any, name: str, parts: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of an editor as a form sent them."""
    many = data if isinstance(data, MultiValueDict) else MultiValueDict({key: [value] for key, value in data.items()})
    columns = [many.getlist(f"{name}-{part}") for part in parts]
    return [dict(zip(parts, row, strict=True)) for row in zip(*columns, strict=False)]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its choices."""
    fields = [(name, label) for name, (label, _kind) in conditions.FIELDS.items()]
    return {
        **row,
        "is_not": row.get("not"),
        "fields": fields,
        "operations": [(name, label) for name, (label, _kinds) in conditions.OPERATIONS.items()],
    }


class ConditionsField(forms.Field):
    """Conditions as they are stored."""

    widget = ConditionsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            return conditions.check(value)
        except errors.Invalid as error:
            parts = error.field.split(".")
            number = next((int(part) + 1 for part in parts if part.isdigit()), None)
            told = _("Line {number}: {message}").format(number=number, message=error.message) if number else error.message
            raise ValidationError(told) from error


class ExpressionsWidget(forms.Widget):
    """Queries in the language of the list of alerts, each with what it is called."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        rows = [row for row in value or [] if isinstance(row, Mapping)] if isinstance(value, list) else []
        context = {"name": name, "id": (attrs or {}).get("id", name), "rows": rows or [{}, {}], "blank": {}}
        return render_to_string("alerts/_expressions.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        return [row for row in _sent(data, name, ("label", "query")) if row["label"].strip() or row["query"].strip()]


class ExpressionsField(forms.Field):
    """Expressions as they are stored; the action checks them."""

    widget = ExpressionsWidget
