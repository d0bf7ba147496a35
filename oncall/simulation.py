"""What a policy would do, minute by minute: who would be paged, by which channel, and why not. Nothing is written and nobody is paged (ONC-06, ONC-18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from notifications.actions import paging
from oncall import plan, snapshots, targets
from oncall.models import EscalationPolicy, EscalationStep

DEEPEST = 5  # policies that hand on to policies
URGENT = 2
MOST_MOMENTS = 200
OUTWARD = (EscalationStep.WEBHOOK, EscalationStep.CHANNEL)


@dataclass(frozen=True, slots=True)
class Way:
    """One message that would leave: by which channel, to where, and when. address is empty for the account's own e-mail."""

    at: datetime
    channel: str
    name: str


@dataclass(frozen=True, slots=True)
class Paged:
    """One person who would be paged, and how he would hear of it."""

    user: User
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True)
class Line:
    """A step at its moment. minute: after the start. round: from 0. policy: whose step it is. people: empty with refusal saying why, or nobody is there."""

    at: datetime
    minute: int
    round: int
    policy: str
    label: str
    people: Sequence[Paged]
    refusal: str = ""
    is_outward: bool = False

    @property
    def is_lost(self) -> bool:
        """Whether it would page somebody, and nobody is there."""
        return not self.people and not self.refusal and not self.is_outward


def simulate(policy: plan.Policy, facts: Mapping[str, Any], at: datetime) -> list[Line]:
    """Every step of every round as if nobody answered, in order. facts: priority, tier, and alerts (minutes → count) when they matter."""
    return sorted(_lines(policy, facts, at, at, 0), key=lambda line: (line.at, line.round))[:MOST_MOMENTS]


def _lines(policy: plan.Policy, facts: Mapping[str, Any], begin: datetime, start: datetime, depth: int) -> list[Line]:
    found: list[Line] = []
    early: datetime | None = None  # a moment that reaches nobody hands on to the next of its round at once
    moments = plan.whole(policy, begin)[:MOST_MOMENTS]
    for number, moment in enumerate(moments):
        at = early or moment.at
        lines, is_lost = _moment(policy, moment, facts, at, start, depth)
        found += lines
        is_last = number + 1 == len(moments) or moments[number + 1].round > moment.round
        early = at if is_lost and not is_last else None
    return found


def _moment(policy: plan.Policy, moment: plan.Moment, facts: Mapping[str, Any], at: datetime, start: datetime, depth: int) -> tuple[list[Line], bool]:
    """What the steps of one moment would do, and whether they should page somebody and reach nobody."""
    given = plan.Facts(facts.get("priority"), facts.get("tier"), facts.get("alerts", {}))
    found: list[Line] = []
    wanted = reached = False
    for step in moment.steps:
        why = plan.refusal(policy, step, plan.RUNNING, given, at)
        wanted |= not why
        handed = EscalationPolicy.objects.filter(pk=step.target_id or 0).first() if step.target == EscalationStep.POLICY and not why else None
        if handed is not None and depth < DEEPEST:
            reached = True
            if moment.round == 0:  # a run that is open already is not begun again
                found += _lines(snapshots.of(handed), facts, at, start, depth + 1)
            continue
        people = _paged([] if why or step.target in OUTWARD else targets.people_of(policy, step, 0, at), facts, at)
        reached |= any(one.ways for one in people) or (step.target in OUTWARD and not why)
        minute = round((at - start) / timedelta(minutes=1))
        found.append(Line(at, minute, moment.round, policy.name, step.label, people, why, step.target in OUTWARD))
    return found, wanted and not reached


def _paged(people: Sequence[User], facts: Mapping[str, Any], at: datetime) -> list[Paged]:
    urgency = facts.get("urgency") or ("important" if (facts.get("priority") or 3) <= URGENT else "default")
    ways = paging.would_reach(people, urgency=urgency, at=at)
    return [Paged(user, [Way(due_at, channel, name) for due_at, channel, name in ways[user.pk]]) for user in people]


def reach(policy: plan.Policy, at: datetime) -> list[Sequence[User]]:
    """For each step of a policy, in order, whom it would page at an instant if its conditions held."""
    found: list[Sequence[User]] = []
    for step in policy.steps:
        handed = EscalationPolicy.objects.filter(pk=step.target_id or 0).first() if step.target == EscalationStep.POLICY else None
        if handed is not None:
            copy = snapshots.of(handed)
            first = tuple(one for one in copy.steps if one.delay_minutes == plan.delays(copy)[0])
            found.append(targets.everybody(replace(copy, steps=first), first, 0, at))
        else:
            found.append([] if step.target in OUTWARD else targets.people_of(policy, step, 0, at))
    return found
