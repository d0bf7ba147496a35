"""HTML input of incidents."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.screen_forms import TicketForm
from tickets.screens import CREATE, Screens

CHANNELS = [("agent", _("At the desk")), ("phone", _("By phone")), ("email", _("By e-mail"))]


LOCAL = "%Y-%m-%dT%H:%M:%S"


def instant_field(label: Any, *, is_focused: bool = False) -> forms.DateTimeField:
    """An instant in the person's own zone, to the second."""
    attrs = {"type": "datetime-local", "step": "1", **({"autofocus": True} if is_focused else {})}
    return forms.DateTimeField(
        label=label, required=False, widget=forms.DateTimeInput(attrs=attrs, format=LOCAL), input_formats=[LOCAL, "%Y-%m-%dT%H:%M"]
    )


class RetimeForm(forms.Form):
    """The instants of an incident that a person may correct, in their order."""

    impact_started_at = instant_field(_("Impact started"), is_focused=True)
    detected_at = instant_field(_("Detected"))
    reported_at = instant_field(_("Reported"))
    acknowledged_at = instant_field(_("Acknowledged"))
    mitigated_at = instant_field(_("Mitigated"))
    resolved_at = instant_field(_("Resolved"))
    recovered_at = instant_field(_("Recovered"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_resolved: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_resolved:
            del self.fields["resolved_at"]

    def wanted(self) -> dict[str, datetime | None]:
        """What was changed. The form knows seconds only, so an instant that shows the same stays as exact as it was."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "version" and name in self.changed_data}


class SplitForm(forms.Form):
    """What the new incident is called."""

    summary = forms.CharField(label=_("Summary"), max_length=250, widget=forms.TextInput(attrs={"autofocus": True}))


class IncidentForm(TicketForm):
    """A new incident, as an agent logs it."""

    channel = forms.ChoiceField(label=_("Reported"), choices=CHANNELS)
    reported_at = instant_field(_("Reported at"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("urgency", 3)
        reporter: Any = self.fields["reporter"]
        reporter.empty_label = _("Me")
        self.arrange("incident", Screens("incident", user).on(CREATE).shown, is_new=True)
