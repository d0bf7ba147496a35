"""HTML input of integrations."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from alerts import adapters, ruling
from alerts.adapters import generic
from alerts.models import Integration, IntegrationRule
from alerts.widgets import ConditionsField
from services.models import Service
from tickets.models.registers import PRIORITIES

NEVER, ANY = [("", _("Never"))], [("", _("Whatever the service, also none"))]
WORDS = 100
FIELD_HINTS = {
    "items": _("A list of which each element is one event"), "alias": _("The identity of the problem: the same for firing and recovery"),
    "message": _("One line for people"), "status": _("Words such as resolved, ok, closed end the alert"), "priority": _("A word, or P1 to P5"),
    "service": _("Name or slug of a service"),
}  # fmt: skip


PLACES = {"alias": "{{entity}}/{{details.check}}", "message": "{{entity}}: {{message}}", "priority": "P3", "tags": "network, {{details.region}}"}


class ConnectForm(forms.Form):
    """A new integration: what cannot be guessed, and little else."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.order_by("name"),
        required=False,
        empty_label=_("No service"),
        help_text=_("For alerts that name no service themselves"),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=_("No team"),
        help_text=_("Is called for alerts without a service"),
    )


class IntegrationForm(ConnectForm):
    """An integration with everything that can be said about it, save its mapping and its rules, which have pages of their own."""

    adapter = forms.ChoiceField(label=_("Tool"), choices=adapters.choices)
    incident_from_priority = forms.TypedChoiceField(
        label=_("Open incidents from priority"), choices=[*NEVER, *PRIORITIES], coerce=int, empty_value=None, required=False
    )
    incident_from_tier = forms.TypedChoiceField(
        label=_("… and only for"), choices=[*ANY, *Integration.TIERS], coerce=int, empty_value=None, required=False
    )
    priority_map = forms.CharField(
        label=_("Priority words"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3, "class": "form-control ek-mono"}),
        help_text=_("One a line, such as: disaster = P1. They win over the words that Evenkeel knows."),
    )  # fmt: skip
    reach = forms.ChoiceField(
        label=_("Its key reads and changes"), choices=Integration.REACHES, help_text=_("Through the APIs of Opsgenie, PagerDuty and Alertmanager")
    )
    stale_hours = forms.IntegerField(
        label=_("Too old to page after hours"), min_value=0, max_value=8_760, required=False,
        help_text=_("A new alert that began longer ago, such as of a backlog that is sent again, is kept quiet; 0 for never"),
    )  # fmt: skip
    alerts_silence = forms.BooleanField(
        label=_("Alert when it goes silent"), required=False, help_text=_("Its team gets it, and it closes when something comes")
    )
    alerts_volume = forms.BooleanField(
        label=_("Alert when it sends unusually much or little"), required=False, help_text=_("Its team gets it, and it closes when that is over")
    )
    OWN = (
        "name",
        "adapter",
        "service",
        "team",
        "incident_from_priority",
        "incident_from_tier",
        "reach",
        "stale_hours",
        "alerts_silence",
        "alerts_volume",
    )
    field_order = ("name", "adapter", "service", "team", "incident_from_priority", "incident_from_tier", "priority_map", "reach", "stale_hours")

    def __init__(self, *args: Any, integration: Integration, **kwargs: Any) -> None:
        words = "\n".join(f"{word} = {level}" for word, level in integration.priority_map.items())
        kwargs["initial"] = {**{name: getattr(integration, name) for name in self.OWN}, "priority_map": words}
        super().__init__(*args, **kwargs)

    def clean_stale_hours(self) -> int:
        """Left empty it stays as it is."""
        given = self.cleaned_data["stale_hours"]
        return int(self.initial["stale_hours"] if given is None else given)

    def clean_priority_map(self) -> dict[str, str]:
        """The words as they are kept."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["priority_map"].splitlines(), start=1):
            word, equals, level = line.rpartition("=")
            if not line.strip():
                continue
            if not equals or not word.strip() or level.strip().upper() not in ("P1", "P2", "P3", "P4", "P5"):
                raise forms.ValidationError(_("Line %(n)d: write a word, “=” and P1 to P5, such as: disaster = P1.") % {"n": number})
            found[word.strip().lower()] = level.strip().upper()
        if len(found) > WORDS:
            raise forms.ValidationError(_("Write at most %(n)d words.") % {"n": WORDS})
        return found


class OverlapForm(forms.Form):
    """How long what was good until now stays good."""

    DAY = 24
    HOURS: ClassVar[list[Any]] = [
        (0, _("Not at all: it ends within five seconds")), (1, _("1 hour")), (24, _("1 day")), (72, _("3 days")), (168, _("7 days")),
    ]  # fmt: skip
    hours = forms.ChoiceField(label=_("The old one works for"), choices=HOURS, initial=DAY, required=False)

    def clean_hours(self) -> int:
        """A day unless said otherwise."""
        return int(self.cleaned_data["hours"] or self.DAY)


class SigningForm(OverlapForm):
    """The secret by which a tool signs; it is not shown again."""

    secret = forms.CharField(
        label=_("Signing secret"), max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
        help_text=_("The same text as in the tool. It is stored encrypted and not shown again."),
    )  # fmt: skip
    field_order = ("secret", "hours")

    def __init__(self, *args: Any, where: str, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].help_text = f"{where} {self.fields['secret'].help_text}"
        if is_first:
            del self.fields["hours"]


class TryForm(forms.Form):
    """A body to try, without keeping it."""

    payload = forms.CharField(
        label=_("Payload"), max_length=256_000, strip=False, required=False,
        widget=forms.Textarea(attrs={"rows": 18, "class": "form-control ek-mono", "spellcheck": "false"}),
    )  # fmt: skip


class RuleForm(forms.Form):
    """A rule of an integration. What an action does not write over is left out of sight by the page, and refused by the action."""

    LABELS: ClassVar[dict[str, Any]] = {
        "alias": _("Alias"), "message": _("Message"), "description": _("Description"), "priority": _("Priority"), "service": _("Service"), "entity": _("Entity"),
        "source": _("Source"), "tags": _("Further tags"), "note": _("Note"),
    }  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))
    reported = forms.ChoiceField(label=_("When the tool reports"), choices=IntegrationRule.REPORTED, initial=ruling.PROBLEM)
    conditions = ConditionsField(label=_("and"))
    action = forms.ChoiceField(label=_("Then"), choices=IntegrationRule.ACTIONS, initial=ruling.CREATE)
    is_enabled = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, rule: IntegrationRule | None = None, **kwargs: Any) -> None:
        if rule is not None:
            own = {name: getattr(rule, name) for name in ("name", "reported", "conditions", "action", "is_enabled")}
            kwargs["initial"] = {**own, **{f"set_{name}": text for name, text in rule.values.items()}}
        super().__init__(*args, **kwargs)
        enabled = self.fields.pop("is_enabled")
        for name, label in self.LABELS.items():
            acts = " ".join(action for action, able in ruling.VALUES.items() if name in able)
            self.fields[f"set_{name}"] = forms.CharField(
                label=label, required=False, max_length=5_000,
                widget=forms.TextInput(attrs={"class": "form-control ek-mono", "data-actions": acts, "autocomplete": "off", "placeholder": PLACES.get(name, "")}),
            )  # fmt: skip
        self.fields["is_enabled"] = enabled

    def wanted(self) -> dict[str, Any]:
        """As the action takes it; what the action does not write over is dropped."""
        given, able = self.cleaned_data, ruling.VALUES[self.cleaned_data["action"]]
        values = {name: given[f"set_{name}"] for name in able if given.get(f"set_{name}")}
        return {**{name: given[name] for name in ("name", "reported", "conditions", "action", "is_enabled")}, "values": values}


class MappingForm(TryForm):
    """Which value of a payload is which field of the alert, as JMESPath; empty fields are found by their usual names."""

    def __init__(self, *args: Any, mapping: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("items", *generic.USUAL):
            usual = ", ".join(generic.USUAL.get(name, ())[:4])
            self.fields[f"map_{name}"] = forms.CharField(
                label=name, required=False, max_length=500, initial=str((mapping or {}).get(name, "")), help_text=FIELD_HINTS.get(name, ""),
                widget=forms.TextInput(attrs={"class": "form-control ek-mono", "placeholder": usual, "autocomplete": "off", "spellcheck": "false"}),
            )  # fmt: skip

    def rows(self) -> list[Any]:
        """The fields of the mapping."""
        return [self[name] for name in self.fields if name.startswith("map_")]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name, value in list(given.items()):
            wrong = generic.check_mapping({name[4:]: value}) if name.startswith("map_") and value else ""
            if wrong:
                self.add_error(name, wrong.partition(": ")[2] or wrong)
        return given

    def mapping(self) -> dict[str, str]:
        """What was filled in and can be read."""
        return {name[4:]: value for name, value in self.cleaned_data.items() if name.startswith("map_") and value}
