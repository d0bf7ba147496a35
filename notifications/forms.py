"""HTML input of preferences, contact methods, personal rules and quiet hours."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import topics
from notifications.channels import registry
from notifications.models import ContactMethod, PersonalRule, Preferences


class PreferencesForm(forms.Form):
    """One choice for each topic, and how often a digest comes."""

    digest = forms.ChoiceField(label=_("Digest"), choices=topics.RHYTHMS, help_text=_("Bundles what you chose for the digest and did not read yet"))

    def __init__(self, data: Any = None, *, preferences: Preferences) -> None:
        chosen = {name: preferences.way(name) for name in topics.TOPICS}
        super().__init__(data, initial={**chosen, "digest": preferences.digest})
        for name, topic in topics.TOPICS.items():
            self.fields[name] = forms.ChoiceField(label=topic.label, choices=topics.WAYS)
        self.order_fields([*topics.TOPICS, "digest"])

    @property
    def ways(self) -> dict[str, str]:
        """The choices by topic."""
        return {name: self.cleaned_data[name] for name in topics.TOPICS}


class ContactForm(forms.Form):
    """A new way to be reached. What the fields are called is said by the channel."""

    channel = forms.ChoiceField(label=_("Channel"))
    address = forms.CharField(label=_("Address"), max_length=500, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    secret = forms.CharField(max_length=500, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=60, required=False, help_text=_("Only for you, such as “Work phone”"))

    def __init__(self, data: Any = None, *, kinds: Sequence[registry.Kind], chosen: str = "") -> None:
        super().__init__(data)
        channel: forms.ChoiceField = self.fields["channel"]  # type: ignore[assignment]  # the stub says Field
        channel.choices = [(kind.name, kind.label) for kind in kinds]
        name = (data.get("channel") if data else "") or chosen
        kind = next((known for known in kinds if known.name == name), kinds[0])
        self.initial["channel"] = kind.name
        self.fields["address"].label, self.fields["address"].help_text = kind.address, kind.hint
        if kind.secret:
            self.fields["secret"].label, self.fields["secret"].required = kind.secret, kind.is_secret_required
        else:
            del self.fields["secret"]


class RuleForm(forms.Form):
    """One more step of the own rules."""

    event = forms.ChoiceField(label=_("When"), choices=PersonalRule.EVENTS, initial="page")
    urgency = forms.ChoiceField(label=_("Urgency"), choices=list(reversed(PersonalRule.URGENCIES)), initial=PersonalRule.IMPORTANT)
    delay = forms.TypedChoiceField(label=_("After"), coerce=int, initial=0)
    contact = forms.TypedChoiceField(label=_("By"), coerce=int)

    def __init__(self, data: Any = None, *, contacts: Sequence[ContactMethod], delays: Sequence[int]) -> None:
        super().__init__(data)
        after: forms.ChoiceField = self.fields["delay"]  # type: ignore[assignment]  # the stub says Field
        after.choices = [(n, _("at once") if n == 0 else ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}) for n in delays]
        by: forms.ChoiceField = self.fields["contact"]  # type: ignore[assignment]  # the stub says Field
        by.choices = [(row.pk, row.name) for row in contacts]


class QuietForm(forms.Form):
    """When ordinary pages wait."""

    from_at = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    until_at = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Begins on"), coerce=int, required=False, choices=[(n, WEEKDAYS_ABBR[n]) for n in range(7)], widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every day"),
    )  # fmt: skip
    lets_important = forms.BooleanField(label=_("Important pages come through"), required=False, initial=True)
