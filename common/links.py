"""Addresses of pages by name, remembered: a list of 50 rows asks for hundreds, and their addresses never change while the process lives."""

from functools import lru_cache

from django.urls import reverse

KEPT = 20_000


@lru_cache(maxsize=KEPT)
def _around(name: str) -> tuple[str, str]:
    before, _mark, after = reverse(name, args=[7_777_777]).partition("7777777")
    return before, after


def to_number(name: str, number: int) -> str:
    """The address of a page whose only argument is a number, such as an alert's: there are too many to remember each."""
    before, after = _around(name)
    return f"{before}{number}{after}"


@lru_cache(maxsize=KEPT)
def to(name: str, *args: str | int) -> str:
    """The address of a page. Raises NoReverseMatch for a name or arguments that no page has."""
    return reverse(name, args=args)
