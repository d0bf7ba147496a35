from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from common import errors
from journal.admin import RegisterAdmin
from services import actions
from services.models import Dependency, Service, Tier


@admin.register(Tier)
class TierAdmin(RegisterAdmin):
    """Tiers: what they mean and the impact they give."""

    list_display = ("level", "name", "meaning", "default_impact")


class DependencyForm(forms.ModelForm):
    """A dependency, refused when it closes a circle."""

    class Meta:
        model = Dependency
        fields: ClassVar[list[str]] = ["needs"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        needs = cleaned.get("needs")
        if needs is not None and self.instance.service_id:
            try:
                actions.require_no_circle(self.instance.service, needs)
            except errors.Invalid as error:
                raise ValidationError({"needs": error.message}) from error
        return cleaned


class DependencyInline(admin.TabularInline):
    """What this service needs."""

    model = Dependency
    form = DependencyForm
    fk_name = "service"
    extra = 0
    autocomplete_fields: ClassVar[list[str]] = ["needs"]


@admin.register(Service)
class ServiceAdmin(RegisterAdmin):
    """Services, their owners, responders and dependencies."""

    list_display = ("name", "tier", "owner_team", "slug")
    list_filter = ("tier", "owner_team")
    search_fields = ("name", "slug")
    list_select_related = ("tier", "owner_team")
    prepopulated_fields = {"slug": ["name"]}
    exclude = ("created_at", "dependencies")
    filter_horizontal = ("responders", "responder_teams", "stakeholders", "change_approvers")
    inlines = (DependencyInline,)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Dependencies are added and removed by their actions, which lock the graph."""
        actor: Any = request.user
        formset.save(commit=False)
        for link in formset.deleted_objects:
            actions.remove_dependency(link, actor=actor)
        for link in formset.new_objects:
            actions.add_dependency(link.service, link.needs, actor=actor)
        for link, _fields in formset.changed_objects:
            before = Dependency.objects.get(pk=link.pk)
            actions.add_dependency(link.service, link.needs, actor=actor)
            actions.remove_dependency(before, actor=actor)
