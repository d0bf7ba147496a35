"""Running escalations: start, step, acknowledge, snooze, stop. A run is a row with a due time; each step is one transaction with its pages.

Every function that names a subject locks all its open runs in the order of their ids, so that an acknowledgement and a step never overlap: either the
step comes first and its pages are answered with the rest, or the acknowledgement comes first and the step finds nothing to do (RELIABILITY B5).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import clock, doorbell, errors
from journal import actions as journal
from notifications.actions import paging
from notifications.models import Message, Page
from oncall import events, plan, routing, snapshots, subjects, targets
from oncall.models import Escalation, EscalationPolicy, EscalationStep, Schedule

BATCH = 100
OPEN_STATES = (Escalation.RUNNING, Escalation.ACKNOWLEDGED)
IN_APP = "app"  # the channel that needs no provider
OUTWARD = (EscalationStep.WEBHOOK, EscalationStep.CHANNEL, IN_APP)


@transaction.atomic
def call_team(subject_type: str, subject_id: int, *, team: Team, actor: User | None, facts: Mapping[str, Any]) -> Escalation:
    """Pages a team because somebody asked for it: by its routing rules, else its first policy, else its first schedule.

    A run that was acknowledged begins anew. Raises Invalid("team") when the team has nobody to page.
    """
    by = routing.route(team.pk, facts, clock.now()) or _first_of(team)
    policy = by if isinstance(by, EscalationPolicy) else None
    quiet = [run for run in _locked(subject_type, [subject_id], (Escalation.ACKNOWLEDGED,)) if run.policy_id == (policy.pk if policy else None)]
    Escalation.objects.filter(pk__in=[run.pk for run in quiet]).update(state=Escalation.STOPPED, next_step_at=None, ended_at=clock.now())
    run = start(subject_type, subject_id, by, actor=actor, facts=facts, team=team) if by is not None else None
    if run is None:
        raise errors.Invalid("team", _("%(team)s has no escalation policy and no schedule, so nobody can be paged.") % {"team": team.name})
    return run


def _first_of(team: Team) -> EscalationPolicy | Schedule | None:
    policy = EscalationPolicy.objects.filter(team=team, archived_at__isnull=True, steps__isnull=False).order_by("pk").first()
    return policy or Schedule.objects.filter(team=team, is_enabled=True).order_by("pk").first()


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody is to be paged for a subject. by: the policy, or simply a schedule. facts: title, text, url, urgency, priority, tier."""

    subject_type: str
    subject_id: int
    by: EscalationPolicy | Schedule
    facts: Mapping[str, Any]
    team: Team | None = None


@transaction.atomic
def start(
    subject_type: str, subject_id: int, by: EscalationPolicy | Schedule, *, actor: User | None, facts: Mapping[str, Any], team: Team | None = None
) -> Escalation | None:
    """Begins to page for one subject; answers its run, None when the policy has no steps. See start_many."""
    start_many([Wish(subject_type, subject_id, by, facts, team)], actor=actor)
    policy = by if isinstance(by, EscalationPolicy) else None
    return Escalation.objects.filter(subject_type=subject_type, subject_id=subject_id, policy=policy, ended_at__isnull=True).first()


@transaction.atomic
def start_many(wishes: Sequence[Wish], *, actor: User | None) -> int:
    """Begins to page for several subjects, in a few queries however many they are; answers how many runs are new.

    The steps of a policy are copied into the run, so that no edit changes what is under way. A run that is open already stays as it is, and a policy
    without steps pages no one.
    """
    at = clock.now()
    copies: dict[tuple[type, int], plan.Policy] = {}
    runs: list[Escalation] = []
    for wish in wishes:
        key = (type(wish.by), wish.by.pk)
        copy = copies.setdefault(key, snapshots.of(wish.by)) if key not in copies else copies[key]
        first = plan.moment(copy, 0, 0, at)
        if first is not None:
            runs.append(
                Escalation(
                    subject_type=wish.subject_type, subject_id=wish.subject_id, policy=wish.by if isinstance(wish.by, EscalationPolicy) else None,
                    team=wish.team or wish.by.team, snapshot=copy.to_data(), facts=dict(wish.facts), round_started_at=at, next_step_at=first.at, started_at=at,
                )
            )  # fmt: skip
    fresh = _without_open(runs)
    Escalation.objects.bulk_create(fresh, ignore_conflicts=True)  # another start of the same run won, and pages
    if fresh:
        told = [(subjects.journal_subject(run.subject_type, run.subject_id), {"policy": run.snapshot["name"]}) for run in fresh]
        journal.record_many(events.ESCALATION_STARTED, told, actor=actor, at=at)
        doorbell.ring("oncall.sweep", queue="critical")
    return len(fresh)


