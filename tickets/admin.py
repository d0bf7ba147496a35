from typing import ClassVar

from django.contrib import admin

from journal.admin import ReadOnlyAdmin, RegisterAdmin
from tickets.models import Category, Goal, HoldReason, PriorityCell, ResolutionCode, Ticket


@admin.register(Category)
class CategoryAdmin(RegisterAdmin):
    """Categories and subcategories; retire one instead of deleting it."""

    list_display = ("__str__", "kind", "parent", "retired_at")
    list_filter = ("kind", ("parent", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name",)
    list_select_related = ("parent",)


@admin.register(ResolutionCode)
class ResolutionCodeAdmin(RegisterAdmin):
    """How tickets end."""

    list_display = ("name", "slug", "position")


@admin.register(HoldReason)
class HoldReasonAdmin(RegisterAdmin):
    """What tickets wait for; retire one instead of deleting it."""

    list_display = ("name", "slug", "pauses_clocks", "ends_on_reply", "position", "retired_at")


@admin.register(PriorityCell)
class PriorityCellAdmin(RegisterAdmin):
    """The priority matrix, a row for each cell. A change counts for tickets that are computed after it."""

    list_display = ("__str__", "impact", "urgency", "priority")
    list_filter = ("impact", "urgency")

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        """A matrix without a cell would leave a priority open."""
        return False


@admin.register(Goal)
class GoalAdmin(RegisterAdmin):
    """SLA goals, tried in order for each metric."""

    list_display = ("metric", "position", "query", "target_seconds", "calendar")
    list_filter = ("metric",)
    list_select_related = ("calendar", "metric")


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """Tickets, to look up. Work them on the desk, where every change is an action."""

    list_display = ("key", "summary", "priority", "status", "created_at")
    search_fields = ("key", "summary")
    list_select_related = ("status",)
    show_full_result_count = False
    exclude: ClassVar[list[str]] = ["search_public"]
