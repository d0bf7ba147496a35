"""Reads of workflows."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common import errors
from workflows.models import Status, Transition, Workflow


def in_force(kind: str) -> Workflow | None:
    """The workflow that tickets of this kind follow."""
    return Workflow.objects.filter(kind=kind, is_default=True).first()


def initial_status(kind: str) -> Status:
    """Where a new ticket of this kind starts. Raises Conflict when the kind has no workflow in force."""
    status = Status.objects.filter(workflow__kind=kind, workflow__is_default=True, is_initial=True).first()
    if status is None:
        raise errors.Conflict(_("There is no workflow in force for %(kind)s. Make one in the admin.") % {"kind": kind})
    return status


def statuses_of(kind: str) -> QuerySet[Status]:
    """The statuses of the workflow in force, in order."""
    return Status.objects.filter(workflow__kind=kind, workflow__is_default=True, retired_at__isnull=True).order_by("position")


def transitions_from(status_id: int) -> QuerySet[Transition]:
    """The moves that leave a status, in the order of the menu."""
    return Transition.objects.filter(source_id=status_id).select_related("target").order_by("position")


def transition_by_verb(status_id: int, verb: str) -> Transition | None:
    """The move of that verb from this status, or None."""
    return transitions_from(status_id).filter(verb=verb).first()


def triggered(status_id: int, trigger: str) -> Transition | None:
    """The move that happens by itself from this status, or None."""
    return transitions_from(status_id).filter(triggers__contains=[trigger]).first()


def statuses_with(workflow: Workflow) -> list[Status]:
    """The statuses of a workflow that are in use, in order."""
    return list(workflow.statuses.filter(retired_at__isnull=True).order_by("position", "id"))


def moves_of(workflow: Workflow) -> list[Transition]:
    """The moves of a workflow with both ends."""
    return list(workflow.transitions.select_related("source", "target").order_by("source__position", "position"))


def paused_ids() -> list[int]:
    """The statuses in which a ticket waits for somebody else, of every workflow."""
    return list(Status.objects.filter(is_paused=True).values_list("pk", flat=True))
