"""What an adapter is, and the tools they share to read what others sent. Pure.

Nothing here raises, whatever shape a payload has: a value of another kind than expected counts as absent.
"""

import html
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypedDict, Unpack
from urllib.parse import urlsplit

from alerts import normal
from alerts.normal import CLOSE, Event, Ignored, Sent

# Placeholders that a tool left as they were: {{ $labels.x }}, {PID}, {EVENT.ID}, ${x}, $SERVICEDESC$, $NAME, *alertDetails*, *UNKNOWN*, %sensorid.
INLINE = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{[A-Z][A-Z0-9_.]*\}|\$[A-Z][A-Z0-9_]+\$")
WHOLE = re.compile(rf"(?:{INLINE.pattern}|\$[A-Z][A-Z0-9_]*|\*[A-Za-z]+\*|%[a-z]+|\{{[A-Za-z][A-Za-z0-9_.]*\}})")
TAG = re.compile(
    r"</?(?:a|b|br|p|div|span|strong|em|i|u|h[1-6]|table|tbody|thead|tr|td|th|ul|ol|li|pre|code|img|font|hr|html|body|head)(?:\s[^<>]*)?/?>", re.I
)
BREAK = re.compile(r"<(?:br\s*/?|/p|/div|/tr|/li|/h[1-6])>", re.I)
SHORT_REASON = 80


class Adapter(ABC):
    """Reads the payloads of one tool.

    slug: its name in URLs and tables. label: as people know it. docs: where the tool describes what it sends. snippet: what a person copies into the tool,
    with {url} for the integration's address. words: what this tool's priorities mean as 1 to 5, where they mean something else than elsewhere.
    tells_again: as long as a firing lasts, so that the first message about it may come long after it began (a silence ended, a route was added).
    signing: how it signs what it sends (alerts/signatures.py), empty when it does not.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    docs: ClassVar[str]
    snippet: ClassVar[str]
    words: ClassVar[Mapping[str, int]] = {}
    tells_again: ClassVar[bool] = False
    signing: ClassVar[str] = ""

    @abstractmethod
    def read(self, sent: Sent) -> list[Event] | Ignored:
        """What the payload says; an empty list when this is not the tool's."""

    def snippet_for(self, url: str) -> str:
        """What to copy into the tool, with the address filled in."""
        return self.snippet.replace("{url}", url)


class Facts(TypedDict, total=False):
    """What an event may also say; texts as they came."""

    description: Any
    priority: Any
    services: tuple[Any, ...]
    hints: tuple[Any, ...]
    entity: Any
    source: Any
    tags: Any
    details: Mapping[Any, Any]
    links: tuple[Mapping[str, str], ...]
    starts_at: datetime | None
    ended_at: datetime | None
    group: str
    payload: Any


def event(kind: str, alias: str, message: Any, **facts: Unpack[Facts]) -> Event:
    """An event with everything cut to its limit, without placeholders and HTML. starts_at is kept on firings only, ended_at on recoveries only."""
    description = plain(text(facts.get("description")))
    title = clean(message)
    return Event(
        kind=kind,
        alias=alias if len(alias) <= normal.ALIAS else normal.fingerprint(alias),
        message=normal.line(title, normal.MESSAGE) or "Alert without a title",
        description=normal.text("" if description == title else description, normal.DESCRIPTION),
        priority=word(facts.get("priority"))[:40],
        services=normal.names(*(word(name) for name in facts.get("services", ()))),
        hints=normal.names(*(word(name) for name in facts.get("hints", ()))),
        entity=normal.line(word(facts.get("entity")), normal.ENTITY),
        source=normal.line(word(facts.get("source")), normal.SOURCE),
        tags=normal.tags(word(tag) for tag in facts.get("tags") or ()),
        details={name: value for name, value in normal.details(facts.get("details")).items() if value and not WHOLE.fullmatch(value)},
        links=facts.get("links", ())[: normal.LINKS],
        starts_at=None if kind == CLOSE else facts.get("starts_at"),
        ended_at=facts.get("ended_at") if kind == CLOSE else None,
        group=facts.get("group", ""),
        payload=facts.get("payload"),
    )


def alias(*parts: Any) -> str:
    """A readable identity: the tool, then what identifies the problem there. Missing parts are left out."""
    return "/".join(found for part in parts if (found := word(part)))


def obj(value: Any, *path: str) -> Mapping[str, Any]:
    """The object at a path, an empty one when there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def word(value: Any) -> str:
    """A text or number as one line; empty for anything else and for a placeholder that nobody filled in."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    found = normal.line(value, 2_000)
    return "" if WHOLE.fullmatch(found) else found


def text(value: Any) -> str:
    """A text of several lines; empty for anything else and for a placeholder that nobody filled in."""
    return "" if not isinstance(value, str) or WHOLE.fullmatch(value.strip()) else value


def first(source: Any, *names: str) -> str:
    """The first of these fields that says something; "incident.url" looks inside."""
    for name in names:
        head, _dot, last = name.rpartition(".")
        found = word(obj(source, *head.split("."))[last] if head and last in obj(source, *head.split(".")) else obj(source).get(name))
        if found:
            return found
    return ""


def flat(source: Any) -> dict[str, Any]:
    """The fields of an object by plain names, so that monitorURL, monitor_url and MONITOR-URL are one."""
    return {re.sub(r"[^a-z0-9]", "", str(name).lower()): value for name, value in obj(source).items()}


def plain(value: str) -> str:
    """A text without the HTML that some tools write into it."""
    if "<" in value:
        value = TAG.sub("", BREAK.sub("\n", value))
    return html.unescape(value) if "&" in value else value


def clean(value: Any) -> str:
    """A title as a person would write it: one line, no HTML, no placeholders."""
    found = normal.line(plain(text(value) or word(value)), 2_000)
    return " ".join(INLINE.sub("", found).split()) if INLINE.search(found) else found


def reason(title: str, why: Any) -> str:
    """A title with its cause, when that is a short line."""
    cause = clean(why).rstrip(".") if "\n" not in text(why).strip() else ""
    return f"{title}: {cause}" if cause and len(cause) <= SHORT_REASON and cause.lower() not in title.lower() else title


def pairs(value: Any) -> dict[str, str]:
    """Tags such as "env:prod" by name; from a list or a text with commas. A tag without a colon stands for itself."""
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    found = [word(item) for item in items]
    return {name.strip(): rest.strip() for name, _colon, rest in (item.partition(":") for item in found) if name.strip()}


def listed(value: Any) -> list[str]:
    """A list of words, or a text with commas, as words."""
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [found for item in items if (found := word(item))]


def host_of(address: Any) -> str:
    """The host of an address, empty when it is none."""
    try:
        return urlsplit(word(address)).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
