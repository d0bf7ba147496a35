"""Which kinds of alerts are noise, and what a policy would have made of them. Pure: no database (ALR-21).

Noise is what asks for attention and needs none. A kind counts as noisy when it came at least five times and half of it ended by itself within five minutes,
or nobody ever touched four fifths of it, or it paged three times in somebody's night; or when a responder says so, however few there were. (Google's SRE book,
chapter 6: every page should be actionable; the figures are what on-call reviews commonly ask for.)

What a policy would have done is found by asking the policy itself: its conditions and times decide whether an alert is meant, and notifying.intend, by
which the pipeline decides, until when it waits. An alert that was over before that would have paged nobody.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import Any

from alerts import grouping, notifying

QUICK = timedelta(minutes=5)
NIGHT_FROM, NIGHT_TO = time(22), time(7)
LEAST, QUICK_SHARE, UNTOUCHED_SHARE, NIGHTS = 5, 0.5, 0.8, 3
DELAYS, COUNTS, BURST_MINUTES = (2, 5, 10, 15, 30), (3, 5, 10), 60
LONGEST_DELAY = {1: 5, 2: 15}  # minutes that a suggestion may let an alert of such a priority wait
LEAST_SHARE = 0.3
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
DELAY, NIGHT, DEDUP, SUPPRESS, GROUP = "delay", "night", "dedup", "suppress", "group"
COSTS = {NIGHT: 0.1, DEDUP: 0.1, SUPPRESS: 0.25, GROUP: 0.05}  # what quiet costs beside what it saves; of a delay a share by its minutes

Fits = Callable[[Mapping[str, Any], datetime], bool]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a kind came. quick: over by itself in under five minutes. untouched: nobody acknowledged or closed it. feedback: how many said noise, by reason."""

    alerts: int = 0
    pages: int = 0
    night_pages: int = 0
    quick: int = 0
    untouched: int = 0
    feedback: Mapping[str, int] = field(default_factory=dict)

    @property
    def said(self) -> int:
        """How many times people called it noise."""
        return sum(self.feedback.values())

    @property
    def is_noisy(self) -> bool:
        """Whether something should be done about it."""
        if self.said:
            return True
        many = self.alerts >= LEAST
        is_idle = self.quick >= self.alerts * QUICK_SHARE or self.untouched >= self.alerts * UNTOUCHED_SHARE
        return many and (is_idle or self.night_pages >= NIGHTS)

    @property
    def weight(self) -> tuple[int, int]:
        """What is put first: what wakes people and what they complain of."""
        return self.pages + 2 * self.night_pages + 5 * self.said, self.alerts


def percent(part: int, whole: int) -> int:
    """A share in percent."""
    return round(100 * part / whole) if whole else 0


def is_night(wall: time) -> bool:
    """Whether people sleep then, on their own clock."""
    return wall >= NIGHT_FROM or wall < NIGHT_TO


@dataclass(frozen=True, slots=True)
class Lived:
    """An alert as it went. over_at: when it was closed, None while it is open. by_itself: the tool closed it. beats: see Alert."""

    facts: Mapping[str, Any]
    first_at: datetime
    over_at: datetime | None = None
    by_itself: bool = False
    acknowledged_at: datetime | None = None
    count: int = 1
    beats: Sequence[int] = ()
    beats_at: int | None = None
    pages: int = 0
    sent: Any = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a policy would have made of alerts: how many it would have held until they were over, with how many of the pages.

    late: that people acknowledged, and would have heard of so many minutes later. missed: that they acknowledged, and would not have heard of.
    """

    alerts: int = 0
    held: int = 0
    pages: int = 0
    pages_held: int = 0
    late: int = 0
    late_minutes: int = 0
    missed: int = 0

    @property
    def share(self) -> float:
        """How much of the trouble it takes away, 0 to 1."""
        return self.pages_held / self.pages if self.pages >= 3 else self.held / self.alerts if self.alerts else 0.0


@dataclass(frozen=True, slots=True)
class Policy:
    """A notification policy that could be made, as alerts/effects.py has it; of GROUP a rule of grouping, in `does` its fields and minutes."""

    sort: str
    does: Mapping[str, Any]
    times: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cost(self) -> float:
        """What it takes away from the use of alerts."""
        return COSTS[self.sort] if self.sort in COSTS else float(self.does["delay"]["minutes"]) / 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A policy with what it would have done."""

    policy: Policy
    effect: Effect


class _Probe:
    """What notifying.intend reads and writes of an alert."""

    FOREVER = FOREVER

    def __init__(self) -> None:
        self.plan: dict[str, Any] = {}
        self.held_until: datetime | None = None
        self.plan_due_at: datetime | None = None
        self.count = 1


