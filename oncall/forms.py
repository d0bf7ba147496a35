"""HTML input of on-call."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from oncall import permissions, queries
from oncall.models import EscalationPolicy, EscalationStep, Schedule


def instant(label: Any, **options: Any) -> forms.DateTimeField:
    """A field for an instant on the wall of the reader."""
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **options)


class _Placed(forms.Form):
    """A form about a schedule: the fields that every one of them has."""

    schedule = forms.ModelChoiceField(Schedule.objects.none(), label=_("Schedule"), to_field_name="slug", empty_label=None)
    starts_at = instant(_("From"))
    ends_at = instant(_("To"))

    def __init__(self, schedules: QuerySet[Schedule], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["schedule"]
        field.queryset = schedules


class OverrideForm(_Placed):
    """Who takes over, in which schedule, and when."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"), to_field_name="email", empty_label=None)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    field_order = ("schedule", "user", "starts_at", "ends_at", "reason")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        managed, own = permissions.leads(user), user.team_ids
        schedules = queries.schedules_for(user).order_by("team__name", "name")
        is_manager = user.has_right("oncall.manage")
        super().__init__(schedules if is_manager else schedules.filter(team__in=managed | own), *args, **kwargs)
        people: Any = self.fields["user"]
        on_desk = User.objects.filter(is_active=True, roles__rights__right="oncall.cover").distinct().order_by("name")
        people.queryset = on_desk if is_manager or managed else User.objects.filter(pk=user.pk)
        people.initial = user.email


class CoverForm(_Placed):
    """A part of one's own time, whom to ask, and what is offered in exchange."""

    asked = forms.ModelChoiceField(User.objects.none(), label=_("Ask"), to_field_name="email", required=False, empty_label=_("Anybody in the team"))
    swap_starts_at = instant(_("In exchange for their time from"), required=False)
    swap_ends_at = instant(_("to"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    field_order = ("schedule", "starts_at", "ends_at", "asked", "swap_starts_at", "swap_ends_at", "reason")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        own = [schedule.pk for schedule in queries.schedules_of(user)]
        super().__init__(queries.schedules_for(user).filter(pk__in=own), *args, **kwargs)
        people: Any = self.fields["asked"]
        people.queryset = User.objects.filter(is_active=True, roles__rights__right="oncall.cover").exclude(pk=user.pk).distinct().order_by("name")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if bool(values.get("swap_starts_at")) != bool(values.get("swap_ends_at")):
            self.add_error("swap_ends_at", _("Give both ends of the time in exchange, or neither."))
        return values


PRIORITIES = [(number, f"P{number}") for number in range(1, 6)]
TIERS = [(number, f"T{number}") for number in range(1, 5)]


def _clock_time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def _several(label: Any, choices: list[tuple[int, str]]) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(label=label, choices=choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple)


class PolicyForm(forms.Form):
    """An escalation policy without its steps."""

    name = forms.CharField(label=_("Name"), max_length=100)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=None)
    description = forms.CharField(label=_("Description"), max_length=300, required=False)
    repeat_count = forms.IntegerField(
        label=_("Repeats"), min_value=0, max_value=20, initial=0, help_text=_("How often the steps start again; at most 20")
    )
    repeat_after = forms.IntegerField(label=_("Minutes before a repeat"), min_value=1, max_value=1440, initial=10)
    is_closing = forms.BooleanField(label=_("Close it after the last repeat"), required=False)
    is_reopening = forms.BooleanField(label=_("A repeat sets it back to open"), required=False)
    remind_after = forms.IntegerField(
        label=_("Ask after acknowledging, minutes"),
        min_value=0,
        max_value=1440,
        initial=0,
        help_text=_("Whether the person still has it; 0 never asks"),
    )
    unack_after = forms.IntegerField(
        label=_("Page anew without an answer, minutes"), min_value=0, max_value=1440, required=False,
        help_text=_("Takes the acknowledgement back so long after the question, or after acknowledging when nobody is asked; 0 never does"),
    )  # fmt: skip

    def __init__(self, teams: QuerySet[Team], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["team"]
        field.queryset = teams

    def clean(self) -> dict[str, Any]:
        """Empty is never."""
        cleaned = super().clean() or self.cleaned_data
        return {**cleaned, **{name: cleaned.get(name) or 0 for name in ("remind_after", "unack_after")}}


class StepForm(forms.Form):
    """A step of a policy. Of the targets only the one that its kind needs counts."""

    delay_minutes = forms.IntegerField(label=_("Minutes after the start"), min_value=0, max_value=10_080, initial=0)
    condition = forms.ChoiceField(label=_("If"), choices=EscalationStep.CONDITIONS)
    target = forms.ChoiceField(label=_("Page"), choices=EscalationStep.TARGETS)
    schedule = forms.ModelChoiceField(Schedule.objects.order_by("name"), label=_("Schedule"), required=False, empty_label=_("Choose"))
    user = forms.ModelChoiceField(User.objects.filter(is_active=True).order_by("name"), label=_("Person"), required=False, empty_label=_("Choose"))
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Team"), required=False, empty_label=_("Choose"))
    next_policy = forms.ModelChoiceField(
        EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name"), label=_("Policy"), required=False, empty_label=_("Choose")
    )
    url = forms.URLField(label=_("Address"), required=False, assume_scheme="https")
    priorities = _several(_("Only priorities"), PRIORITIES)
    tiers = _several(_("Only tiers"), TIERS)
    from_at = _clock_time(_("Only from"))
    until_at = _clock_time(_("Only until"))
    above_alerts = forms.IntegerField(label=_("Only above so many alerts"), min_value=0, max_value=1_000_000, required=False)
    above_minutes = forms.IntegerField(label=_("in so many minutes"), min_value=1, max_value=1440, initial=5, required=False)
    is_round_robin = forms.BooleanField(label=_("Take turns: one of them at a time"), required=False)

    WHO = ("schedule", "user", "team", "next_policy", "url")
    CONDITIONS = ("priorities", "tiers", "from_at", "until_at", "above_alerts", "above_minutes", "is_round_robin")

    @property
    def places(self) -> list[tuple[Any, str]]:
        """The fields of the targets, each with the kinds of target that need it."""
        kinds = {
            "schedule": "schedule schedule_next schedule_previous", "user": "user", "team": "team_members team_admins team_random",
            "next_policy": "policy", "url": "webhook channel",
        }  # fmt: skip
        return [(self[name], kinds[name]) for name in self.WHO]

    @property
    def conditions(self) -> list[Any]:
        """The fields that narrow a step."""
        return [self[name] for name in self.CONDITIONS]

    @property
    def is_narrowed(self) -> bool:
        """Whether some of them is set."""
        return any(self[name].value() for name in self.CONDITIONS if name != "above_minutes")


Steps = forms.formset_factory(StepForm, extra=0, can_delete=True, max_num=50, absolute_max=60)


class SimulationForm(forms.Form):
    """What is simulated: which priority, and when."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int, initial=1)
    at = instant(_("At"), required=False)
