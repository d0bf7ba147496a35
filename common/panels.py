"""Panels: what higher floors show on a lower floor's page, loaded lazily, without the page knowing them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """A box on the page of a record.

    subject: the kind of page ("incident", "service"). url_name: a URL that takes the record's key and answers the fragment.
    right: what the reader needs, None when seeing the record is enough. order: small comes first.
    """

    subject: str
    name: str
    title: Any
    url_name: str
    order: int = 100
    right: str | None = None


_panels: dict[str, list[Panel]] = defaultdict(list)


def register(panel: Panel) -> None:
    """Adds a panel; registering the same name again replaces it."""
    kept = [known for known in _panels[panel.subject] if known.name != panel.name]
    _panels[panel.subject] = sorted([*kept, panel], key=lambda known: (known.order, known.name))


def panels_for(subject: str, has_right: Callable[[str], bool]) -> list[Panel]:
    """The panels that this reader may see, in order."""
    return [panel for panel in _panels[subject] if panel.right is None or has_right(panel.right)]
