"""Texts of rules with places in them: “{{service}}: {{message}}”. No database, and no logic: a place is filled with what an alert says, or with nothing."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from alerts import conditions
from common import errors

PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LONGEST = 15_000


def check(template: str, where: str) -> str:
    """The template, when every place in it names a field. Raises Invalid with `where` as the field."""
    if len(template) > LONGEST:
        raise errors.Invalid(where, _("Write at most %(most)d characters.") % {"most": LONGEST})
    for name in PLACE.findall(template):
        if not conditions.is_field(name):
            raise errors.Invalid(
                where, _("There is no field “%(name)s”. Use {{message}}, {{details.KEY}} or another field of the alert.") % {"name": name[:60]}
            )
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
