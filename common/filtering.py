"""Filters that mean “any of these values”, as one IN over the column itself."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.fields import ModelMultipleChoiceField


class AnyOf(filters.MultipleChoiceFilter):
    """Rows whose column holds one of the ticked values. No value means every row."""

    def filter(self, rows: QuerySet[Any], value: Iterable[Any]) -> QuerySet[Any]:
        chosen = list(value or ())
        return rows.filter(**{f"{self.field_name}__in": chosen}) if chosen else rows


class _WordsField(forms.Field):
    """Every value of a repeated parameter."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        words = [str(word).strip() for word in value or () if str(word).strip()]
        if any("\0" in word or len(word) > 254 for word in words):
            raise ValidationError(_("Write a name or an address here."), code="invalid")
        return words


class Words(filters.Filter):
    """Free words, of which any may match; its method takes them as a list."""

    field_class = _WordsField


class _RecordsField(ModelMultipleChoiceField):
    """Records by their public name; a name that PostgreSQL cannot hold is no name."""

    def _check_values(self, value: Any) -> Any:
        if any("\0" in str(part) for part in value or ()):
            raise ValidationError(_("Choose one of the values that are offered."), code="invalid_choice")
        return super()._check_values(value)  # type: ignore[misc]  # its stub leaves the method out


class AnyOfRecords(filters.ModelMultipleChoiceFilter):
    """Rows that point at one of the named records; `to_field_name` says what a record is called by. No name means every row."""

    field_class = _RecordsField

    def filter(self, rows: QuerySet[Any], value: Iterable[Any]) -> QuerySet[Any]:
        chosen = [record.pk for record in value or ()]
        return rows.filter(**{f"{self.field_name}__in": chosen}) if chosen else rows
