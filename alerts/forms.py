"""HTML input of alerts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from tickets.models.registers import PRIORITIES

SPANS = [("1", _("1 hour")), ("4", _("4 hours")), ("8", _("8 hours")), ("24", _("1 day")), ("168", _("1 week"))]


class AttachForm(forms.Form):
    """The incident to link an alert to."""

    incident = forms.CharField(label=_("Incident"), max_length=24, widget=forms.TextInput(attrs={"placeholder": "INC-1042", "autofocus": True}))


class RegroupForm(forms.Form):
    """The alert whose group another one joins."""

    alert = forms.RegexField(
        r"^\s*(?i:alr-)?[0-9]{1,17}\s*$", label=_("Alert"), error_messages={"invalid": _("Write the key of an alert, like ALR-88213.")},
        help_text=_("Alerts of this kind join its kind from now on"), widget=forms.TextInput(attrs={"placeholder": "ALR-88213", "autofocus": True}),
    )  # fmt: skip

    def clean_alert(self) -> int:
        return int("".join(char for char in self.cleaned_data["alert"] if char.isdigit()))


class SnoozeForm(forms.Form):
    """How long an alert is quiet."""

    hours = forms.TypedChoiceField(label=_("Quiet for"), choices=SPANS, coerce=int, initial="4", widget=forms.Select(attrs={"autofocus": True}))


class NoteForm(forms.Form):
    """A line for the alert's log."""

    note = forms.CharField(label=_("Note"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))


class CallForm(forms.Form):
    """A page that a person sends: whom, and what the telephone shows."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.order_by("name"), to_field_name="slug", empty_label=_("Choose"),
        help_text=_("Whoever is on call for it, by its routing rules or its first policy"),
    )  # fmt: skip
    message = forms.CharField(label=_("What is wrong"), max_length=130, widget=forms.TextInput(attrs={"autofocus": True}))
    description = forms.CharField(label=_("Details"), max_length=15_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=PRIORITIES, coerce=int, initial=1, help_text=_("P1 and P2 come through quiet hours")
    )


class PageForm(forms.Form):
    """Which team to call."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.order_by("name"), empty_label=_("Choose"),
        help_text=_("Whoever is on call for it, by its routing rules or its first policy"),
    )  # fmt: skip
