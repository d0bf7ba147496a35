"""Every write to workflows."""

from typing import Any

from django.db import transaction

from common import clock
from journal import actions as journal
from journal import registers
from workflows import events, plans
from workflows.defaults import Plan
from workflows.models import Status, Transition, Workflow, WorkflowVersion

STATUS_COLUMNS = ("name", "category", "tone", "position", "is_paused")
MOVE_COLUMNS = ("verb", "name", "right", "required", "asked", "conditions", "validators", "effects", "triggers", "position")


@transaction.atomic
def create_from_plan(plan: Plan, *, actor: Any = None) -> Workflow:
    """Makes the workflow of a plan and puts it in force, unless its kind has one in force already; answers the one in force."""
    known = Workflow.objects.filter(kind=plan.kind, is_default=True).first()
    if known is not None:
        return known
    workflow = Workflow(kind=plan.kind, name=plan.name, is_default=True)
    registers.save(workflow, changed=[], is_new=True, actor=actor)
    Status.objects.bulk_create(
        Status(
            workflow=workflow, key=one.key, name=one.name, category=one.category, tone=one.tone, position=position, is_initial=position == 0,
            is_paused=one.is_paused,
        )
        for position, one in enumerate(plan.statuses)
    )  # fmt: skip
    statuses = {status.key: status for status in workflow.statuses.all()}
    Transition.objects.bulk_create(
        Transition(
            workflow=workflow, verb=move.verb, name=move.name, source=statuses[source], target=statuses[move.target], right=move.right, position=position,
            **{column: list(getattr(move, column)) for column in ("required", "asked", "conditions", "validators", "effects", "triggers")},
        )
        for position, move in enumerate(plan.moves)
        for source in move.sources
    )  # fmt: skip
    _keep_version(workflow, actor, "")
    return workflow


@transaction.atomic
def start_draft(workflow: Workflow, *, actor: Any) -> Workflow:
    """A copy of the workflow in force to work on; when there is a draft already, that one."""
    locked = Workflow.objects.select_for_update().get(pk=workflow.pk)
    known = Workflow.objects.filter(draft_of=locked).first()
    if known is not None:
        return known
    draft = Workflow(kind=locked.kind, name=locked.name, version=locked.version, draft_of=locked)
    registers.save(draft, changed=[], is_new=True, actor=actor)
    copies = {}
    for status in locked.statuses.filter(retired_at__isnull=True):
        copies[status.pk] = Status.objects.create(
            workflow=draft, key=status.key, is_initial=status.is_initial, **{column: getattr(status, column) for column in STATUS_COLUMNS}
        )
    _copy_moves(locked, draft, copies)
    return draft


def _copy_moves(origin: Workflow, target: Workflow, statuses: dict[int, Status]) -> None:
    """Copies the moves between two workflows; statuses: id of the origin's status → the target's."""
    Transition.objects.bulk_create(
        Transition(
            workflow=target,
            source=statuses[move.source_id],
            target=statuses[move.target_id],
            **{column: getattr(move, column) for column in MOVE_COLUMNS},
        )
        for move in origin.transitions.all()
        if move.source_id in statuses and move.target_id in statuses
    )


@transaction.atomic
def discard_draft(draft: Workflow, *, actor: Any) -> None:
    """Throws a draft away; the workflow in force stays as it is."""
    if draft.is_draft:
        registers.delete(draft, actor=actor)


@transaction.atomic
def put_in_force(draft: Workflow, *, actor: Any, note: str) -> Workflow:
    """Gives the workflow in force the statuses and moves of its draft and throws the draft away. Statuses keep their rows by key, so that tickets stay in them.

    The desk's own action calls this after it has moved the open tickets out of statuses that go (tickets.actions.publishing).
    """
    live = Workflow.objects.select_for_update().get(draft=draft.pk)
    at = clock.now()
    kept: dict[int, Status] = {}
    live.statuses.update(is_initial=False)
    for wanted in draft.statuses.all():
        columns = {column: getattr(wanted, column) for column in STATUS_COLUMNS}
        kept[wanted.pk], _is_new = Status.objects.update_or_create(
            workflow=live, key=wanted.key, defaults={**columns, "is_initial": wanted.is_initial, "retired_at": None}
        )
    live.transitions.all().delete()
    live.statuses.exclude(pk__in=[status.pk for status in kept.values()]).filter(retired_at__isnull=True).update(retired_at=at)
    _copy_moves(draft, live, kept)
    live.name, live.version = draft.name, live.version + 1
    live.save(update_fields=["name", "version"])
    draft.delete()
    _keep_version(live, actor, note)
    journal.record(events.PUBLISHED, live, actor=actor, at=at, name=live.name, version=live.version, note=note)
    return live


def _keep_version(workflow: Workflow, actor: Any, note: str) -> None:
    WorkflowVersion.objects.create(
        workflow=workflow, number=workflow.version, plan=plans.as_plan(workflow), note=note[:200], published_at=clock.now(), published_by=actor
    )
