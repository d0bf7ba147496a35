"""Custom fields in HTML forms: each definition as a form field called custom.<key>."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from fields import values
from fields.models import PREFIX, Definition

LOCAL = "%Y-%m-%dT%H:%M"


def form_field(definition: Definition, current: Any = None) -> forms.Field:
    """The form field of a definition. current: what the record has, which stays on offer when it is retired."""
    kind = definition.field_type
    shared: dict[str, Any] = {"label": definition.label, "help_text": definition.help_text, "required": definition.is_required}
    if kind == Definition.CHECKBOX:
        return _yes_or_no(shared)
    if kind in (Definition.CHOICE, Definition.CHOICES):
        return _choices(definition, current, shared)
    if kind == Definition.PERSON:
        return forms.ModelChoiceField(queryset=get_user_model().objects.filter(is_active=True).order_by("name"), empty_label=_("Nobody"), **shared)
    if kind == Definition.NUMBER:
        return forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}), **shared)
    if kind == Definition.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shared)
    if kind == Definition.DATETIME:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        return forms.DateTimeField(widget=widget, input_formats=[LOCAL, f"{LOCAL}:%S"], **shared)
    if kind == Definition.PARAGRAPH:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=values.LONGEST, **shared)
    if kind == Definition.URL:
        return forms.CharField(widget=forms.URLInput(attrs={"placeholder": "https://"}), max_length=values.LINE, **shared)
    return forms.CharField(max_length=values.LINE, **shared)


def _yes_or_no(shared: dict[str, Any]) -> forms.Field:
    pairs = [("", _("Not answered")), ("true", _("Yes")), ("false", _("No"))]
    return forms.TypedChoiceField(choices=pairs, coerce=lambda text: text == "true", empty_value=None, **shared)


def _choices(definition: Definition, current: Any, shared: dict[str, Any]) -> forms.Field:
    held = current if isinstance(current, list) else [current] if current else []
    pairs = [(option, option) for option in definition.options]
    pairs += [(option, _("%(option)s (retired)") % {"option": option}) for option in held if option not in definition.options]
    if definition.field_type == Definition.CHOICES:
        return forms.MultipleChoiceField(choices=pairs, widget=forms.CheckboxSelectMultiple, **shared)
    return forms.ChoiceField(choices=[("", _("Choose") if definition.is_required else "–"), *pairs], **shared)


def form_fields(definitions: Iterable[Definition], current: Mapping[str, Any]) -> dict[str, forms.Field]:
    """The form fields of several definitions by their names."""
    return {definition.name: form_field(definition, current.get(definition.key)) for definition in definitions}


def initial(definitions: Iterable[Definition], current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the fields show at first: the record's values, or the defaults when there is no record yet."""
    shown = {}
    for definition in definitions:
        value = values.default_of(definition) if current is None else current.get(definition.key)
        if definition.field_type == Definition.DATETIME and value:
            value = datetime.fromisoformat(value)
        elif definition.field_type == Definition.CHECKBOX and value is not None:
            value = "true" if value else "false"
        shown[definition.name] = value
    return shown


def given(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a valid form as the actions take them, by key."""
    return {name.removeprefix(PREFIX): _plain(value) for name, value in cleaned.items() if name.startswith(PREFIX)}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, datetime) or not hasattr(value, "isoformat") else value.isoformat()


def forged(form: forms.BaseForm) -> list[str]:
    """The custom fields of a request that the form does not have."""
    return [name for name in form.data if name.startswith(PREFIX) and name not in form.fields]
