"""A policy as a run takes it along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oncall import plan
from oncall.models import EscalationPolicy, EscalationStep, Schedule


def of(by: EscalationPolicy | Schedule) -> plan.Policy:
    """A policy as it is now, for a run or a simulation; a schedule pages who is on call, at once, and nothing more."""
    if isinstance(by, Schedule):
        step = plan.Step(0, 0, plan.NOT_ACKED, EscalationStep.CURRENT, by.pk, by.name)
        return plan.Policy(id=None, name=by.name, steps=(step,), zone=by.time_zone)
    return _of_policy(by)


def _of_policy(policy: EscalationPolicy) -> plan.Policy:
    steps = policy.steps.select_related("schedule", "user", "team", "next_policy").order_by("delay_minutes", "position", "id")
    rows = list(steps)
    zone = next((row.schedule.time_zone for row in rows if row.schedule is not None), "UTC")
    return plan.Policy(
        id=policy.pk, name=policy.name, steps=tuple(_step(row) for row in rows), repeat_count=policy.repeat_count, repeat_after=policy.repeat_after,
        is_closing=policy.is_closing, is_reopening=policy.is_reopening, zone=zone, turn=policy.runs.count(), remind_after=policy.remind_after,
        unack_after=policy.unack_after,
    )  # fmt: skip


def of_steps(name: str, rows: Sequence[EscalationStep], *, repeats: tuple[int, int] = (0, 10)) -> plan.Policy:
    """A policy that is being edited, from steps that are not stored. repeats: how often, and after how many minutes. Steps keep their order."""
    zone = next((row.schedule.time_zone for row in rows if row.schedule is not None), "UTC")
    steps = tuple(replace(_step(row), id=number) for number, row in enumerate(rows, start=1))
    return plan.Policy(id=None, name=name, steps=steps, repeat_count=repeats[0], repeat_after=repeats[1], zone=zone)


def _step(row: EscalationStep) -> plan.Step:
    named: Any = row.schedule or row.user or row.team or row.next_policy
    return plan.Step(
        id=row.pk, delay_minutes=row.delay_minutes, condition=row.condition, target=row.target, target_id=named.pk if named is not None else None,
        label=f"{row.get_target_display()}: {named or row.url}", url=row.url, priorities=tuple(row.priorities), tiers=tuple(row.tiers),
        from_minute=_minute(row.from_at), until_minute=_minute(row.until_at), above_alerts=row.above_alerts, above_minutes=row.above_minutes,
        is_round_robin=row.is_round_robin,
    )  # fmt: skip


def _minute(time: Any) -> int | None:
    return time.hour * 60 + time.minute if time is not None else None
