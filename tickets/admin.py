from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock, errors, wording
from common.forms import LengthField
from journal.admin import ReadOnlyAdmin, RegisterAdmin
from sla.admin import say_new_only
from tickets import assigning, goals, kinds, screens
from tickets.actions import recounting
from tickets.models import (
    AssignmentRule,
    CannedReply,
    Category,
    Goal,
    HoldReason,
    Metric,
    PriorityCell,
    PriorityModifier,
    Recount,
    ResolutionCode,
    ScreenField,
    Ticket,
)
from tickets.models.clocks import PAUSES, STARTS, STOPS
from workflows import queries as workflows


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


class AssignmentRuleForm(forms.ModelForm):
    """A team's rule, with the strategies that the product has."""

    strategy = forms.ChoiceField(label=gettext_lazy("Strategy"), choices=assigning.choices)

    class Meta:
        model = AssignmentRule
        fields: ClassVar[list[str]] = ["team", "strategy", "is_enabled"]


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(RegisterAdmin):
    """How a team's new tickets find somebody."""

    form = AssignmentRuleForm
    list_display = ("team", "strategy", "is_enabled", "last_assignee")
    list_select_related = ("team", "last_assignee")


@admin.register(HoldReason)
class HoldReasonAdmin(RegisterAdmin):
    """What tickets wait for; retire one instead of deleting it."""

    list_display = ("name", "slug", "pauses_clocks", "ends_on_reply", "position", "retired_at")


class ScreenFieldForm(forms.ModelForm):
    """A field of a screen; kind and field are chosen."""

    class Meta:
        model = ScreenField
        fields: ClassVar[list[str]] = ["kind", "screen", "field", "mode", "position", "read_only_for"]
        widgets: ClassVar[dict[str, Any]] = {"read_only_for": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label=gettext_lazy("Kind of ticket"), choices=[(one.name, one.label) for one in kinds.all_kinds()])
        named = {name: label for kind in kinds.all_kinds() for name, label in screens.name_choices(kind.name)}
        self.fields["field"] = forms.ChoiceField(label=gettext_lazy("Field"), choices=list(named.items()))

    def clean(self) -> dict[str, Any]:
        """Only what the screen can do."""
        given = super().clean() or self.cleaned_data
        problem = screens.problem(given.get("kind", ""), given.get("screen", ""), given.get("field", ""), given.get("mode", ""))
        if problem:
            self.add_error(*problem)
        return given


@admin.register(ScreenField)
class ScreenFieldAdmin(RegisterAdmin):
    """Which fields stand on the screens of a kind of ticket. Fields without a row stand where the product puts them; moves have theirs in the workflow."""

    form = ScreenFieldForm
    list_display = ("field", "kind", "screen", "mode", "position")
    list_filter = ("kind", "screen", "mode")
    search_fields = ("field",)


