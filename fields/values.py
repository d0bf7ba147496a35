"""Checking the values of custom fields against their definitions, and telling them to people and programs."""

import math
import re
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from common import errors
from fields.models import PREFIX, Definition

LINE, LONGEST = 1_000, 20_000
EMPTY: tuple[Any, ...] = (None, "", [], ())


def started(definitions: Iterable[Definition], given: Mapping[str, Any], *, required: Container[str] = ()) -> dict[str, Any]:
    """The values of a new record, by key: what was given, and the defaults of what was left out; None says empty on purpose.

    required: the keys that must have a value. Raises Invalid("custom.<key>") for an unknown key, a wrong value or a missing required one.
    """
    known = {definition.key: definition for definition in definitions if definition.retired_at is None}
    _require_known(known, given)
    values: dict[str, Any] = {}
    for key, definition in known.items():
        value = _read(definition, given[key], None) if key in given else default_of(definition)
        if value not in EMPTY:
            values[key] = value
        elif key in required:
            raise missing(definition)
    return values


def changed(
    definitions: Iterable[Definition], before: Mapping[str, Any], given: Mapping[str, Any], *, required: Container[str] = ()
) -> dict[str, Any]:
    """The values of a record after a change: what is not named stays, None empties. The same value as before is never wrong.

    required: the keys that must not be emptied.

    Raises Invalid("custom.<key>") for an unknown or retired key, a wrong value, and for emptying a required field.
    """
    known = {definition.key: definition for definition in definitions}
    _require_known(known, given)
    values = dict(before)
    for key, raw in given.items():
        definition = known[key]
        if definition.retired_at is not None:
            if raw == before.get(key):
                continue
            raise _refuse(definition, _("this field is retired and keeps its value."))
        value = _read(definition, raw, before.get(key))
        if value not in EMPTY:
            values[key] = value
        elif key in required and before.get(key) not in EMPTY:
            raise missing(definition)
        else:
            values.pop(key, None)
    return values


def _require_known(known: Mapping[str, Definition], given: Mapping[str, Any]) -> None:
    for key in given:
        if key not in known:
            raise errors.Invalid(f"{PREFIX}{key}", _("There is no such field here."))


def missing(definition: Definition) -> errors.Invalid:
    """What to say when a required field is empty."""
    return errors.Invalid(definition.name, _("%(label)s is required.") % {"label": definition.label})


def default_of(definition: Definition) -> Any:
    """The default as it is stored; None when there is none, or one that does not fit any more."""
    if not definition.default:
        return None
    try:
        return _read(definition, typed(definition, definition.default), None)
    except errors.Invalid:
        return None


def typed(definition: Definition, text: str) -> Any:
    """What a person typed, as a program would give it: "true" → True, "a, b" → ["a", "b"]. What does not fit stays text."""
    if definition.field_type == Definition.CHECKBOX:
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.strip().lower(), text)
    if definition.field_type == Definition.CHOICES:
        return [part.strip() for part in text.split(",") if part.strip()]
    if definition.field_type == Definition.NUMBER and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text.strip()):
        return float(text) if "." in text else int(text)
    return text.strip()


def _read(definition: Definition, value: Any, before: Any) -> Any:
    """The value as it is stored. Raises Invalid."""
    if value in EMPTY or (isinstance(value, str) and not value.strip()):
        return None
    if before is not None and value == before and type(value) is type(before):
        return before
    if definition.field_type in (Definition.CHOICE, Definition.CHOICES):
        return _READERS[definition.field_type](definition, value, before)
    return _READERS[definition.field_type](definition, value)


def _refuse(definition: Definition, remedy: str) -> errors.Invalid:
    return errors.Invalid(definition.name, f"{definition.label}: {remedy}")


def _words(definition: Definition, value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _refuse(definition, _("write a text of at most %(most)d characters.") % {"most": most})
    return value


def _text(definition: Definition, value: Any) -> str:
    return _words(definition, value, LINE)


def _paragraph(definition: Definition, value: Any) -> str:
    return _words(definition, value, LONGEST).replace("\r\n", "\n")


def _number(definition: Definition, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e15:
        raise _refuse(definition, _("write a number."))
    return value


def _date(definition: Definition, value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _refuse(definition, _("write a date like 2026-11-28.")) from None


def _datetime(definition: Definition, value: Any) -> str:
    """Stored in UTC, to the second, so that texts compare as the instants do."""
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if len(str(value)) < len("2026-11-28T09:00"):
            raise ValueError(value)
        aware = instant if instant.tzinfo else timezone.make_aware(instant)
        return aware.astimezone(UTC).replace(microsecond=0).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise _refuse(definition, _("write a date and time like 2026-11-28T09:00+01:00.")) from None


def _choice(definition: Definition, value: Any, before: Any) -> str:
    if value not in definition.options:
        raise _refuse(definition, _("choose one of %(options)s.") % {"options": ", ".join(definition.options)})
    return str(value)


def _choices(definition: Definition, value: Any, before: Any) -> list[str]:
    """In the order of the definition; retired ones that the record has may stay."""
    allowed = [*definition.options, *(option for option in (before or []) if option not in definition.options)]
    if not isinstance(value, list | tuple) or any(option not in allowed for option in value):
        raise _refuse(definition, _("choose from %(options)s.") % {"options": ", ".join(definition.options)})
    return [option for option in allowed if option in value]


def _checkbox(definition: Definition, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(definition, _("answer true or false."))
    return value


def _url(definition: Definition, value: Any) -> str:
    text = _text(definition, value).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or any(letter.isspace() for letter in text):
        raise _refuse(definition, _("write a link that begins with https://."))
    return text


def _person(definition: Definition, value: Any) -> int:
    """Stored as the id, because addresses change; given as an e-mail address, or as a person."""
    people = get_user_model().objects
    if isinstance(value, str):
        found = people.filter(email__iexact=value.strip()[:254], is_active=True).values_list("pk", flat=True).first()
    else:
        found = getattr(value, "pk", None)
    if found is None:
        raise _refuse(definition, _("give the e-mail address of somebody who works here."))
    return int(found)


_READERS: dict[str, Callable[..., Any]] = {
    "text": _text, "paragraph": _paragraph, "number": _number, "date": _date, "datetime": _datetime, "choice": _choice, "choices": _choices,
    "checkbox": _checkbox, "url": _url, "person": _person,
}  # fmt: skip


def people_in(definitions: Iterable[Definition], records: Iterable[Mapping[str, Any]]) -> dict[int, Any]:
    """The people whom values of these records name, by id, in one query; none without a field for people."""
    keys = {definition.key for definition in definitions if definition.field_type == Definition.PERSON}
    ids = {values[key] for values in records for key in keys if isinstance(values.get(key), int)} if keys else set()
    return get_user_model().objects.in_bulk(ids) if ids else {}


def told(definitions: Iterable[Definition], values: Mapping[str, Any], people: Mapping[int, Any] | None = None) -> dict[str, Any]:
    """The values as programs read them: people by e-mail address, the rest as it is stored."""
    rows = list(definitions)
    known = people_in(rows, [values]) if people is None else people
    keys = {definition.key for definition in rows if definition.field_type == Definition.PERSON}
    return {key: getattr(known.get(value), "email", None) if key in keys else value for key, value in values.items()}
