"""Every write to workflows."""

from typing import Any

from django.db import transaction

from journal import registers
from workflows.defaults import Plan
from workflows.models import Status, Transition, Workflow


@transaction.atomic
def create_from_plan(plan: Plan, *, actor: Any = None) -> Workflow:
    """Makes the workflow of a plan and puts it in force, unless its kind has one in force already; answers the one in force."""
    known = Workflow.objects.filter(kind=plan.kind, is_default=True).first()
    if known is not None:
        return known
    workflow = Workflow(kind=plan.kind, name=plan.name, is_default=True)
    registers.save(workflow, changed=[], is_new=True, actor=actor)
    statuses = {}
    for position, (key, name, category, tone, is_paused) in enumerate(plan.statuses):
        statuses[key] = Status.objects.create(
            workflow=workflow, key=key, name=name, category=category, tone=tone, position=position, is_initial=position == 0, is_paused=is_paused
        )
    for position, (verb, name, sources, target, right, required) in enumerate(plan.moves):
        for source in sources:
            Transition.objects.create(
                workflow=workflow,
                verb=verb,
                name=name,
                source=statuses[source],
                target=statuses[target],
                right=right,
                required=required,
                position=position,
            )
    return workflow
