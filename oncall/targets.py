"""Who stands behind a step's target at an instant."""

import random
from collections.abc import Sequence
from datetime import datetime

from accounts.models import Team, User
from oncall import plan, queries
from oncall.models import EscalationStep, Schedule

KINDS = EscalationStep


def people_of(policy: plan.Policy, step: plan.Step, run_id: int, at: datetime) -> list[User]:
    """The active people whom a step pages, each once, in order of names. Empty when nobody is there, or what it names is gone."""
    found = _reached(step, at)
    if step.target == KINDS.RANDOM and found:
        return [random.Random(f"{run_id}:{step.id}").choice(found)]
    if step.is_round_robin and found:
        return [found[policy.turn % len(found)]]
    return found


def _reached(step: plan.Step, at: datetime) -> list[User]:
    if step.target_id is None:
        return []
    if step.target == KINDS.USER:
        return list(User.objects.filter(pk=step.target_id, is_active=True))
    if step.target in (KINDS.MEMBERS, KINDS.RANDOM, KINDS.ADMINS):
        return _members(step.target_id, leads_only=step.target == KINDS.ADMINS)
    schedule = Schedule.objects.filter(pk=step.target_id).first()
    if schedule is None:
        return []
    ask = {KINDS.CURRENT: queries.people_on_call, KINDS.NEXT: queries.people_next, KINDS.PREVIOUS: queries.people_before}.get(step.target)
    return ask(schedule, at) if ask is not None else []


def _members(team_id: int, *, leads_only: bool) -> list[User]:
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        return []
    members = team.memberships.filter(user__is_active=True).select_related("user").order_by("user__name")
    return [row.user for row in (members.filter(is_lead=True) if leads_only else members)]


def everybody(policy: plan.Policy, steps: Sequence[plan.Step], run_id: int, at: datetime) -> list[User]:
    """The people of several steps, each once."""
    return list({user.pk: user for step in steps for user in people_of(policy, step, run_id, at)}.values())
