"""HTML input of alerts."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from alerts import normal, search_queries
from alerts.models import Alert, NoiseMark, SavedSearch
from alerts.models.noise import TEXT_LENGTH
from alerts.models.search import NAME_LENGTH, QUERY_LENGTH
from oncall.models import EscalationPolicy, Schedule
from services.models import Service
from tickets.models.registers import PRIORITIES

SPANS = [("1", _("1 hour")), ("4", _("4 hours")), ("8", _("8 hours")), ("24", _("1 day")), ("168", _("1 week"))]


class AlsoField(forms.Field):
    """The numbers of further alerts that the same is done to: the selected rows of the list."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> list[int]:
        return [int(key) for key in value or [] if str(key).isascii() and str(key).isdecimal() and len(str(key)) < 18][:200]


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
    """How long an alert is quiet: for a while, or until an instant on the wall of the person's zone."""

    hours = forms.TypedChoiceField(label=_("Quiet for"), choices=SPANS, coerce=int, initial="4", widget=forms.Select(attrs={"autofocus": True}))
    until = forms.DateTimeField(
        label=_("or until"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    also = AlsoField()

    def end(self, at: datetime) -> datetime:
        """The instant that was chosen."""
        until: datetime | None = self.cleaned_data["until"]
        return until or at + timedelta(hours=self.cleaned_data["hours"])


class SearchForm(forms.Form):
    """A query to keep under a name, and who sees it."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autofocus": True}))
    query = forms.CharField(
        label=_("Query"), max_length=QUERY_LENGTH, widget=forms.Textarea(attrs={"rows": 2, "class": "ek-mono", "spellcheck": "false"}),
        help_text=_("For example: status: open AND priority: P1 AND NOT tag: test"),
    )  # fmt: skip
    visibility = forms.ChoiceField(label=_("Seen by"), choices=SavedSearch.VISIBILITIES)
    team: Any = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("No team"), help_text=_("Required when a team sees the search"),
        error_messages={"required": _("Choose the team that sees it.")},
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: Any = self.fields["team"]
        teams.required = self["visibility"].value() == SavedSearch.TEAM
        teams.queryset = Team.objects.all() if user.has_right("settings.manage") else Team.objects.filter(pk__in=user.team_ids)

    def clean_query(self) -> str:
        """The query, when it can be understood."""
        asked = search_queries.asked(self.cleaned_data["query"])
        if asked.error is not None:
            message = _("%(message)s Character %(place)d.") % {"message": asked.error.message, "place": asked.error.position}
            raise forms.ValidationError(message)
        return asked.text

    def clean(self) -> dict[str, Any]:
        """A team only where a team sees it."""
        given: dict[str, Any] = super().clean() or {}
        return given if given.get("visibility") == SavedSearch.TEAM else given | {"team": None}


class NoteForm(forms.Form):
    """A line for the alert's log."""

    note = forms.CharField(label=_("Note"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))


class NoiseForm(forms.Form):
    """Why an alert was noise."""

    reason = forms.ChoiceField(label=_("Why"), choices=NoiseMark.REASONS, widget=forms.RadioSelect)
    text = forms.CharField(label=_("In words"), max_length=TEXT_LENGTH, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))


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


class CreateForm(forms.Form):
    """An alert that a person writes."""

    message = forms.CharField(label=_("What is wrong"), max_length=normal.MESSAGE, widget=forms.TextInput(attrs={"autofocus": True}))
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int, initial=3)
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.order_by("name"),
        required=False,
        empty_label=_("No service"),
        help_text=_("Its escalation policy is called"),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=_("No team"),
        help_text=_("Is called by its routing rules, where the service says nobody"),
    )
    description = forms.CharField(label=_("Details"), max_length=normal.DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    labels = forms.CharField(label=_("Tags"), max_length=1_100, required=False, help_text=_("Separated by commas"))

    def clean_labels(self) -> list[str]:
        """The tags one by one."""
        return words(self.cleaned_data["labels"])


class ChangeForm(forms.Form):
    """What an alert says: message, description, priority, tags, details."""

    message = forms.CharField(label=_("Message"), max_length=normal.MESSAGE, widget=forms.TextInput(attrs={"autofocus": True}))
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int)
    tags = forms.CharField(label=_("Tags"), max_length=1_100, required=False, help_text=_("Separated by commas, up to twenty"))
    details = forms.CharField(
        label=_("Further details"), max_length=100_000, required=False, widget=forms.Textarea(attrs={"rows": 5, "class": "form-control ek-mono"}),
        help_text=_("One a line: name: value"),
    )  # fmt: skip
    description = forms.CharField(label=_("Description"), max_length=normal.DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        self.alert = alert
        self.kept = {name: text for name, text in alert.details.items() if "\n" in str(text) or ":" in name}  # one line cannot say them: they stay
        shown = "\n".join(f"{name}: {text}" for name, text in alert.details.items() if name not in self.kept)
        own = {
            "message": alert.message,
            "priority": alert.priority,
            "tags": ", ".join(alert.tags),
            "description": alert.description,
            "details": shown,
        }
        kwargs["initial"] = own
        super().__init__(*args, **kwargs)

    def clean_tags(self) -> list[str]:
        """The tags one by one."""
        return words(self.cleaned_data["tags"])

    def clean_details(self) -> dict[str, str]:
        """The details by name."""
        return normal.details({**self.kept, **lines(self.cleaned_data["details"])})


class ManyForm(forms.Form):
    """What is changed on several alerts at once; what is left empty stays as it is."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=[("", _("As it is")), *PRIORITIES], coerce=int, empty_value=None, required=False)
    add = forms.CharField(label=_("Add tags"), max_length=1_100, required=False, help_text=_("Separated by commas"))
    remove = forms.CharField(label=_("Remove tags"), max_length=1_100, required=False)
    details = forms.CharField(
        label=_("Further details"), max_length=100_000, required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control ek-mono"}),
        help_text=_("One a line: name: value. Those of the same name are written over"),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    also = AlsoField()

    def clean_details(self) -> dict[str, str]:
        """The details by name."""
        return normal.details(lines(self.cleaned_data["details"]))


class ResponderForm(forms.Form):
    """Whom to call as well."""

    to = forms.ChoiceField(
        label=_("Responder"), widget=forms.Select(attrs={"autofocus": True}), help_text=_("Is paged now, and stands with the alert")
    )
    also = AlsoField()

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Any] = {}
        groups = []
        rows = ((_("Teams"), Team.objects.order_by("name")), (_("People"), people), (_("Schedules"), Schedule.objects.order_by("name")),
                (_("Escalation policies"), EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name")))  # fmt: skip
        for label, found in rows:
            options = {f"{type(one).__name__.lower()}:{one.pk}": one for one in found}
            self.known |= options
            groups.append((label, [(value, one.name) for value, one in options.items()]))
        field: Any = self.fields["to"]
        field.choices = [("", _("Choose")), *groups]

    def chosen(self) -> Team | User | EscalationPolicy | Schedule:
        """Whom."""
        found: Team | User | EscalationPolicy | Schedule = self.known[self.cleaned_data["to"]]
        return found


def lines(text: str) -> dict[str, str]:
    """Names and values, one pair a line. Raises ValidationError with the number of a line that is none."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, value = line.partition(":")
        if line.strip() and (not colon or not name.strip()):
            raise forms.ValidationError(_("Line %(n)d: write a name, “:” and a value."), params={"n": number})
        if line.strip():
            found[name.strip()] = value.strip()
    return found


def words(text: str) -> list[str]:
    """Tags that were typed with commas between them."""
    return list(normal.tags(text.split(",")))
