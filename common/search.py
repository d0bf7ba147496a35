"""The palette's registry: each app says how its records are found and which actions can be started."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette."""

    title: str
    url: str
    icon: str
    key: str = ""
    priority: int | None = None
    tier: int | None = None
    status: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A group of hits. find(user, text, limit) returns only what this user may see."""

    name: str
    title: Any
    find: Callable[[Any, str, int], Iterable[Hit]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do from the palette: `title` is a verb with its object."""

    title: Any
    icon: str
    url_name: str
    right: str | None = None
    hotkey: str = ""
    args: tuple[str, ...] = ()


_sources: dict[str, Source] = {}
_commands: dict[str, Command] = {}


def register(source: Source) -> None:
    """Adds a group of results; the same name again replaces it."""
    _sources[source.name] = source


def register_command(command: Command) -> None:
    """Adds an action to the palette."""
    _commands[command.url_name + str(command.title)] = command


def sources() -> list[Source]:
    """All groups in the order in which the palette shows them."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.name))


def commands(user: Any, text: str) -> list[Command]:
    """The actions that this user may start and whose title contains every word of `text`."""
    words = text.lower().split()
    allowed = (command for command in _commands.values() if command.right is None or user.has_right_somewhere(command.right))
    return [command for command in allowed if all(word in str(command.title).lower() for word in words)]
