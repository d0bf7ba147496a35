"""What an escalation policy does when: a pure function of the policy and of what is known about the subject. No database, no Django.

A round begins at an instant and runs the policy's steps at their delays; steps with the same delay are one moment and go together. After the last
moment the round starts again as often as the policy repeats. The sweep, the simulation and the editor all ask this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

NOT_ACKED, NOT_CLOSED = "not_acked", "not_closed"
RUNNING, ACKNOWLEDGED = "running", "acknowledged"


@dataclass(frozen=True, slots=True)
class Step:
    """A step as a run remembers it. target: who is paged (models.EscalationStep.TARGETS) and its id; label: the target in words.

    priorities, tiers: empty for all. from_minute, until_minute: of the day on the wall of the policy's zone; None for always. above_alerts: more than so
    many alerts of the subject's service within above_minutes; None for no matter.
    """

    id: int
    delay_minutes: int
    condition: str
    target: str
    target_id: int | None
    label: str
    url: str = ""
    priorities: tuple[int, ...] = ()
    tiers: tuple[int, ...] = ()
    from_minute: int | None = None
    until_minute: int | None = None
    above_alerts: int | None = None
    above_minutes: int = 5
    is_round_robin: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as a run remembers it. steps are ordered by delay. turn: how many runs of it began before, for steps that take turns.

    remind_after: so many minutes after an acknowledgement its person is asked whether he still has it; unack_after: without an answer paging begins anew
    so many minutes later. 0 is never.
    """

    id: int | None
    name: str
    steps: tuple[Step, ...]
    repeat_count: int = 0
    repeat_after: int = 10
    is_closing: bool = False
    is_reopening: bool = False
    zone: str = "UTC"
    turn: int = 0
    remind_after: int = 0
    unack_after: int = 0

    def to_data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


def policy_of(data: Mapping[str, Any]) -> Policy:
    """The policy that to_data wrote."""
    lists = {"priorities", "tiers"}
    steps: list[Step] = []
    for stored in data["steps"]:
        columns: dict[str, Any] = {name: tuple(value) if name in lists else value for name, value in stored.items()}
        steps.append(Step(**columns))
    return Policy(**{**data, "steps": tuple(steps)})


@dataclass(frozen=True, slots=True)
class Moment:
    """The steps of one delay in one round. number: which one of the round, from 0. at: when it is due."""

    round: int
    number: int
    at: datetime
    steps: tuple[Step, ...]


def after_acknowledging(policy: Policy, at: datetime) -> dict[str, datetime | None]:
    """When the person is asked, or else when paging begins anew, after an acknowledgement or an answer."""
    ask = at + timedelta(minutes=policy.remind_after) if policy.remind_after else None
    anew = at + timedelta(minutes=policy.unack_after) if policy.unack_after and ask is None else None
    return {"remind_at": ask, "unack_at": anew}


def after_asking(policy: Policy, at: datetime) -> dict[str, datetime | None]:
    """When paging begins anew without an answer, or else when he is asked again."""
    anew = at + timedelta(minutes=policy.unack_after) if policy.unack_after else None
    return {"remind_at": None if anew else at + timedelta(minutes=policy.remind_after), "unack_at": anew}


def delays(policy: Policy) -> list[int]:
    """The different delays of a round in minutes, in order."""
    return sorted({step.delay_minutes for step in policy.steps})


def moment(policy: Policy, round_number: int, number: int, round_started_at: datetime) -> Moment | None:
    """The moment of that number in a round; None when the round has no more."""
    known = delays(policy)
    if number >= len(known):
        return None
    steps = tuple(step for step in policy.steps if step.delay_minutes == known[number])
    return Moment(round_number, number, round_started_at + timedelta(minutes=known[number]), steps)


def next_round_at(policy: Policy, round_number: int, round_started_at: datetime) -> datetime | None:
    """When the round after this one begins; None when it was the last."""
    if round_number >= policy.repeat_count or not policy.steps:
        return None
    return round_started_at + timedelta(minutes=delays(policy)[-1] + policy.repeat_after)


def following(policy: Policy, one: Moment, round_started_at: datetime) -> tuple[Moment, datetime] | None:
    """The moment after one, with the begin of its round; None when the policy is exhausted."""
    later = moment(policy, one.round, one.number + 1, round_started_at)
    if later is not None:
        return later, round_started_at
    begins = next_round_at(policy, one.round, round_started_at)
    first = moment(policy, one.round + 1, 0, begins) if begins is not None else None
    return (first, begins) if first is not None and begins is not None else None


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now: the moment, the begin of its round, and the moments that nobody could do in time (they are skipped, not caught up)."""

    moment: Moment
    round_started_at: datetime
    skipped: tuple[Moment, ...] = ()


def due(policy: Policy, round_number: int, number: int, round_started_at: datetime, at: datetime) -> Due | None:
    """The latest moment that is due at an instant, counted from the moment that comes next; None when nothing is due yet (RELIABILITY B1)."""
    current = moment(policy, round_number, number, round_started_at)
    if current is None or current.at > at:
        return None
    skipped: list[Moment] = []
    while True:
        later = following(policy, current, round_started_at)
        if later is None or later[0].at > at:
            return Due(current, round_started_at, tuple(skipped))
        skipped.append(current)
        current, round_started_at = later


@dataclass(frozen=True, slots=True)
class Facts:
    """What step conditions may ask. count_alerts: how many alerts the subject's service had in so many minutes."""

    priority: int | None = None
    tier: int | None = None
    alerts: Mapping[int, int] = field(default_factory=dict)


def refusal(policy: Policy, step: Step, state: str, facts: Facts, at: datetime) -> str:
    """Why a step does not page now, as a word; empty when it does: state, priority, tier, time or volume."""
    if state == ACKNOWLEDGED and step.condition == NOT_ACKED:
        return "state"
    if step.priorities and facts.priority not in step.priorities:
        return "priority"
    if step.tiers and facts.tier not in step.tiers:
        return "tier"
    if not is_within(step.from_minute, step.until_minute, at, ZoneInfo(policy.zone)):
        return "time"
    if step.above_alerts is not None and facts.alerts.get(step.above_minutes, 0) <= step.above_alerts:
        return "volume"
    return ""


def is_within(from_minute: int | None, until_minute: int | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall shows a time between two minutes of the day; an end at or before the begin goes over midnight. None stands for no limit."""
    if from_minute is None and until_minute is None:
        return True
    wall = at.astimezone(zone)
    minute, begin, end = wall.hour * 60 + wall.minute, from_minute or 0, 1440 if until_minute is None else until_minute
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def matters_after_ack(policy: Policy) -> bool:
    """Whether some step goes on while the subject is acknowledged but not closed."""
    return any(step.condition == NOT_CLOSED for step in policy.steps)


def whole(policy: Policy, started_at: datetime) -> Sequence[Moment]:
    """Every moment of every round, for the simulation."""
    found: list[Moment] = []
    current, begins = moment(policy, 0, 0, started_at), started_at
    while current is not None:
        found.append(current)
        later = following(policy, current, begins)
        current, begins = later if later is not None else (None, begins)
    return found
