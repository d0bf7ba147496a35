"""Rules about alerts and maintenance in the admin: rules can be changed, the others are shown; the page of rules does more."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from alerts import effects, widgets
from alerts.actions import alert_rules
from alerts.models import AlertRule, LookupTable, Maintenance
from common import errors
from journal.admin import ReadOnlyAdmin, RegisterAdmin

FIXED = ("kind", "team")


class AlertRuleForm(forms.ModelForm):
    """A rule, checked as the page of rules does."""

    name = forms.CharField(label=gettext_lazy("name"), max_length=120, required=False, help_text=gettext_lazy("Empty: what the rule does"))
    conditions = widgets.ConditionsField(label=gettext_lazy("conditions"))

    class Meta:
        model = AlertRule
        fields: ClassVar[list[str]] = ["kind", "team", "name", "is_enabled", "conditions", "times", "does", "continues"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        kind = given.get("kind") or self.instance.kind
        if not self.errors:
            try:
                alert_rules.check(AlertRule(kind=kind, **{name: given[name] for name in alert_rules.COLUMNS if name in given}))
            except errors.Invalid as error:
                field = error.field.split(".")[0]
                self.add_error(field if field in self.fields else None, f"{error.field}: {error.message}")
        return given


@admin.register(AlertRule)
class AlertRuleAdmin(RegisterAdmin):
    """Alert policies, notification policies, correlation rules, incident rules, enrichment and expiry."""

    form = AlertRuleForm
    list_display = ("name", "kind", "team", "position", "is_enabled", "follows")
    list_filter = ("kind", "is_enabled", "team")
    list_select_related = ("team",)
    search_fields = ("name",)

    @admin.display(description=gettext_lazy("what follows"))
    def follows(self, rule: AlertRule) -> str:
        """In words."""
        return effects.words(rule.kind, rule.does)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return FIXED if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor: Any = request.user
        values = {name: getattr(obj, name) for name in alert_rules.COLUMNS}
        if change:
            alert_rules.change(obj, actor=actor, values=values)
        else:
            obj.pk = alert_rules.add(actor=actor, kind=obj.kind, team=obj.team, values=values).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        actor: Any = request.user
        alert_rules.remove(obj, actor=actor)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(Maintenance)
class MaintenanceAdmin(ReadOnlyAdmin):
    """Planned work; it is changed on the page of rules."""

    list_display = ("name", "team", "starts_at", "ends_at", "recurrence", "mode", "ended_at")
    list_filter = ("mode", "team")
    list_select_related = ("team",)
    search_fields = ("name",)


@admin.register(LookupTable)
class LookupTableAdmin(ReadOnlyAdmin):
    """Tables that alerts are looked up in; they are uploaded on the page of rules."""

    list_display = ("name", "key", "updated_at")
    search_fields = ("name",)
