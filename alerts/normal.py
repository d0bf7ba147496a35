"""The normal form of what a monitoring tool says. Pure: no database, no Django.

Adapters read payloads into it, and the pipeline knows nothing else. Limits are Opsgenie's: what is longer is cut, never refused.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

OPEN, CLOSE, ACKNOWLEDGE = "open", "close", "acknowledge"

MESSAGE, ALIAS, DESCRIPTION, ENTITY, SOURCE, SERVICE = 130, 512, 15_000, 512, 200, 200
NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
EPOCH = re.compile(r"[0-9]{9,19}(\.[0-9]+)?")
ZONE = re.compile(r" ([+-][0-9]{2}:?[0-9]{2})$")
TAGS, TAG, DETAILS, DETAIL, LINKS = 20, 50, 200, 8_000, 20


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a payload says about one alias.

    kind: open, close or acknowledge. priority: the tool's own word, such as "critical", or P1 to P5. services: names the service may have, best first.
    hints: weaker names of the service, tried after those and never shown as unmatched.
    starts_at, ended_at: when this firing began and ended, as the tool says; two events of one alias with the same start are the same firing.
    group: what the tool notifies about together, empty when it does not say.
    extra: what only some APIs say: for an opening uid, responders, visible_to, actions, user and note; for other kinds see alerts/commands.py.
    """

    kind: str
    alias: str
    message: str
    description: str = ""
    priority: str = ""
    services: tuple[str, ...] = ()
    entity: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Mapping[str, str], ...] = ()
    starts_at: datetime | None = None
    payload: Any = None
    hints: tuple[str, ...] = ()
    ended_at: datetime | None = None
    group: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A payload that is understood and is no alert. reason: one sentence for people that says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a tool sent. payload: the body as JSON, a form as an object. mapping: the integration's own expressions. headers: names in small letters."""

    payload: Any
    mapping: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def text(value: Any, limit: int) -> str:
    """A value as one text of at most `limit` characters, without what a database or a screen cannot hold."""
    if value is None or isinstance(value, bool) and not value:
        return ""
    raw = (value if isinstance(value, str) else str(value))[: limit * 2]
    cleaned = raw if raw.isprintable() else NOT_TEXT.sub("", raw)
    return cleaned.strip()[:limit]


def line(value: Any, limit: int) -> str:
    """A value as a single line."""
    if type(value) is str and len(value) <= limit and value.isprintable() and "  " not in value and value[:1] != " " != value[-1:]:
        return value  # as nearly all are
    return " ".join(text(value, limit).split())


def details(value: Any) -> dict[str, str]:
    """A mapping as texts, at most 200 of them."""
    if not isinstance(value, Mapping):
        return {}
    return {line(key, 200): text(item, DETAIL) for key, item in list(value.items())[:DETAILS]}


def tags(values: Iterable[Any]) -> tuple[str, ...]:
    """At most 20 tags of at most 50 characters, each once, in order."""
    seen = dict.fromkeys(line(value, TAG) for value in values)
    return tuple(tag for tag in seen if tag)[:TAGS]


def names(*values: Any) -> tuple[str, ...]:
    """The names that are there, each once, in order."""
    seen = dict.fromkeys(line(value, SERVICE) for value in values if isinstance(value, str | int))
    return tuple(name for name in seen if name)


def link(label: str, url: Any) -> tuple[Mapping[str, str], ...]:
    """A link for people, when it is one that a browser may follow (http and https only)."""
    address = line(url, 2_000)
    return ({"label": label, "url": address},) if address.lower().startswith(("http://", "https://")) else ()


def instant(value: Any) -> datetime | None:
    """An instant from ISO 8601 or seconds since 1970 (or milli-, micro-, nanoseconds), in UTC; None for anything else, for 0, and for year 1 as Go writes it."""
    try:
        if isinstance(value, str) and EPOCH.fullmatch(value.strip()):
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            parsed = datetime.fromtimestamp(_seconds(value), UTC) if value > 0 else None
        elif isinstance(value, str) and value:
            parsed = datetime.fromisoformat(_iso(value.strip()))
        else:
            parsed = None
        if parsed is None:
            return None
        aware = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return aware if 1970 <= aware.year <= 2200 else None


def _seconds(value: float) -> float:
    """Seconds, whatever a number of this size counts."""
    return value / (1e9 if value > 1e17 else 1e6 if value > 1e14 else 1e3 if value > 1e11 else 1)


def _iso(value: str) -> str:
    """Ruby puts a space and "UTC" before the zone; Go and .NET write up to nine digits of a second, and Python reads six."""
    value = ZONE.sub(r"\1", value.removesuffix(" UTC") + "+00:00" if value.endswith(" UTC") else value)
    head, dot, tail = value.partition(".")
    if not dot:
        return value
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[: min(digits, 6)]}{tail[digits:]}"


def fingerprint(*parts: Any) -> str:
    """A stable alias for what carries none: 32 hex digits of its identifying parts."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "replace")).hexdigest()[:32]
