"""HTML input of heartbeats."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from alerts import permissions
from alerts.models import Heartbeat
from common import wording
from common.forms import LengthField
from services.models import Service
from tickets.models.registers import PRIORITIES

LENGTHS = ("every", "grace", "longest_run")


class HeartbeatForm(forms.Form):
    """What is awaited, how often, and which alert says that it stayed away."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Of the job or system, such as backup-oslo"))
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("No team"), help_text=_("Is called when it stays away")
    )
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.order_by("name"), required=False, empty_label=_("No service"))
    kind = forms.ChoiceField(label=_("It comes"), choices=Heartbeat.KINDS, initial="interval")
    every = LengthField(label=_("Every"), shortest=30, initial=600, required=False, help_text=_("From its last sign, such as 10m or 1d"))
    expression = forms.CharField(
        label=_("cron or OnCalendar"), max_length=200, required=False, help_text=_("Such as 30 2 * * 1-5, or Mon..Fri 02:30"),
        widget=forms.TextInput(attrs={"class": "form-control ek-mono"}),
    )  # fmt: skip
    time_zone = forms.CharField(label=_("Time zone"), max_length=60, initial="UTC")
    grace = LengthField(label=_("Grace"), shortest=0, initial=300, help_text=_("How much later it may come"))
    longest_run = LengthField(
        label=_("Longest run"), shortest=1, required=False, help_text=_("For jobs that say when they start; empty: as long as the grace")
    )
    alert_priority = forms.TypedChoiceField(label=_("Priority of the alert"), choices=PRIORITIES, coerce=int, initial=3)
    alert_message = forms.CharField(label=_("Message of the alert"), max_length=130, required=False)
    alert_tags = forms.CharField(label=_("Tags of the alert"), max_length=1000, required=False, help_text=_("Separated by commas"))
    description = forms.CharField(
        label=_("Description"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What to do when it stays away"),
    )

    def __init__(self, user: User, *args: Any, heartbeat: Heartbeat | None = None, **kwargs: Any) -> None:
        if heartbeat is not None:
            kwargs["initial"] = _initial(heartbeat)
        super().__init__(*args, **kwargs)
        rows = Team.objects.order_by("name")
        is_admin = user.has_right("settings.manage")
        field: Any = self.fields["team"]
        field.queryset, field.required = (rows, False) if is_admin else (rows.filter(pk__in=user.team_ids), True)
        if heartbeat is not None and permissions.can_change_heartbeats(user, heartbeat.team) and heartbeat.team is not None:
            field.queryset = rows.filter(pk__in=[*field.queryset.values_list("pk", flat=True), heartbeat.team.pk])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == "interval" and given.get("every") is None and "every" not in self.errors:
            self.add_error("every", _("Say how often it comes, such as 10m."))
        if given.get("kind") != "interval" and not given.get("expression"):
            self.add_error("expression", _("Say when it comes, such as 30 2 * * * for cron or *-*-* 02:30 for OnCalendar."))
        return given

    def wanted(self) -> dict[str, Any]:
        """The columns that the form says."""
        given = dict(self.cleaned_data)
        for name in LENGTHS:
            given[name] = timedelta(seconds=given[name]) if given[name] is not None else None
        given["every"] = given["every"] or timedelta(minutes=10)
        given["alert_tags"] = [part.strip() for part in given["alert_tags"].split(",") if part.strip()]
        return given


def _initial(heartbeat: Heartbeat) -> dict[str, Any]:
    values = {name: getattr(heartbeat, name) for name in HeartbeatForm.base_fields}
    for name in LENGTHS:
        values[name] = int(values[name].total_seconds()) if values[name] is not None else None
    return values | {"alert_tags": ", ".join(heartbeat.alert_tags)}


def words(heartbeat: Heartbeat) -> str:
    """Its rhythm in words: every 10m + 5m."""
    grace = f" + {wording.distance(int(heartbeat.grace.total_seconds()))}" if heartbeat.grace else ""
    if heartbeat.kind == "interval":
        return str(_("every %s")) % wording.distance(int(heartbeat.every.total_seconds())) + grace
    return f"{heartbeat.expression} ({heartbeat.time_zone}){grace}"