@transaction.atomic
def start_probe(subject_type: str, subject_id: int, *, title: str, actor: User | None = None) -> Escalation:
    """A run of one step that reaches no person, to see that steps and messages leave. It writes into no timeline."""
    at = clock.now()
    step = plan.Step(0, 0, plan.NOT_ACKED, IN_APP, None, title, url="synthetic")
    copy = plan.Policy(id=None, name=title, steps=(step,), repeat_after=1440)
    run = Escalation.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        snapshot=copy.to_data(),
        facts={"title": title},
        round_started_at=at,
        next_step_at=at,
        started_at=at,
    )
    doorbell.ring("oncall.sweep", queue="critical")
    return run


def subjects_paged(subject_type: str) -> QuerySet[Escalation, int]:
    """The subjects for which somebody is being paged, as a part of another query."""
    return Escalation.objects.filter(subject_type=subject_type, ended_at__isnull=True).values_list("subject_id", flat=True)


def _without_open(runs: Sequence[Escalation]) -> list[Escalation]:
    """The runs of which none is open yet."""
    ids = {run.subject_id for run in runs}
    known = set(Escalation.objects.filter(subject_id__in=ids, ended_at__isnull=True).values_list("subject_type", "subject_id", "policy_id"))
    return [run for run in runs if (run.subject_type, run.subject_id, run.policy_id) not in known]


def sweep() -> int:
    """Does every step that is due; answers how many runs were stepped. Several sweeps may run at once: each run is held by one."""
    done = 0
    due = Escalation.objects.filter(next_step_at__lte=clock.now()).order_by("next_step_at", "id").values_list("pk", flat=True)
    for pk in list(due[:BATCH]):
        done += step(pk)
    return done


@transaction.atomic
def step(pk: int) -> bool:
    """Does the step of one run that is due now, when nobody else holds it; answers whether something was done."""
    run = Escalation.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, next_step_at__isnull=False).first()
    at = clock.now()
    if run is None or run.next_step_at is None or run.next_step_at > at:
        return False
    if run.snoozed_until is not None and run.snoozed_until > at:
        _save(run, next_step_at=run.snoozed_until)
        return False
    _advance(run, plan.policy_of(run.snapshot), at)
    return True


def _advance(run: Escalation, policy: plan.Policy, at: datetime) -> None:
    """Runs the latest moment that is due; one that reaches nobody hands on to the next at once, through one round at the most (B1, B7)."""
    found = plan.due(policy, run.round, run.step, run.round_started_at, at)
    if found is None:
        waiting = plan.moment(policy, run.round, run.step, run.round_started_at)
        if waiting is None:
            _exhaust(run, policy, at)
        else:
            _save(run, next_step_at=waiting.at)
        return
    if found.skipped:
        _tell(run, events.STEP_SKIPPED, at, count=len(found.skipped))
    moment, begins = found.moment, found.round_started_at
    for _try in range(len(plan.delays(policy)) or 1):
        if moment.number == 0 and moment.round > 0:
            _repeat(run, policy, moment.round, at)
        reached = _do(run, policy, moment, at)
        later = plan.following(policy, moment, begins)
        if reached or later is None or later[0].round > moment.round:
            break
        moment, begins = later
    _schedule(run, policy, moment, begins, at)


def _schedule(run: Escalation, policy: plan.Policy, done: plan.Moment, begins: datetime, at: datetime) -> None:
    """Writes what comes after a moment; after the last one people have the time of a repeat to answer, then the run is exhausted."""
    later = plan.following(policy, done, begins)
    if later is None:
        ends_at = at + timedelta(minutes=policy.repeat_after)
        _save(run, round=done.round, step=done.number + 1, round_started_at=begins, next_step_at=ends_at if run.state == Escalation.RUNNING else None)
        return
    moment, starts = later
    if run.state == Escalation.ACKNOWLEDGED and not plan.matters_after_ack(policy):
        _save(run, round=done.round, step=done.number + 1, round_started_at=begins, next_step_at=None)
        return
    _save(run, round=moment.round, step=moment.number, round_started_at=starts, next_step_at=max(moment.at, at))


def _repeat(run: Escalation, policy: plan.Policy, number: int, at: datetime) -> None:
    """The steps begin again; a policy that says so sets the subject back to open (oncall/reactions.py)."""
    run.round = number
    if policy.is_reopening:
        run.state = Escalation.RUNNING
        run.save(update_fields=["state"])
    _tell(run, events.REPEATED, at, policy=policy.name, round=number + 1)


