"""Escalation policies: making, changing, archiving. The screens, the API and the admin all check here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock, errors, slugs
from common.likeness import digest
from journal import actions as journal
from oncall import events, permissions
from oncall.models import EscalationPolicy, EscalationStep, RoutingRule

MOST_STEPS = 50
COLUMNS = ("name", "team", "description", "repeat_count", "repeat_after", "is_closing", "is_reopening", "remind_after", "unack_after")
STEP_COLUMNS = (
    "delay_minutes", "condition", "target", "schedule", "user", "team", "next_policy", "url", "priorities", "tiers", "from_at", "until_at", "above_alerts",
    "above_minutes", "is_round_robin",
)  # fmt: skip
NEEDS = {
    EscalationStep.CURRENT: "schedule", EscalationStep.NEXT: "schedule", EscalationStep.PREVIOUS: "schedule", EscalationStep.USER: "user",
    EscalationStep.MEMBERS: "team", EscalationStep.ADMINS: "team", EscalationStep.RANDOM: "team", EscalationStep.POLICY: "next_policy",
    EscalationStep.WEBHOOK: "url", EscalationStep.CHANNEL: "url",
}  # fmt: skip
TARGET_COLUMNS = ("schedule", "user", "team", "next_policy", "url")
Step = Mapping[str, Any]


@transaction.atomic
def save(
    policy: EscalationPolicy | None, *, actor: User | None, values: Mapping[str, Any], steps: Sequence[Step], seen: str | None = None
) -> EscalationPolicy:
    """Makes a policy (None), or changes one, with all its steps. Escalations that run keep the steps with which they began.

    seen: the state_of() from which somebody began. Saving it as it is changes nothing. Raises Refused, Invalid for the value that is wrong
    ("steps.0.schedule" for the first step's), Conflict when it is no longer as it was seen.
    """
    before = EscalationPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk) if policy is not None else None
    changed = EscalationPolicy(pk=before.pk, slug=before.slug, archived_at=before.archived_at) if before is not None else EscalationPolicy()
    for name in COLUMNS:
        if name in values or before is not None:
            setattr(changed, name, values[name] if name in values else getattr(before, name))
    if changed.team_id is None:
        raise errors.Invalid("team", _("Choose the team that owns it."))
    for team in {changed.team_id, before.team_id if before is not None else changed.team_id}:
        permissions.can_manage(actor, team).require()
    _check(changed)
    rows = [clean_step(step, number) for number, step in enumerate(steps)]
    check_steps(changed, rows)
    if before is None:
        changed.slug = slugs.free(changed.name, EscalationPolicy.objects.all(), instead="policy")
        changed.save(force_insert=True)
        _write(changed, rows)
        journal.record(events.POLICY_CREATED, changed, actor=actor, name=changed.name)
        return changed
    fields = [name for name in COLUMNS if getattr(before, name) != getattr(changed, name)]
    if seen is not None and seen != state_of(before):
        raise errors.Conflict(_("Somebody changed this policy while you did."))
    is_other = [_values(row) for row in before.steps.all()] != [_values(row) for row in sorted(rows, key=lambda row: row.delay_minutes)]
    if fields:
        changed.save(update_fields=fields)
    if is_other:
        before.steps.all().delete()
        _write(changed, rows)
    if fields or is_other:
        told = ", ".join([*fields, *(["steps"] if is_other else [])])
        journal.record(events.POLICY_CHANGED, changed, actor=actor, name=changed.name, fields=told)
    return changed


def state_of(policy: EscalationPolicy) -> str:
    """By what one knows later whether anything of a policy or its steps was changed."""
    return digest(*(getattr(policy, name) for name in COLUMNS), *(_values(row) for row in policy.steps.all()))


@transaction.atomic
def archive(policy: EscalationPolicy, *, actor: User | None) -> EscalationPolicy:
    """Takes a policy out of use. Raises Refused, or Conflict while a service, a rule or another policy points at it."""
    permissions.can_manage(actor, policy.team_id).require()
    locked = EscalationPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    if locked.archived_at is not None:
        return locked
    users = [str(rule) for rule in RoutingRule.objects.filter(policy=locked)]
    users += [str(step.policy) for step in EscalationStep.objects.filter(next_policy=locked).select_related("policy")]
    services: Any = getattr(locked, "services", None)  # the app above points here
    users += [str(service) for service in services.all()] if services is not None else []
    if users:
        raise errors.Conflict(_("%(name)s is used by %(users)s. Point them elsewhere first.") % {"name": locked.name, "users": ", ".join(users[:5])})
    locked.archived_at = clock.now()
    locked.save(update_fields=["archived_at"])
    journal.record(events.POLICY_ARCHIVED, locked, actor=actor, name=locked.name)
    return locked


def _check(policy: EscalationPolicy) -> None:
    policy.name = " ".join((policy.name or "").split())
    if not policy.name or len(policy.name) > 100:
        raise errors.Invalid("name", _("Give the policy a name of at most 100 characters."))
    if EscalationPolicy.objects.filter(name__iexact=policy.name).exclude(pk=policy.pk).exists():
        raise errors.Invalid("name", _("Another policy has this name. Choose a different one."))
    try:
        policy.clean_fields(exclude=["slug", "team"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise errors.Invalid(field, messages[0]) from error
    if not 0 <= policy.repeat_count <= 20:
        raise errors.Invalid("repeat_count", _("Repeat it 0 to 20 times."))
    if not 1 <= policy.repeat_after <= 1440:
        raise errors.Invalid("repeat_after", _("Wait 1 to 1440 minutes before a repeat."))


def clean_step(step: Step, number: int) -> EscalationStep:
    """A step with only the target that its kind needs. Raises Invalid for the value that is wrong."""
    where = f"steps.{number}."
    row = EscalationStep(**{name: step[name] for name in STEP_COLUMNS if step.get(name) is not None})
    needed = NEEDS.get(row.target)
    if needed is None:
        raise errors.Invalid(f"{where}target", _("Choose whom the step pages."))
    for name in TARGET_COLUMNS:
        if name != needed:
            setattr(row, name, "" if name == "url" else None)
    if not getattr(row, needed):
        raise errors.Invalid(where + needed, _("Say which one the step pages."))
    if row.user is not None and not row.user.is_active:
        raise errors.Invalid(f"{where}user", _("%(name)s is deactivated and would never be paged.") % {"name": row.user.name})
    try:
        row.clean_fields(exclude=["policy"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise errors.Invalid(where + field, messages[0]) from error
    if row.delay_minutes > 10_080:
        raise errors.Invalid(f"{where}delay_minutes", _("Wait at most 10,080 minutes, a week."))
    if any(not 1 <= value <= 5 for value in row.priorities):
        raise errors.Invalid(f"{where}priorities", _("Choose priorities from 1 to 5."))
    if not 1 <= row.above_minutes <= 1440:
        raise errors.Invalid(f"{where}above_minutes", _("Count alerts within 1 to 1440 minutes."))
    return row


def check_steps(policy: EscalationPolicy, steps: Sequence[EscalationStep]) -> None:
    """What holds for the steps together: there are some, and policies do not call each other in a circle. Raises Invalid."""
    if not 0 < len(steps) <= MOST_STEPS:
        raise errors.Invalid("steps", _("A policy needs 1 to %(most)d steps: without one nobody is paged.") % {"most": MOST_STEPS})
    for number, step in enumerate(steps):
        if step.next_policy_id is None:
            continue
        if step.next_policy is not None and step.next_policy.archived_at is not None:
            raise errors.Invalid(f"steps.{number}.next_policy", _("%(name)s is archived.") % {"name": step.next_policy.name})
        if policy.pk is not None and policy.pk in _reachable(step.next_policy_id):
            raise errors.Invalid(f"steps.{number}.next_policy", _("The policies would call each other in a circle."))


def _reachable(policy_id: int) -> set[int]:
    """A policy and all that it hands on to."""
    known, waiting = {policy_id}, [policy_id]
    while waiting:
        rows = EscalationStep.objects.filter(policy__in=waiting, next_policy__isnull=False).values_list("next_policy_id", flat=True)
        waiting = [pk for pk in rows if pk is not None and pk not in known]
        known.update(waiting)
    return known


def _values(row: EscalationStep) -> list[Any]:
    return [getattr(row, EscalationStep._meta.get_field(name).attname) for name in STEP_COLUMNS]  # type: ignore[union-attr]  # columns


def _write(policy: EscalationPolicy, rows: Sequence[EscalationStep]) -> None:
    for number, row in enumerate(rows):
        row.policy, row.position = policy, number
    EscalationStep.objects.bulk_create(rows)
