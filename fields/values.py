"""Checking the values of custom fields against their definitions."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from common import errors
from fields.models import Definition


def cleaned(definitions: Iterable[Definition], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values to store, by key. Raises Invalid("custom.<key>") for an unknown key, a wrong value or a missing required one."""
    known = {definition.key: definition for definition in definitions}
    for key in given:
        if key not in known:
            raise errors.Invalid(f"custom.{key}", _("There is no such field here."))
    values: dict[str, Any] = {}
    for key, definition in known.items():
        value = given.get(key)
        if value in (None, ""):
            if definition.is_required:
                raise errors.Invalid(f"custom.{key}", _("%(label)s is required.") % {"label": definition.label})
            continue
        values[key] = _READERS[definition.field_type](definition, value)
    return values


def _refuse(definition: Definition, remedy: str) -> errors.Invalid:
    return errors.Invalid(f"custom.{definition.key}", f"{definition.label}: {remedy}")


def _text(definition: Definition, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 5000 or "\0" in value:
        raise _refuse(definition, _("write a text of at most 5000 characters."))
    return value


def _number(definition: Definition, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e15:
        raise _refuse(definition, _("write a number."))
    return value


def _date(definition: Definition, value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _refuse(definition, _("write a date like 2026-11-28.")) from None


def _choice(definition: Definition, value: Any) -> str:
    if value not in definition.options:
        raise _refuse(definition, _("choose one of %(options)s.") % {"options": ", ".join(definition.options)})
    return str(value)


def _checkbox(definition: Definition, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(definition, _("answer true or false."))
    return value


def _url(definition: Definition, value: Any) -> str:
    text = _text(definition, value)
    if urlsplit(text).scheme not in ("http", "https"):
        raise _refuse(definition, _("write a link that begins with https://."))
    return text


_READERS: dict[str, Callable[[Definition, Any], Any]] = {
    "text": _text, "number": _number, "date": _date, "choice": _choice, "checkbox": _checkbox, "url": _url,
}  # fmt: skip