@admin.register(CannedReply)
class CannedReplyAdmin(RegisterAdmin):
    """Texts for notes and replies; retire one instead of deleting it."""

    list_display = ("name", "audience", "kind", "team", "retired_at")
    list_filter = ("audience", ("team", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "body")
    list_select_related = ("team",)


@admin.register(PriorityCell)
class PriorityCellAdmin(ReadOnlyAdmin):
    """The priority matrix, to look at; the matrix page edits it, with a preview."""

    list_display = ("__str__", "impact", "urgency", "priority")
    list_filter = ("impact", "urgency")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The matrix is edited as a grid, on its own page."""
        return redirect("tickets:matrix")


@admin.register(PriorityModifier)
class PriorityModifierAdmin(RegisterAdmin):
    """Rules that raise or lower the matrix's priority. They count for tickets that are computed after the change."""

    list_display = ("name", "kind", "levels", "is_for_vip", "tier", "hours", "is_enabled", "position")


def _condition_choices(table: dict[str, Any], kind: str) -> list[tuple[str, Any]]:
    statuses = [(f"status:{status.key}", _("status is %(name)s") % {"name": status.name}) for status in workflows.statuses_of(kind)]
    return [*table.items(), *statuses]


class MetricForm(forms.ModelForm):
    """A metric; its conditions are ticked."""

    class Meta:
        model = Metric
        fields = ("kind", "slug", "name", "starts", "pauses", "stops", "thresholds", "position", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.data.get("kind") or self.instance.kind
        self.fields["kind"] = forms.ChoiceField(label=_("Kind of ticket"), choices=[(one.name, one.label) for one in kinds.all_kinds()])
        for name, table in (("starts", STARTS), ("pauses", PAUSES), ("stops", STOPS)):
            label = capfirst(str(Metric._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # real columns
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=_condition_choices(table, kind), widget=forms.CheckboxSelectMultiple, required=name != "pauses"
            )
        if self.instance.pk:
            for name in ("kind", "slug"):
                self.fields[name].disabled = True

    def clean_thresholds(self) -> list[int]:
        """Each percent once, in order."""
        return sorted(set(self.cleaned_data["thresholds"]))


class FollowingAdmin(RegisterAdmin):
    """A register whose changes count for new clocks; the open ones can follow by a recomputation."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        kind = obj.kind if isinstance(obj, Metric) else obj.metric.kind
        for metric, missing in goals.gaps(kind).items():
            if missing:
                levels = ", ".join(f"P{level}" for level in missing)
                messages.warning(request, _("“%(metric)s” has no goal for %(levels)s.") % {"metric": metric, "levels": levels})
        if form.changed_data:
            say_new_only(request)


@admin.register(Metric)
class MetricAdmin(FollowingAdmin):
    """SLA metrics: when a clock starts, pauses and stops, and which thresholds are said."""

    form = MetricForm
    list_display = ("name", "kind", "slug", "position", "is_active")

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        """Clocks that ran keep their metric; take it out of use instead."""
        return False


class GoalForm(forms.ModelForm):
    """A goal; its query is checked, its target is typed as a length of time."""

    target_seconds = LengthField(
        label=gettext_lazy("Target"), max_length=40,
        help_text=gettext_lazy("Time of the calendar in which it has to be met, such as 15m, 4h or 2d 4h 30m. A day counts 24 hours"),
    )  # fmt: skip

    class Meta:
        model = Goal
        fields = ("metric", "position", "query", "target_seconds", "calendar")
        widgets: ClassVar[dict[str, Any]] = {"query": forms.TextInput(attrs={"size": 80})}

    def clean_query(self) -> str:
        """Says where and what is wrong."""
        query: str = self.cleaned_data["query"].strip()
        problem = goals.problem(query)
        if problem:
            raise forms.ValidationError(problem)
        return query


@admin.register(Goal)
class GoalAdmin(FollowingAdmin):
    """SLA goals, tried in the order of their position for each metric."""

    form = GoalForm
    list_display = ("metric", "position", "query", "target", "calendar")
    list_filter = ("metric",)
    list_select_related = ("calendar", "metric")
    ordering = ("metric", "position")

    @admin.display(description=_("target"), ordering="target_seconds")
    def target(self, goal: Goal) -> str:
        """Working time as it is typed."""
        return wording.distance(goal.target_seconds)


@admin.register(Recount)
class RecountAdmin(ReadOnlyAdmin):
    """Recomputations of open clocks, with the page that shows beforehand what one would change."""

    list_display = ("kind", "requested_by", "requested_at", "changed_count", "finished_at")
    list_select_related = ("requested_by",)
    change_list_template = "admin/tickets/recount/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [path("preview/", self.admin_site.admin_view(self.preview), name="tickets_recount_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Which open clocks would change and which would be breached; a POST starts the recomputation."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        names = [kind.name for kind in kinds.all_kinds()]
        kind = request.POST.get("kind") or request.GET.get("kind") or names[0]
        if kind not in names:
            kind = names[0]
        if request.method == "POST":
            try:
                recounting.ask(kind, actor=request.user)  # type: ignore[arg-type]  # the admin needs a login
            except errors.DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, _("The open clocks follow now, in batches. This list shows how far it is."))
            return redirect("admin:tickets_recount_changelist")
        found = recounting.preview(kind, clock.now())
        title = _("Recompute open SLA clocks")
        context = {**self.admin_site.each_context(request), "title": title, "found": found, "kind": kind, "kinds": names, "opts": self.opts}
        return render(request, "admin/tickets/recount/preview.html", context)


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """Tickets, to look up. Work them on the desk, where every change is an action."""

    list_display = ("key", "summary", "priority", "status", "created_at")
    search_fields = ("key", "summary")
    list_select_related = ("status",)
    show_full_result_count = False
    exclude: ClassVar[list[str]] = ["search_public"]
