"""Which alerts happen together, as correlation rules say (ALR-16). Pure: no database, no Django.

A rule has expressions, what must be equal, and a window. The alerts that one of its expressions means gather in a bundle; once any of the expressions, or
all of them, were seen within the window, the bundle is met, and from then on every alert that fits joins it until none came for the window. Until then the
alerts stay where grouping puts them. The same alerts in the same order give the same bundles, however they are cut into batches.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from alerts import grouping
from alerts.grouping import Lessons, Sent
from common import likeness

ANY, ALL = "any", "all"
AUTOMATIC, CANDIDATE = "automatic", "candidate"
WAITING, PROPOSED, DISMISSED, FORMED = "waiting", "proposed", "dismissed", "formed"


@dataclass(frozen=True, slots=True)
class Expression:
    """One of the things that happen together: how it is called, and whether an alert is it."""

    label: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What belongs together. version: tells its bundles from those of what it said before. title: a template. words: for people."""

    pk: int
    name: str
    version: str
    expressions: tuple[Expression, ...]
    fields: tuple[str, ...] = ()
    minutes: int = 10
    needs: str = ALL
    outcome: str = AUTOMATIC
    title: str = ""
    words: str = ""


@dataclass(slots=True)
class Bundle:
    """Alerts of one rule with equal fields. seen: when each expression was seen last. first_at: of what is met, the oldest alert that may belong to it.

    pk: None while it is new. row: whatever the caller keeps. is_turned: it was met in this batch.
    """

    key: str
    rule: int
    leader: str
    kind: str
    first_at: datetime
    last_at: datetime
    seen: list[datetime | None]
    state: str = WAITING
    pk: int | None = None
    row: Any = None
    is_turned: bool = False

    def accepts(self, at: datetime, minutes: int) -> bool:
        """Whether an alert of that instant still belongs to it."""
        is_young = self.state == WAITING or at - self.first_at <= grouping.LONGEST
        return is_young and at - self.last_at <= timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an alert looks for: the bundle's key, and which expressions mean it."""

    rule: Rule
    key: str
    kind: str
    hits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alert belongs. is_direct: its bundle had a group already, or got it with this alert, so that grouping does not ask about it."""

    bundle: Bundle
    rule: Rule
    hits: tuple[int, ...]
    is_direct: bool


@dataclass(slots=True)
class Board:
    """The bundles that a batch may join. known: the oldest first."""

    known: Iterable[Bundle] = ()
    lessons: Lessons = field(default_factory=Lessons)
    by_key: dict[str, list[Bundle]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for bundle in self.known:
            self.by_key.setdefault(bundle.key, []).append(bundle)

    def place(self, alert: Sent, look: Wanted) -> Place:
        """The bundle of an alert, a new one when none takes it."""
        at, rule = alert.first_occurred_at, look.rule
        bundle = next((one for one in reversed(self.by_key.get(look.key, ())) if self._takes(one, at, look)), None)
        if bundle is None:
            bundle = Bundle(look.key, rule.pk, alert.key, look.kind, at, at, [None] * len(rule.expressions))
            self.by_key.setdefault(look.key, []).append(bundle)
        bundle.last_at = max(bundle.last_at, at)
        for number in look.hits:
            bundle.seen[number] = max(bundle.seen[number] or at, at)
        if bundle.state == WAITING and is_met(rule, bundle):
            bundle.state = FORMED if rule.outcome == AUTOMATIC else PROPOSED
            bundle.first_at = max(bundle.first_at, bundle.last_at - timedelta(minutes=rule.minutes))
            bundle.is_turned = True
        return Place(bundle, rule, look.hits, bundle.state == FORMED)

    def _takes(self, bundle: Bundle, at: datetime, look: Wanted) -> bool:
        return bundle.accepts(at, look.rule.minutes) and frozenset((bundle.kind, look.kind)) not in self.lessons.apart


def is_met(rule: Rule, bundle: Bundle) -> bool:
    """Whether any of the expressions, or all of them, were seen within the window."""
    since = bundle.last_at - timedelta(minutes=rule.minutes)
    lately = [at is not None and at >= since for at in bundle.seen]
    return all(lately) if rule.needs == ALL else any(lately)


def wanted(alert: Sent, rules: Iterable[Rule]) -> Wanted | None:
    """What the first fitting rule looks for; None when none fits."""
    for rule in rules:
        hits = tuple(number for number, one in enumerate(rule.expressions) if one.fits(alert))
        if not hits:
            continue
        parts = [grouping.value_of(alert, name) for name in rule.fields]
        if all(parts):
            return Wanted(rule, likeness.digest("together", rule.pk, rule.version, *parts), grouping.kind_of(alert), hits)
    return None


def looks(alerts: Iterable[grouping.Alert], rules_of: Callable[[grouping.Alert], Iterable[Rule]]) -> list[tuple[grouping.Alert, Wanted]]:
    """Each alert that a rule means, in the order in which they came, with what it looks for."""
    return [(alert, look) for alert in grouping.in_order(alerts) if (look := wanted(alert, rules_of(alert))) is not None]


def belongs(alert: Sent, bundle: Bundle) -> bool:
    """Whether an alert that gathered there came within the window of what is met; one that came long before does not."""
    return bundle.state == WAITING or alert.first_occurred_at >= bundle.first_at
