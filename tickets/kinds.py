"""The kinds of ticket: each app above the desk registers its own, so that the desk acts on kinds it does not import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common import links
from fields import records


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticket.

    prefix: in front of the number ("INC"). sequence: the database sequence of the numbers. url_name: the page of one record by key.
    named_events: verb of a transition → event recorded beside `ticket.transitioned` ("resolve" → "incident.resolved").
    """

    name: str
    label: Any
    plural: Any
    prefix: str
    sequence: str
    icon: str
    url_name: str
    create_url_name: str
    created_event: str
    named_events: Mapping[str, str] = field(default_factory=dict)

    def url(self, key: str) -> str:
        """The page of one record."""
        return links.to(self.url_name, key)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Adds a kind; the same name again replaces it."""
    _kinds[kind.name] = kind
    records.register(kind.name, kind.plural)


def get(name: str) -> Kind:
    """The kind of that name. Raises LookupError when no app registered it."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No kind of ticket {name!r} is registered.") from None


def all_kinds() -> list[Kind]:
    """Every kind, in order of registration."""
    return list(_kinds.values())


def by_prefix(prefix: str) -> Kind | None:
    """The kind whose keys begin with the prefix, letter case ignored."""
    return next((kind for kind in _kinds.values() if kind.prefix == prefix.upper()), None)
