"""The adapters: what a payload says, as normal events. A new tool is a new file and a line here."""

from collections.abc import Callable, Mapping
from typing import Any

from alerts.adapters import alertmanager, generic
from alerts.normal import Event

Read = Callable[[Any, Mapping[str, Any]], list[Event]]

READERS: dict[str, Read] = {"alertmanager": alertmanager.read, "generic": generic.read}
CHOICES = [("alertmanager", "Prometheus Alertmanager"), ("generic", "Generic JSON")]


def read(adapter: str, payload: Any, mapping: Mapping[str, Any]) -> list[Event]:
    """The events of a payload. What the named adapter does not understand is read as generic JSON, so that nothing is lost."""
    events = READERS.get(adapter, generic.read)(payload, mapping)
    return events or (generic.read(payload, {}) if adapter != "generic" else [])
