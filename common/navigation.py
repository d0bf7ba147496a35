"""The sidebar: entries appear with their screens, because each app registers its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from common import links, search


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sidebar.

    section: 1 work, 2 records, 3 estate, 4 outside. go: the letter after `g` that opens it. count: the name of a figure that a
    counter delivers. parent: the name of the entry that this one is indented under.
    """

    name: str
    label: Any
    url_name: str
    section: int
    order: int
    icon: str = ""
    args: tuple[str, ...] = ()
    go: str = ""
    count: str = ""
    is_hot: bool = False
    right: str = "desk.access"
    parent: str = ""
    tab: int = 0


@dataclass(slots=True)
class Item:
    """An entry as one page shows it to one user."""

    name: str
    label: Any
    icon: str
    url: str
    hotkey: str
    count: int | None
    is_hot: bool
    is_current: bool
    tab: int
    children: list["Item"] = field(default_factory=list)


Counter = Callable[[Any], Mapping[str, int]]

_entries: dict[str, Entry] = {}
_counters: list[Counter] = []
_own: list[Callable[[Any], Sequence[Entry]]] = []
_live: list[Callable[[Any], Any]] = []
_badges: list[Callable[[Any], str]] = []


def register(entry: Entry) -> None:
    """Adds a line to the sidebar; the same name again replaces it."""
    _entries[entry.name] = entry


def register_counter(counter: Counter) -> None:
    """Adds figures: counter(user) answers {count name: figure} with at most one query."""
    if counter not in _counters:
        _counters.append(counter)


def register_live(finder: Callable[[Any], Any]) -> None:
    """finder(user) answers the major incident that is live now, or None."""
    if finder not in _live:
        _live.append(finder)


def register_badge(badge: Callable[[Any], str]) -> None:
    """badge(user) answers a few words for the line under the person's name, empty for none."""
    if badge not in _badges:
        _badges.append(badge)


def register_source(source: Callable[[Any], Sequence[Entry]]) -> None:
    """source(user) answers lines that are this person's own, such as the queues in his sidebar."""
    if source not in _own:
        _own.append(source)


def figures(user: Any) -> Mapping[str, int]:
    """Every figure of the sidebar, counted once per request: they are kept on the request's own user object."""
    known: dict[str, int] | None = getattr(user, "_sidebar_figures", None)
    if known is None:
        known = {}
        for counter in _counters:
            known.update(counter(user))
        user._sidebar_figures = known
    return known


def sections(user: Any, path: str) -> list[list[Item]]:
    """The sidebar for one user on one page, grouped and ordered."""
    counted = figures(user)
    known = [*_entries.values(), *(entry for source in _own for entry in source(user))]
    allowed = sorted((entry for entry in known if user.has_right_somewhere(entry.right)), key=lambda e: (e.section, e.order))
    items = {entry.name: _item(entry, counted, path) for entry in allowed}
    grouped: dict[int, list[Item]] = {}
    for entry in allowed:
        if entry.parent:
            if entry.parent in items:
                items[entry.parent].children.append(items[entry.name])
        else:
            grouped.setdefault(entry.section, []).append(items[entry.name])
    _mark_current([item for item in items.values() if item.url == path or (item.url != "/" and path.startswith(item.url))])
    return [grouped[number] for number in sorted(grouped)]


def _item(entry: Entry, counted: Mapping[str, int], path: str) -> Item:
    return Item(
        name=entry.name,
        label=entry.label,
        icon=entry.icon,
        url=links.to(entry.url_name, *entry.args),
        hotkey=entry.go,
        count=counted.get(entry.count) if entry.count else None,
        is_hot=entry.is_hot,
        is_current=False,
        tab=entry.tab,
    )


def _mark_current(candidates: list[Item]) -> None:
    """The most specific line is the current one."""
    if candidates:
        max(candidates, key=lambda item: len(item.url)).is_current = True


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav` (sections), `tabs` (phone), `create_url` (what c opens), `live_major`, `badge` (under the name), `base_url`.

    Empty for anonymous and for fragments.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False) or request.path.startswith("/admin/"):
        return {"base_url": settings.EVENKEEL_BASE_URL}
    nav = sections(user, request.path)
    flat = [item for section in nav for item in section]
    tabs = sorted((item for item in flat if item.tab), key=lambda item: item.tab)
    live = next((found for finder in _live if (found := finder(user)) is not None), None)
    badge = next((words for badge_of in _badges if (words := badge_of(user))), "")
    return {"nav": nav, "tabs": tabs, "create_url": _create_url(user), "live_major": live, "badge": badge, "base_url": settings.EVENKEEL_BASE_URL}


def _create_url(user: Any) -> str:
    """What this person may create with the key c; empty when nothing."""
    return next((links.to(command.url_name) for command in search.commands(user, "") if command.hotkey == "c"), "")