@dataclass(frozen=True, slots=True)
class _Named:
    does: Mapping[str, Any]
    name: str = ""


def policies(counted: Counted, priority: int, zone: str) -> list[Policy]:
    """What could be done about a kind of that priority (1 to 5). What is urgent is never kept quiet, and waits for a few minutes at most."""
    found = [Policy(DELAY, {"delay": {"minutes": minutes}}) for minutes in DELAYS if minutes <= LONGEST_DELAY.get(priority, DELAYS[-1])]
    found.append(Policy(GROUP, {"fields": ["service"], "minutes": BURST_MINUTES}))
    if priority > 1:
        found += [Policy(DEDUP, {"dedup": {"count": count}}) for count in COUNTS]
    if priority > 2 and counted.night_pages:
        wall = {"from": f"{NIGHT_FROM:%H:%M}", "until": f"{NIGHT_TO:%H:%M}", "zone": zone}
        found.append(Policy(NIGHT, {"delay": {"until": f"{NIGHT_TO:%H:%M}", "zone": zone}}, wall))
    if priority > 2 and (counted.said or counted.untouched >= 0.95 * counted.alerts):
        found.append(Policy(SUPPRESS, {"suppress": True}))
    return found


def suggest(found: Iterable[Suggestion]) -> Suggestion | None:
    """The one that takes away most trouble and least of use; None when none takes away three tenths. An alert that people acted on weighs thrice."""

    def score(one: Suggestion) -> float:
        effect = one.effect
        harm = (3 * effect.missed + effect.late * min(effect.late_minutes, 60) / 60) / max(effect.alerts, 1)
        return effect.share - harm - one.policy.cost

    worth = [one for one in found if one.effect.share >= LEAST_SHARE and score(one) > 0 and not _hides_all(one)]
    return max(worth, key=score, default=None)


def _hides_all(one: Suggestion) -> bool:
    """Waiting for so many events when they never come is keeping quiet by another name."""
    return one.policy.sort == DEDUP and one.effect.held == one.effect.alerts


def replay(policy: Policy, fits: Fits, lived: Iterable[Lived]) -> Effect:
    """What a policy would have made of alerts. fits: whether it means an alert at an instant, as the pipeline asks it."""
    if policy.sort == GROUP:
        return _regroup(policy, fits, lived)
    alerts = held = pages = pages_held = missed = 0
    late: list[float] = []
    for one in lived:
        alerts, pages = alerts + 1, pages + one.pages
        until = waits(policy, one) if fits(one.facts, one.first_at) else None
        if until is None:
            continue
        if until >= (one.over_at or FOREVER):
            held, pages_held = held + 1, pages_held + one.pages
            missed += one.acknowledged_at is not None
        elif one.acknowledged_at is not None:
            late.append((until - one.first_at).total_seconds() / 60)
    return Effect(alerts, held, pages, pages_held, len(late), round(median(late)) if late else 0, missed)


def waits(policy: Policy, one: Lived) -> datetime | None:
    """Until when an alert would have waited; None when it would not."""
    probe = _Probe()
    notifying.intend(probe, _Named(policy.does), one.first_at)
    dedup = probe.plan.get("dedup")
    if dedup is None:
        return probe.held_until
    return came(one, dedup["count"]) or FOREVER


def came(one: Lived, number: int) -> datetime | None:
    """When the nth event of an alert came, to the minute; None when there were fewer. Of those before its last hour by the average."""
    if one.count < number or not one.beats or one.beats_at is None:
        return None
    so_far = one.count - sum(one.beats)
    begin = datetime.fromtimestamp((one.beats_at - len(one.beats) + 1) * 60, UTC)
    if so_far >= number:
        return one.first_at + (begin - one.first_at) * (number / so_far)
    for minute, amount in enumerate(one.beats):
        so_far += amount
        if so_far >= number:
            return max(one.first_at, begin + timedelta(minutes=minute))
    return None


def _regroup(policy: Policy, fits: Fits, lived: Iterable[Lived]) -> Effect:
    """Of each group only the first alert would have paged."""
    rule = grouping.Rule(0, grouping.FIELDS, tuple(policy.does["fields"]), policy.does["minutes"])
    board = grouping.Board()
    alerts = held = pages = pages_held = 0
    for one in sorted(lived, key=lambda one: one.first_at):
        alerts, pages = alerts + 1, pages + one.pages
        look = grouping.wanted(one.sent, [rule]) if fits(one.facts, one.first_at) else None
        if look is not None and board.place(one.sent, look).how != "first":
            held, pages_held = held + 1, pages_held + one.pages
    return Effect(alerts, held, pages, pages_held)
