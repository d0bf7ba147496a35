"""The registers of grouping in the admin."""

from typing import Any, ClassVar

import orjson
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import grouping, widgets
from alerts.models import GroupingLesson, GroupingRule
from journal.admin import RegisterAdmin


class GroupingRuleForm(forms.ModelForm):
    """A rule, with its fields and numbers checked where they are written."""

    conditions = widgets.ConditionsField(label=gettext_lazy("Which alerts"))

    class Meta:
        model = GroupingRule
        fields: ClassVar[list[str]] = ["name", "position", "is_enabled", "conditions", "mode", "fields", "minutes", "likeness"]

    def clean_fields(self) -> list[str]:
        """Alone so named by Django too: it cleans what must be equal."""
        names = [name.strip() for name in self.cleaned_data["fields"] if name.strip()]
        wrong = [name for name in names if not grouping.is_name(name)]
        if wrong:
            known = ", ".join((*grouping.NAMES, "tag.NAME", "details.KEY"))
            raise ValidationError(_("%(name)s cannot be compared. Write some of: %(known)s.") % {"name": wrong[0], "known": known})
        return names

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if not 1 <= minutes <= 1440:
            raise ValidationError(_("Write 1 to 1440 minutes."))
        return minutes

    def clean_likeness(self) -> int:
        percent: int = self.cleaned_data["likeness"]
        if not 30 <= percent <= 100:
            raise ValidationError(_("Write 30 to 100 percent."))
        return percent

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("mode") == GroupingRule.FIELDS and not cleaned.get("fields") and "fields" not in self.errors:
            self.add_error("fields", _("Name what must be equal, such as service, message."))
        return cleaned


@admin.register(GroupingRule)
class GroupingRuleAdmin(RegisterAdmin):
    """How alerts are grouped; the first rule that fits decides."""

    form = GroupingRuleForm
    list_display = ("position", "name", "mode", "fields", "minutes", "is_enabled")
    list_display_links = ("name",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the noise report proposes in the address; what cannot be read there is left out."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        try:
            return {**given, "conditions": orjson.loads(given.get("conditions", "{}"))}
        except orjson.JSONDecodeError:
            return {**given, "conditions": {}}


@admin.register(GroupingLesson)
class GroupingLessonAdmin(RegisterAdmin):
    """What people taught by ungrouping and grouping; a wrong lesson is deleted here."""

    list_display = ("words", "taught_by", "taught_at")
    list_select_related = ("taught_by",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
