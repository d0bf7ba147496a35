"""HTML input of the preferences."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications import topics
from notifications.models import Preferences


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
