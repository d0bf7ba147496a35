"""Addresses made of names."""

from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify


def free(name: str, rows: QuerySet[Any], *, instead: str) -> str:
    """An address that none of these rows has: the words of a name, with a number when they are taken; `instead` for a name without any letter.

    "new" is never free: that is where one is made.
    """
    length = rows.model._meta.get_field("slug").max_length or 50
    base = slugify(name)[: length - 6].strip("-") or instead
    taken = {"new", *rows.filter(slug__startswith=base).values_list("slug", flat=True)}
    return next(slug for number in range(1, len(taken) + 2) if (slug := base if number == 1 else f"{base}-{number}") not in taken)
