"""Every operation of the product, read from the URL resolver and the routers of the API: nobody has to remember to add one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_0-9]+)>|\(\?P<([a-z_]+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of an address. route: the address with {names} of its parameters. name: of the URL, with the namespace; empty for a nameless one."""

    method: str
    route: str
    name: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the address."""
        return tuple(re.findall(r"\{([a-z_0-9]+)\}", self.route))

    @property
    def is_api(self) -> bool:
        """Whether it is part of the REST API."""
        return self.route.startswith("/api/v1/")

    def path(self, values: dict[str, Any]) -> str:
        """A concrete address."""
        return self.route.format(**values)


def operations() -> list[Operation]:
    """All of them, by address and method. Files of the front end are not operations."""
    found = {operation for operation in _walk(get_resolver(), "/", "") if not operation.route.startswith("/static/") and not _only_shows(operation)}
    return sorted(found, key=lambda operation: (operation.route.startswith("/admin/"), operation.route, operation.method))


def _only_shows(operation: Operation) -> bool:
    """A page of the admin that takes no input of its own."""
    is_shown = operation.name.endswith(("_history", "_changelist", ":jsi18n", ":index", ":app_list")) or not operation.name
    return operation.method == "POST" and operation.route.startswith("/admin/") and is_shown


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Operation]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}" if entry.name else ""
            for method in _methods(entry.callback):
                yield Operation(method, _readable(route), name)


def _methods(view: Any) -> list[str]:
    """A viewset says which methods it answers, and so does a class; of a function only a call tells, so both are asked."""
    if getattr(view, "actions", None):
        return [method.upper() for method in view.actions]
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if kind is not None:
        return [method.upper() for method in ("get", "post") if hasattr(kind, method)]
    return ["GET", "POST"]


def _readable(route: str) -> str:
    route = PARAMETER.sub(lambda match: "{" + (match[1] or match[2]) + "}", route)
    return re.sub(r"[\^$\\?]|\\Z", "", route).replace("//", "/")
