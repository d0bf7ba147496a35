from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import errors
from fields import records, values
from fields.models import Definition
from journal.admin import RegisterAdmin


class DefinitionForm(forms.ModelForm):
    """A custom field; its kind of record is chosen, its default is tried."""

    class Meta:
        model = Definition
        fields: ClassVar[list[str]] = [
            "applies_to", "key", "label", "help_text", "field_type", "options", "retired_options", "default", "is_required", "position", "retired_at",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applies_to"] = forms.ChoiceField(label=gettext_lazy("Applies to"), choices=records.choices())
        if self.instance.pk:
            for name in ("applies_to", "key", "field_type"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """A choice has options, and the default is a value of the field."""
        given = super().clean() or self.cleaned_data
        asked = Definition(**{name: value for name, value in given.items() if name != "retired_at"})
        if asked.field_type in (Definition.CHOICE, Definition.CHOICES) and not asked.options:
            self.add_error("options", _("Name at least one option."))
        elif asked.default and not self.errors:
            try:
                values.started([asked], {asked.key: values.typed(asked, asked.default)})
            except errors.Invalid as error:
                self.add_error("default", error.message)
        return given


@admin.register(Definition)
class DefinitionAdmin(RegisterAdmin):
    """Custom fields, per kind of record; retire one instead of deleting it."""

    form = DefinitionForm
    list_display = ("label", "key", "applies_to", "field_type", "is_required", "position", "retired_at")
    list_filter = ("applies_to", "field_type")
    search_fields = ("label", "key")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records keep their values under the key; a deleted definition would leave them without a name."""
        return False
