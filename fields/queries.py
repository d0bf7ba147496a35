"""Reads of custom fields."""

from django.db.models import QuerySet

from fields.models import Definition


def fields_of(kind: str) -> QuerySet[Definition]:
    """The fields in use on a kind of record, in the order of its forms."""
    return Definition.objects.filter(applies_to=kind, retired_at__isnull=True)


def in_use() -> list[Definition]:
    """The fields in use on every kind of record."""
    return list(Definition.objects.filter(retired_at__isnull=True))


def all_of(kind: str) -> list[Definition]:
    """The fields of a kind of record with the retired ones, whose values are still shown."""
    return list(Definition.objects.filter(applies_to=kind))
