"""HTML input of services."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from services import actions


class DownForm(forms.Form):
    """That a service is down, for how long and why."""

    HOURS: ClassVar[list[Any]] = [
        (1, _("1 hour")),
        (2, _("2 hours")),
        (4, _("4 hours")),
        (8, _("8 hours")),
        (24, _("1 day")),
        (72, _("3 days")),
        (168, _("7 days")),
    ]
    hours = forms.TypedChoiceField(
        label=_("For"), choices=HOURS, coerce=int, initial=4, help_text=_("New alerts of services that need it wait so long and page nobody, or until it is declared up.")
    )  # fmt: skip
    note = forms.CharField(label=_("Why"), max_length=actions.NOTE_LENGTH, required=False)
