"""Who is on call at Meridian Freight: each team's schedules and its escalation policy."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from accounts.models import Team, User
from common import clock
from journal import registers
from oncall.actions import cover, schedules
from oncall.models import EscalationPolicy, EscalationStep, Schedule

ZONE = "Europe/Oslo"


def write(teams: dict[str, Team], members: dict[int, list[User]], people: dict[str, User], at: datetime) -> None:
    """Schedules of every team with members; Payments platform has them as a large team would."""
    monday = (at - timedelta(days=at.weekday() + 84)).date()
    for slug, team in teams.items():
        turns = members.get(team.pk, [])
        if not turns:
            continue
        plan = schedules.Plan("Primary", turns, monday, time(9))
        if slug == "payments-platform":
            night = [people["Noor Rahman"], people["Mei-Ling Chen"]]
            hours = [schedules.Hours(time(22), time(6))]
            second = schedules.Plan("Night cover", night, monday, time(12), unit="daily", length=2, restrictions=hours)
            primary = _schedule(team, f"{team.name} primary", [plan, second])
            third = schedules.Plan("Secondary", [*turns[1:], turns[0]], monday + timedelta(days=3), time(9))
            _policy(team, [primary, _schedule(team, f"{team.name} secondary", [third])])
            _standing_in(primary, people, at)
        elif slug == "identity":
            office = [schedules.Hours(time(8), time(20))]
            _policy(team, [_schedule(team, team.name, [schedules.Plan("Days", turns, monday, time(9), restrictions=office)])])
        else:
            _policy(team, [_schedule(team, team.name, [plan])])


def _schedule(team: Team, name: str, rotations: Sequence[schedules.Plan]) -> Schedule:
    return schedules.create(actor=None, team=team, name=name, rotations=rotations, time_zone=ZONE)


def _policy(team: Team, targets: Sequence[Schedule]) -> None:
    policy = EscalationPolicy(slug=team.slug, name=f"{team.name}: P1 and P2", team=team, repeat_count=2, repeat_after=10)
    registers.save(policy, changed=[], is_new=True, actor=None)
    steps = [EscalationStep(policy=policy, delay_minutes=5 * number, schedule=target) for number, target in enumerate(targets)]
    steps.append(EscalationStep(policy=policy, delay_minutes=15, target=EscalationStep.MEMBERS, team=team))
    for number, step in enumerate(steps):
        step.position = number
        registers.save(step, changed=[], is_new=True, actor=None)


def _standing_in(primary: Schedule, people: dict[str, User], at: datetime) -> None:
    """Two overrides of this week and the next, and what Priya and Daniel ask of others."""
    with clock.shifted(at):
        day = at.replace(hour=14, minute=0, second=0, microsecond=0)
        cover.add_override(
            primary, people["Daniel Okafor"], day + timedelta(days=1), day + timedelta(days=1, hours=4), actor=None, reason="School play"
        )
        cover.add_override(primary, people["Mei-Ling Chen"], day + timedelta(days=4), day + timedelta(days=5), actor=None, reason="Priya travels")
        for asker in (people["Priya Raman"], people["Daniel Okafor"]):
            mine = next(
                (
                    one
                    for one in cover.times_of(primary, asker, at + timedelta(days=6), at + timedelta(days=27))
                    if one[1] - one[0] > timedelta(hours=8)
                ),
                None,
            )
            if mine is not None:
                cover.ask(primary, mine[0], mine[0] + timedelta(hours=4), actor=asker, reason="A wedding")
