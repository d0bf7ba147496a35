"""Admin of registers: every save is an action of the house, and the ledger itself is read-only."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import errors
from journal import actions, registers
from journal.models import Delivery, Entry


class ReadOnlyAdmin(admin.ModelAdmin):
    """Records that only actions may change: shown, never edited here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RegisterAdmin(admin.ModelAdmin):
    """A register that admins keep (tiers, teams, categories, integrations). Saving records who changed what in the journal."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        return super().get_inlines(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        try:
            registers.save(obj, changed=list(form.changed_data), is_new=not change, actor=request.user)
        except errors.DomainError as error:
            messages.error(request, error.message)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows inside a register (members of a team, rights of a role) are saved and removed as its own are."""
        formset.save(commit=False)
        for row in formset.deleted_objects:
            registers.delete(row, actor=request.user)
        for row, names in formset.changed_objects:
            registers.save(row, changed=list(names), is_new=False, actor=request.user)
        for row in formset.new_objects:
            registers.save(row, changed=[], is_new=True, actor=request.user)
        formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        registers.delete(obj, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            registers.delete(obj, actor=request.user)

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """The journal already has it."""

    def log_change(self, *args: Any, **kwargs: Any) -> Any:
        """The journal already has it."""

    def log_deletions(self, *args: Any, **kwargs: Any) -> Any:
        """The journal already has it."""


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The ledger, to look things up."""

    list_display = ("at", "event", "subject_type", "subject_id", "actor")
    list_filter = ("subject_type",)
    search_fields = ("event",)
    list_select_related = ("actor",)
    show_full_result_count = False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Reactions that wait or failed; a dead one can be replayed."""

    list_display = ("id", "handler", "state", "attempts", "due_at", "last_error")
    list_filter = ("state",)
    actions = ("replay",)
    show_full_result_count = False

    @admin.action(description=gettext_lazy("Replay the selected dead deliveries"))
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        dead = list(queryset.filter(state=Delivery.DEAD))
        for delivery in dead:
            actions.replay(delivery, actor=request.user)
        messages.success(request, _("%(count)s deliveries are in line again.") % {"count": len(dead)})
