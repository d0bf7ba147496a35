"""Which alerts belong together, and why. Pure: no database, no Django.

The first rule that fits an alert decides how it is grouped: by equal fields, by what the tool itself notifies about together, or by the likeness of its
message to the first alert of a group, always within a window since the group's newest alert. What people taught (these two kinds belong together, those
do not) comes before likeness. The same alerts in the same order give the same groups, however they are cut into batches.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from common import likeness

Alert = TypeVar("Alert", bound="Sent")

FIELDS, TEXT, TOOL = "fields", "text", "tool"
NAMES = ("service", "integration", "entity", "source", "team", "priority", "message", "tags")
PREFIXES = ("details.", "tag.")
LONGEST = timedelta(hours=24)  # since its first alert: what goes on for days is told again once a day
MOST = 50  # the groups of a scope that a message is compared with, the newest
KEPT = 130


class Sent(Protocol):
    """What grouping reads of an alert."""

    service_id: int | None
    service_name: str
    integration_id: int | None
    team_id: int | None
    entity: str
    source: str
    message: str
    priority: int
    tags: list[str]
    details: dict[str, Any]
    group_key: str

    @property
    def first_occurred_at(self) -> datetime:
        """When it was accepted."""

    @property
    def key(self) -> str:
        """How people call it."""


def _everything(_alert: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """How alerts are grouped. fields: of FIELDS what must be equal, of TEXT where messages are compared. threshold: the least likeness, 0 to 1."""

    pk: int
    mode: str
    fields: tuple[str, ...] = ("service",)
    minutes: int = 15
    threshold: float = 0.6
    fits: Callable[[Any], bool] = _everything


@dataclass(slots=True)
class Group:
    """What is known of a group: pk None while it is new. text: the masked message of its first alert, which is called `leader`. row: whatever the caller keeps."""

    key: str
    scope: str
    kind: str
    text: str
    leader: str
    rule: int
    first_at: datetime
    last_at: datetime
    size: int = 0
    pk: int | None = None
    row: Any = None

    def accepts(self, at: datetime, minutes: int) -> bool:
        """Whether an alert of that instant still belongs to it."""
        return at - self.last_at <= timedelta(minutes=minutes) and at - self.first_at <= LONGEST


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alert belongs, and why: how (first, fields, text, tool or taught), with the rule's words for it."""

    group: Group
    how: str
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an alert looks for, by its rule: the key of its group, where it is compared, its masked message and its kind."""

    rule: Rule
    key: str
    scope: str
    kind: str
    text: str


@dataclass(slots=True)
class Lessons:
    """What people taught of pairs of kinds."""

    apart: set[frozenset[str]] = field(default_factory=set)
    together: dict[str, set[str]] = field(default_factory=dict)

    def teach(self, one: str, other: str, is_together: bool) -> None:
        """Two kinds belong together, or do not."""
        if not is_together:
            self.apart.add(frozenset((one, other)))
            return
        self.together.setdefault(one, set()).add(other)
        self.together.setdefault(other, set()).add(one)


def value_of(alert: Sent, name: str) -> str:
    """A field as text, empty when the alert does not have it. Without a service: its name as sent, else the source, else the integration."""
    if name == "service":
        return f"#{alert.service_id}" if alert.service_id else alert.service_name.lower() or alert.source.lower() or f"@{alert.integration_id or ''}"
    if name in ("integration", "team"):
        return str(getattr(alert, f"{name}_id") or "")
    if name == "tags":
        return ",".join(sorted(alert.tags))
    if name == "message":
        return likeness.masked(alert.message)
    if name.startswith("details."):
        return str(alert.details.get(name.removeprefix("details."), ""))
    if name.startswith("tag."):
        wanted = name.removeprefix("tag.")
        return next((tag for tag in alert.tags if tag == wanted or tag.startswith((f"{wanted}:", f"{wanted}="))), "")
    return str(getattr(alert, name, "")).lower()


def kind_of(alert: Sent) -> str:
    """What people teach about: alerts that say the same of the same service."""
    return likeness.digest("kind", value_of(alert, "service"), likeness.masked(alert.message))


def wanted(alert: Sent, rules: Sequence[Rule]) -> Wanted | None:
    """What the first fitting rule looks for; None when none fits, and the alert stays by itself."""
    for rule in rules:
        if rule.mode == TOOL:
            parts: list[str] = [str(alert.integration_id or ""), alert.group_key] if alert.group_key else []
        else:
            parts = [value_of(alert, name) for name in rule.fields]
        if (not parts and rule.mode != TEXT) or not all(parts) or not rule.fits(alert):
            continue
        text, scope = likeness.masked(alert.message), likeness.digest(rule.pk, *parts)
        key = likeness.digest(scope, text) if rule.mode == TEXT else scope
        return Wanted(rule, key, scope if rule.mode == TEXT else "", kind_of(alert), text)
    return None


class Board:
    """The groups that a batch may join."""

    def __init__(self, known: Iterable[Group] = (), lessons: Lessons | None = None) -> None:
        """known: oldest first."""
        self.lessons = lessons or Lessons()
        self.by_key: dict[str, list[Group]] = {}
        self.by_kind: dict[str, Group] = {}
        self.by_scope: dict[str, list[Group]] = {}
        for group in known:
            self._add(group)

    def _add(self, group: Group) -> None:
        self.by_key.setdefault(group.key, []).append(group)
        self.by_kind[group.kind] = group
        if group.scope:
            near = self.by_scope.setdefault(group.scope, [])
            near.append(group)
            del near[:-MOST]

    def place(self, alert: Sent, look: Wanted) -> Place:
        """The group of an alert, a new one when none takes it."""
        found = self._taught(alert, look) or self._equal(alert, look) or self._alike(alert, look)
        if found is None:
            at = alert.first_occurred_at
            found = Place(Group(look.key, look.scope, look.kind, look.text[:KEPT], alert.key, look.rule.pk, at, at), "first", {})
            self._add(found.group)
        group = found.group
        group.size += 1
        group.last_at = max(group.last_at, alert.first_occurred_at)
        return found

    def _takes(self, group: Group, alert: Sent, look: Wanted) -> bool:
        return group.accepts(alert.first_occurred_at, look.rule.minutes) and frozenset((group.kind, look.kind)) not in self.lessons.apart

    def _taught(self, alert: Sent, look: Wanted) -> Place | None:
        for other in sorted(self.lessons.together.get(look.kind, ())):
            group = self.by_kind.get(other)
            if group is not None and self._takes(group, alert, look):
                return Place(group, "taught", {"like": group.leader})
        return None

    def _equal(self, alert: Sent, look: Wanted) -> Place | None:
        group = next((one for one in reversed(self.by_key.get(look.key, ())) if self._takes(one, alert, look)), None)
        if group is None:
            return None
        if look.rule.mode == TEXT:
            return Place(group, TEXT, {"like": group.leader, "score": 1.0, "fields": list(look.rule.fields), "minutes": look.rule.minutes})
        return Place(group, look.rule.mode, {"fields": list(look.rule.fields), "minutes": look.rule.minutes})

    def _alike(self, alert: Sent, look: Wanted) -> Place | None:
        """The group whose first alert says nearly the same; of equally near ones the oldest."""
        if look.rule.mode != TEXT or not look.scope:
            return None
        own, best, score = likeness.pieces(look.text), None, 0.0
        for group in self.by_scope.get(look.scope, ()):
            if not self._takes(group, alert, look):
                continue
            near = likeness.pieces(group.text)
            if min(len(own), len(near)) < look.rule.threshold * max(len(own), len(near)):
                continue
            alike = likeness.between(own, near)
            if alike >= look.rule.threshold and alike > score:
                best, score = group, alike
        if best is None:
            return None
        told = {"like": best.leader, "score": round(score, 2), "fields": list(look.rule.fields), "minutes": look.rule.minutes}
        return Place(best, TEXT, told)


def in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """The order in which a batch is grouped: as they were accepted."""
    return sorted(alerts, key=lambda alert: (alert.first_occurred_at, getattr(alert, "alias", "")))


def is_name(name: str) -> bool:
    """Whether alerts can be compared by a field of this name."""
    return name in NAMES or any(name.startswith(prefix) and len(name) > len(prefix) for prefix in PREFIXES)
