"""Who reacts to which event: the register behind @on."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Handler = Callable[[Any], None]
Function = TypeVar("Function", bound=Handler)

_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)


def on(*events: str) -> Callable[[Function], Function]:
    """Marks a function of a reactions.py as handler of these events.

    It gets the journal entry, runs in a worker in a transaction of its own, may run more than once (be idempotent), and is
    tried again with growing pauses when it raises.
    """

    def register(function: Function) -> Function:
        for event in events:
            _handlers[event][name_of(function)] = function
        return function

    return register


def name_of(function: Handler) -> str:
    """The name under which deliveries remember a handler: module and function."""
    return f"{function.__module__}.{function.__qualname__}"


def handlers_of(event: str) -> dict[str, Handler]:
    """The handlers of an event by name."""
    return dict(_handlers.get(event, {}))


def handler(event: str, name: str) -> Handler | None:
    """One handler, or None when it was removed since the delivery was written."""
    return _handlers.get(event, {}).get(name)


def events_with_handlers() -> dict[str, list[str]]:
    """Event → names of its handlers, sorted."""
    return {event: sorted(_handlers[event]) for event in sorted(_handlers)}
