"""Texts of rules with places in them: “{{service}}: {{message}}”. No database, and no logic: a place is filled with what an alert says, or with nothing."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from alerts import conditions
from common import errors

PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LONGEST = 15_000
MOST_VALUES = 3


def check(template: str, where: str) -> str:
    """The template, when every place in it names a field. Raises Invalid with `where` as the field."""
    if len(template) > LONGEST:
        raise errors.Invalid(where, _("Write at most %(most)d characters.") % {"most": LONGEST})
    for name in PLACE.findall(template):
        if not conditions.is_field(name):
            raise errors.Invalid(
                where, _("There is no field “%(name)s”. Use {{message}}, {{details.KEY}} or another field of the alert.") % {"name": name[:60]}
            )
    if "{{" in (rest := PLACE.sub("", template)) or "}}" in rest:
        raise errors.Invalid(where, _("A field stands between two braces on each side, such as {{message}}. One pair is not closed."))
    return template


@lru_cache(maxsize=1024)
def _parts(template: str) -> tuple[str, ...]:
    """Texts and names by turns."""
    return tuple(PLACE.split(template))


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """The text for one alert."""
    parts = _parts(template)
    if len(parts) == 1:
        return template
    return "".join(conditions.said(facts, part) if number % 2 else part for number, part in enumerate(parts))


def fill_together(template: str, facts: Sequence[Mapping[str, Any]], amount: int) -> str:
    """The text for several alerts, the first ones of `amount`: at each place what they say, each value once; the highest priority; and how many they are."""
    return "".join(_said_together(part, facts, amount) if number % 2 else part for number, part in enumerate(_parts(template)))


def _said_together(name: str, facts: Sequence[Mapping[str, Any]], amount: int) -> str:
    if name == "count":
        return str(amount)
    values = list(dict.fromkeys(said for one in facts if (said := conditions.said(one, name))))
    if name == "priority":
        return min(values, default="")
    more = len(values) - MOST_VALUES
    told = ", ".join(values[:MOST_VALUES])
    return _("{some} and {n} more").format(some=told, n=more) if more > 0 else told