def _do(run: Escalation, policy: plan.Policy, moment: plan.Moment, at: datetime) -> bool:
    """Pages everybody of a moment; answers whether anybody or anything could be reached, or nothing was to be done."""
    facts = _facts(run, moment.steps, at)
    wanted = [one for one in moment.steps if not plan.refusal(policy, one, run.state, facts, at)]
    if not wanted:
        return True
    reached = False
    lost: list[str] = []
    for one in wanted:
        if one.target == EscalationStep.POLICY:
            reached |= _hand_on(run, one)
        elif one.target in OUTWARD:
            reached |= _post(run, moment, one, at)
        else:
            reached |= _page(run, policy, moment, one, at, lost)
    if not reached:
        _tell(run, events.NOBODY_PAGED, at, reason="; ".join(lost) or _("nobody is on call"))
    return reached


def _page(run: Escalation, policy: plan.Policy, moment: plan.Moment, one: plan.Step, at: datetime, lost: list[str]) -> bool:
    people = targets.people_of(policy, one, run.pk, at)
    pages = paging.page(
        people, key=f"run:{run.pk}:{moment.round}:{moment.number}", subject_type=run.subject_type, subject_id=run.subject_id,
        title=str(run.facts.get("title", "")), text=str(run.facts.get("text", "")), url=str(run.facts.get("url", "")),
        urgency=str(run.facts.get("urgency") or "important"), topic=str(run.facts.get("service") or ""), at=at,
        reason=_("%(policy)s, step after %(minutes)d min: %(target)s") % {"policy": policy.name, "minutes": one.delay_minutes, "target": one.label},
    )  # fmt: skip
    told = [row for row in pages if row.state != Page.UNREACHABLE]
    _tell_earlier(run, moment, pages, at)
    if told:
        _tell(run, events.STEP_PAGED, at, people=", ".join(row.user.name for row in told), target=one.label, round=moment.round, step=moment.number)
    else:
        lost.append(
            _("%(target)s: nobody with a verified contact") % {"target": one.label} if people else _("%(target)s: nobody") % {"target": one.label}
        )
    return bool(told)


def _tell_earlier(run: Escalation, moment: plan.Moment, pages: Sequence[Page], at: datetime) -> None:
    """Who was paged before and did not answer hears that it goes on, when his rules say so."""
    if moment.number > 0:
        paged = {page.user_id for page in pages}
        earlier = Page.objects.filter(subject_type=run.subject_type, subject_id=run.subject_id, state=Page.OPEN).exclude(user__in=paged)
        title = _("Goes on to the next step: %(title)s") % {"title": run.facts.get("title", "")}
        paging.tell(earlier, "escalated", title=title, key=f"run:{run.pk}:{moment.round}:{moment.number}", at=at)


def _hand_on(run: Escalation, one: plan.Step) -> bool:
    """Another policy takes part as a run of its own."""
    policy = EscalationPolicy.objects.filter(pk=one.target_id or 0, archived_at__isnull=True).first()
    return policy is not None and start(run.subject_type, run.subject_id, policy, actor=None, facts=run.facts, team=run.team) is not None


def _post(run: Escalation, moment: plan.Moment, one: plan.Step, at: datetime) -> bool:
    """A webhook or a channel hears of it through the outbox."""
    Message.objects.get_or_create(
        idempotency_key=f"run:{run.pk}:{moment.round}:{moment.number}:{one.id}",
        defaults={
            "channel": one.target, "address": one.url, "subject": str(run.facts.get("title", ""))[:250], "body": str(run.facts.get("text", "")),
            "subject_type": run.subject_type, "subject_id": run.subject_id, "due_at": at, "order": 20,
        },
    )  # fmt: skip
    doorbell.ring("notifications.send_due", queue="critical")
    return True


def _facts(run: Escalation, steps: Sequence[plan.Step], at: datetime) -> plan.Facts:
    count = subjects.get(run.subject_type).count_alerts
    windows = {one.above_minutes for one in steps if one.above_alerts is not None}
    alerts = {minutes: count(run.subject_id, minutes, at) for minutes in windows} if count is not None else {}
    return plan.Facts(run.facts.get("priority"), run.facts.get("tier"), alerts)


def _exhaust(run: Escalation, policy: plan.Policy, at: datetime) -> None:
    """All steps and repeats are done; the pages that are out stay open, so that somebody may still answer. Closing follows by reaction."""
    _save(run, state=Escalation.EXHAUSTED, next_step_at=None, ended_at=at)
    _tell(run, events.EXHAUSTED, at, policy=policy.name)


