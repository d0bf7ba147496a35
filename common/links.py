"""Addresses of pages by name, remembered: a list of 50 rows asks for hundreds, and their addresses never change while the process lives."""

from functools import lru_cache

from django.urls import reverse

KEPT = 20_000


@lru_cache(maxsize=KEPT)
def to(name: str, *args: str | int) -> str:
    """The address of a page. Raises NoReverseMatch for a name or arguments that no page has."""
    return reverse(name, args=args)
