"""Reads of custom fields."""

from django.db.models import QuerySet

from fields.models import Definition


def fields_of(kind: str) -> QuerySet[Definition]:
    """The fields in use on a kind of record, in the order of its forms."""
    return Definition.objects.filter(applies_to=kind, retired_at__isnull=True)
