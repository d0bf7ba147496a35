"""The registers of on-call: schedules with their rotations, policies with their steps, rules of routing."""

from typing import Any

import holidays
from django import forms
from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import errors
from journal.admin import RegisterAdmin
from oncall.actions import policies, rules
from oncall.models import EscalationPolicy, EscalationStep, PayTable, Restriction, Rotation, RoutingRule, Schedule, Turn


class RotationInline(admin.TabularInline):
    """The rotations of a schedule; who takes turns stands on each rotation's own page."""

    model = Rotation
    extra = 0
    fields = ("position", "name", "unit", "length", "starts_on", "hand_over_at", "ends_on", "time_zone", "is_shadow")
    show_change_link = True


@admin.register(Schedule)
class ScheduleAdmin(RegisterAdmin):
    """Who is on call for a team. A rotation further down lies above the earlier ones."""

    list_display = ("name", "team", "time_zone", "combination", "is_enabled")
    list_filter = ("team", "is_enabled")
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "team", "time_zone", "description", "combination", "is_enabled")
    inlines = (RotationInline,)


class Participants(BaseInlineFormSet):
    """The turns of a rotation: at least one, and each of a person or a team, not both."""

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")]
        if not rows:
            raise forms.ValidationError(_("A rotation needs at least one participant: a person, a team, or an empty line for no one."))
        if any(row.get("user") and row.get("team") for row in rows):
            raise forms.ValidationError(_("A turn is of a person or of a team. Leave one of them empty."))


class TurnInline(admin.TabularInline):
    """Who takes turns, in order; a line without person and team is “no one”."""

    model = Turn
    formset = Participants
    extra = 0
    autocomplete_fields = ("user", "team")


class RestrictionInline(admin.TabularInline):
    """When the rotation counts; without a line always."""

    model = Restriction
    extra = 0


@admin.register(Rotation)
class RotationAdmin(RegisterAdmin):
    """People who take turns in a schedule."""

    list_display = ("name", "schedule", "unit", "length", "starts_on", "hand_over_at", "is_shadow")
    list_filter = ("schedule",)
    list_select_related = ("schedule",)
    search_fields = ("name", "schedule__name")
    inlines = (TurnInline, RestrictionInline)


class CheckedSteps(BaseInlineFormSet):
    """The steps of a policy, checked as everywhere (oncall/actions/policies.py)."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")]
        rows = []
        for number, form in enumerate(kept):
            try:
                given = {name: form.cleaned_data.get(name) for name in policies.STEP_COLUMNS}
                rows.append(policies.clean_step({name: value for name, value in given.items() if value not in (None, "")}, number))
            except errors.Invalid as error:
                name = error.field.rpartition(".")[2]
                form.add_error(name if name in form.fields else None, error.message)
        if len(rows) == len(kept):
            try:
                policies.check_steps(self.instance, rows)
            except errors.Invalid as error:
                raise forms.ValidationError(error.message) from error


class StepForm(forms.ModelForm):
    """A step, whose address is https unless it says otherwise."""

    url = forms.URLField(required=False, assume_scheme="https")


class StepInline(admin.StackedInline):
    """The steps of a policy."""

    model = EscalationStep
    formset = CheckedSteps
    fk_name = "policy"
    form = StepForm
    extra = 0
    autocomplete_fields = ("user", "team", "schedule")


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(RegisterAdmin):
    """Who is paged, in which order, until somebody answers."""

    list_display = ("name", "team", "repeat_count", "is_closing")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (StepInline,)


class RuleForm(forms.ModelForm):
    """A routing rule, checked as everywhere."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            rule = RoutingRule(**{name: values[name] for name in values if name in {field.name for field in RoutingRule._meta.concrete_fields}})
            try:
                rules.check(rule)
            except errors.Invalid as error:
                self.add_error(error.field if error.field in self.fields else None, error.message)
        return values


@admin.register(RoutingRule)
class RoutingRuleAdmin(RegisterAdmin):
    """Where a team's alerts and incidents go: the first rule that fits decides."""

    form = RuleForm
    list_display = ("team", "position", "name", "goes_to")
    list_display_links = ("name",)
    list_filter = ("team",)
    list_select_related = ("team", "policy", "schedule")
    search_fields = ("name", "team__name")

    @admin.display(description=gettext_lazy("goes to"))
    def goes_to(self, rule: Any) -> str:
        return format_html("{}", rule.policy or rule.schedule or _("no one"))


class PayTableForm(forms.ModelForm):
    """A pay table whose country exists."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        country, part = values.get("country", ""), values.get("subdivision", "")
        known = holidays.list_supported_countries(include_aliases=False)
        if country and country not in known:
            self.add_error("country", _("This country is not known. Use a code of two letters, such as NO or DE."))
        elif part and part not in known.get(country, []):
            self.add_error(
                "subdivision", _("%(country)s has no such part. Known: %(known)s.") % {"country": country, "known": ", ".join(known.get(country, []))}
            )
        return values


@admin.register(PayTable)
class PayTableAdmin(RegisterAdmin):
    """What hours on call are paid, for the export of the load report."""

    form = PayTableForm
    list_display = ("name", "currency", "day", "night", "weekend", "holiday", "country")
    fields = ("name", "currency", "day", "night", "weekend", "holiday", "country", "subdivision")
