from django.contrib import admin

from journal.admin import ReadOnlyAdmin
from workflows.models import Status, Transition, Workflow


class StatusInline(admin.TabularInline):
    """The statuses of a workflow."""

    model = Status
    extra = 0
    can_delete = False


class TransitionInline(admin.TabularInline):
    """The moves of a workflow."""

    model = Transition
    extra = 0
    can_delete = False


@admin.register(Workflow)
class WorkflowAdmin(ReadOnlyAdmin):
    """Workflows, to look at: open tickets stand in their statuses."""

    list_display = ("name", "kind", "is_default")
    inlines = (StatusInline, TransitionInline)
