from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fields.models import Definition
from journal.admin import RegisterAdmin
from workflows import rules
from workflows.models import Status, Transition, Workflow

ASKABLE: list[tuple[str, Any]] = [
    ("category", _("Category")), ("service", _("Service")), ("impact", _("Impact")), ("urgency", _("Urgency")), ("summary", _("Summary")),
    ("description", _("Description")), ("labels", _("Labels")),
]  # fmt: skip
REQUIRABLE: list[tuple[str, Any]] = [
    ("resolution", _("Resolution")), ("hold_reason", _("On-hold reason")), ("reason", _("Reason in words")), ("assignee", _("Assignee")), ("team", _("Team")),
    *ASKABLE,
]  # fmt: skip


def _custom_fields() -> list[tuple[str, Any]]:
    """Custom fields of every kind of record; a workflow asks for those of its own kind."""
    rows = Definition.objects.filter(retired_at__isnull=True)
    return [(row.name, f"{row.label} ({row.applies_to})") for row in rows]


class TransitionForm(forms.ModelForm):
    """A move; what it requires and its rules are chosen, never typed."""

    required = forms.MultipleChoiceField(label=_("Required fields"), choices=REQUIRABLE, required=False)
    asked = forms.MultipleChoiceField(label=_("Optional fields"), choices=ASKABLE, required=False)
    conditions = forms.MultipleChoiceField(label=_("Conditions"), required=False)
    validators = forms.MultipleChoiceField(label=_("Validators"), required=False)
    effects = forms.MultipleChoiceField(label=_("Post-actions"), required=False)
    triggers = forms.MultipleChoiceField(label=_("Happens by itself when"), choices=Transition.TRIGGERS, required=False)

    class Meta:
        model = Transition
        fields: ClassVar[list[str]] = [
            "verb", "name", "source", "target", "right", "required", "asked", "conditions", "validators", "effects", "triggers", "position",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        custom = _custom_fields()
        self.fields["required"].choices = [*REQUIRABLE, *custom]  # type: ignore[attr-defined]  # the stub says Field
        self.fields["asked"].choices = [*ASKABLE, *custom]  # type: ignore[attr-defined]
        for name, purpose in (("conditions", rules.CONDITION), ("validators", rules.VALIDATOR), ("effects", rules.EFFECT)):
            chosen: Any = self.fields[name]
            chosen.choices = rules.choices(purpose)
        for name in ("required", "asked", "conditions", "validators", "effects", "triggers"):
            self.fields[name].widget.attrs["size"] = 3


class StatusInline(admin.TabularInline):
    """The statuses of a draft."""

    model = Status
    extra = 1
    fields = ("name", "key", "category", "tone", "position", "is_initial", "is_paused")
    prepopulated_fields: ClassVar[dict[str, Any]] = {"key": ("name",)}


class TransitionInline(admin.TabularInline):
    """The moves of a draft. Save new statuses first: then they can be chosen here."""

    model = Transition
    form = TransitionForm
    extra = 1
    parent: Workflow | None = None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.parent = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("source", "target") and self.parent is not None:
            kwargs["queryset"] = Status.objects.filter(workflow=self.parent)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Workflow)
class WorkflowAdmin(RegisterAdmin):
    """Workflows. The one in force is only looked at; its draft is edited here and published on the workflow page, where open tickets get their places."""

    list_display = ("name", "kind", "version", "state", "page")
    fields = ("name", "kind", "version", "page")
    readonly_fields = ("kind", "version", "page")
    inlines = (StatusInline, TransitionInline)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A draft begins on the workflow page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft is thrown away on the workflow page; the workflow in force never."""
        return False

    @admin.display(description=_("state"))
    def state(self, workflow: Workflow) -> Any:
        """Draft, or in force."""
        return _("Draft") if workflow.is_draft else _("In force")

    @admin.display(description=_("workflow page"))
    def page(self, workflow: Workflow) -> str:
        """Where it is drawn and published."""
        return format_html('<a href="{}">{}</a>', reverse("tickets:workflow", args=[workflow.kind]), _("Graph, draft and publishing"))
