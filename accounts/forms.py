"""HTML input of accounts."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User

HUES = [
    (1, _("Petrol")), (2, _("Violet")), (3, _("Green")), (4, _("Orange")), (5, _("Blue")), (6, _("Rose")), (7, _("Sand")), (8, _("Slate")),
]  # fmt: skip


class LoginForm(AuthenticationForm):
    """E-mail address and password."""

    username = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}))
    error_messages = {
        "invalid_login": _("This e-mail address and password do not belong together. Check both, or reset the password."),
        "inactive": _("This account is not active. Ask your administrator."),
    }


class ResetForm(forms.Form):
    """The address to send the link to."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """What a person sets for himself."""

    time_zone = forms.ChoiceField(label=_("Time zone"))
    avatar_hue = forms.TypedChoiceField(label=_("Avatar colour"), choices=HUES, coerce=int)

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "time_zone", "theme", "avatar_hue", "has_shortcuts", "away_until"]
        widgets: ClassVar[dict[str, Any]] = {"away_until": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}
        help_texts: ClassVar[dict[str, Any]] = {
            "has_shortcuts": _("Letters such as j, k and a work without Ctrl. Switch them off when speech input or a screen reader needs the keys."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones: forms.ChoiceField = self.fields["time_zone"]  # type: ignore[assignment]  # the stub says Field
        zones.choices = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, such as “Grafana sync”"))
    scope = forms.ChoiceField(label=_("Scope"), choices=ApiToken.SCOPES)
    days = forms.TypedChoiceField(
        label=_("Expires"), coerce=int, choices=[(30, _("In 30 days")), (90, _("In 90 days")), (365, _("In a year")), (0, _("Never"))], initial=90
    )
    networks = forms.CharField(
        label=_("Only from"), required=False, max_length=1000, help_text=_("IP addresses or networks such as 10.2.0.0/16; empty: from everywhere")
    )

    def clean_networks(self) -> list[str]:
        """The words of the field."""
        text: str = self.cleaned_data["networks"]
        return text.replace(",", " ").split()
