from django.contrib import admin

from fields.models import Definition
from journal.admin import RegisterAdmin


@admin.register(Definition)
class DefinitionAdmin(RegisterAdmin):
    """Custom fields, per kind of record."""

    list_display = ("label", "applies_to", "field_type", "is_required", "retired_at")
    list_filter = ("applies_to",)