@transaction.atomic
def acknowledge(subject_type: str, subject_id: int, *, actor: User | None, via: str = "app") -> int:
    """Somebody answered: every run of the subject goes quiet, and no waiting page leaves. Answers how many runs and pages were open."""
    at = clock.now()
    runs = _locked(subject_type, [subject_id], (Escalation.RUNNING,))
    for run in runs:
        policy = plan.policy_of(run.snapshot)
        still = run.next_step_at if plan.matters_after_ack(policy) else None
        asked = plan.after_acknowledging(policy, at)
        _save(run, state=Escalation.ACKNOWLEDGED, acknowledged_at=at, acknowledged_by=actor, next_step_at=still, **asked)
    pages = paging.acknowledge(subject_type, subject_id, actor=actor, via=via, at=at)
    if runs or pages:
        subject = subjects.journal_subject(subject_type, subject_id)
        journal.record(events.PAGE_ACKNOWLEDGED, subject, actor=actor, at=at, via=via)
    return len(runs) + pages


@transaction.atomic
def unacknowledge(subject_type: str, subject_id: int, *, actor: User | None) -> int:
    """Nobody works on it after all: the runs begin a new round at once. Answers how many."""
    at = clock.now()
    runs = _locked(subject_type, [subject_id], (Escalation.ACKNOWLEDGED,))
    for run in runs:
        anew = {"round": run.round + 1, "step": 0, "round_started_at": at, "next_step_at": at}
        _save(run, state=Escalation.RUNNING, acknowledged_at=None, acknowledged_by=None, remind_at=None, unack_at=None, **anew)
    if runs:
        doorbell.ring("oncall.sweep", queue="critical")
    return len(runs)


@transaction.atomic
def stop(subject_type: str, subject_ids: Collection[int], *, actor: User | None, why: str) -> int:
    """The subjects are closed: their runs end, and so do their pages. Answers how many runs were open."""
    at = clock.now()
    runs = _locked(subject_type, subject_ids, OPEN_STATES)
    Escalation.objects.filter(pk__in=[run.pk for run in runs]).update(
        state=Escalation.STOPPED, next_step_at=None, remind_at=None, unack_at=None, ended_at=at, version=F("version") + 1
    )
    if runs:
        told = [(subjects.journal_subject(run.subject_type, run.subject_id), {"run": run.pk, "why": why}) for run in runs]
        journal.record_many(events.ESCALATION_STOPPED, told, actor=actor, at=at)
    paging.end(subject_type, subject_ids, at=at)
    return len(runs)


@transaction.atomic
def snooze(subject_type: str, subject_id: int, *, until: datetime, actor: User | None) -> int:
    """Nobody is paged for the subject before an instant; then the step goes on that was due. Answers how many runs wait."""
    at = clock.now()
    runs = _locked(subject_type, [subject_id], OPEN_STATES)
    for run in runs:
        shift = max(until, run.next_step_at) if run.next_step_at is not None else None
        _save(run, snoozed_until=until, next_step_at=shift)
    paging.end(subject_type, [subject_id], at=at)
    return len(runs)


@transaction.atomic
def hurry(subject_type: str, subject_id: int, *, actor: User | None) -> int:
    """The next step of a subject's escalations is due now, and those after it as much sooner; answers how many of them had one."""
    at, hurried = clock.now(), 0
    for run in _locked(subject_type, [subject_id], (Escalation.RUNNING,)):
        waiting = plan.moment(plan.policy_of(run.snapshot), run.round, run.step, run.round_started_at)
        if waiting is not None and run.next_step_at is not None:
            _save(run, next_step_at=at, round_started_at=run.round_started_at - max(waiting.at - at, timedelta(0)), snoozed_until=None)
            hurried += 1
    if hurried:
        doorbell.ring("oncall.sweep", queue="critical")
    return hurried


def _locked(subject_type: str, subject_ids: Collection[int], states: Sequence[str]) -> list[Escalation]:
    """The open runs of subjects in these states, held; those of other states are waited for too, so that no step is under way."""
    rows = Escalation.objects.select_for_update(of=("self",)).filter(subject_type=subject_type, subject_id__in=subject_ids, ended_at__isnull=True)
    return [run for run in rows.order_by("pk") if run.state in states]


def _save(run: Escalation, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(run, name, value)
    run.version += 1
    run.save(update_fields=[*columns, "version"])


def _tell(run: Escalation, event: str, at: datetime, *, actor: User | None = None, **data: Any) -> None:
    """Writes into the timeline of what is escalated."""
    journal.record(event, subjects.journal_subject(run.subject_type, run.subject_id), actor=actor, at=at, run=run.pk, **data)
