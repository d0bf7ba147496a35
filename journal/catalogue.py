"""The catalogue of events: every name that may stand in the journal, with the sentence a timeline shows for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """A name in the past tense ("incident.resolved") and how people read it.

    sentence: a translatable text with {actor} and keys of the entry's data. tone: red, orange, amber, green, blue, violet or "".
    is_public: a requester may see it on his own ticket.
    """

    name: str
    sentence: Any
    icon: str
    tone: str
    is_public: bool

    def read(self, actor: str, data: Mapping[str, Any]) -> str:
        """The sentence for one entry; a key that is not in the data reads as an empty text."""
        return str(self.sentence).format_map(_Words(data, actor))


class _Words(dict[str, Any]):
    """The words of a sentence; never raises, because an old entry must stay readable for ever."""

    def __init__(self, data: Mapping[str, Any], actor: str) -> None:
        super().__init__({key: "" if value is None else value for key, value in data.items()})
        self["actor"] = actor

    def __missing__(self, key: str) -> str:
        return ""


_events: dict[str, Event] = {}


def declare(name: str, sentence: Any, *, icon: str = "point", tone: str = "", is_public: bool = False) -> str:
    """Adds an event to the catalogue and returns its name."""
    _events[name] = Event(name, sentence, icon, tone, is_public)
    return name


def get(name: str) -> Event:
    """The event of that name. Raises LookupError for a name nobody declared."""
    try:
        return _events[name]
    except KeyError:
        raise LookupError(f"No event {name!r} is declared. Declare it in the events.py of its app.") from None


def names() -> list[str]:
    """Every declared name, sorted."""
    return sorted(_events)
