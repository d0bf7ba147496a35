"""HTML input of on-call."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from oncall import permissions, queries, routing
from oncall.models import EscalationPolicy, EscalationStep, RoutingRule, Schedule


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


class CalendarForm(forms.Form):
    """A calendar from outside, as a file or by its address. seen: the fingerprint of the changes that the person was shown."""

    file = forms.FileField(
        label=_("Calendar file"), required=False, allow_empty_file=True, help_text=_("An .ics file of at most 1 MB"),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Or the address of a calendar"), required=False, max_length=2000, help_text=_("Begins with https:// and is read again every hour"),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(values.get("file")) == bool(values.get("address")):
            self.add_error("address" if values.get("file") else "file", _("Choose a file, or write an address: one of the two."))
        return values

    @property
    def source(self) -> str:
        """Which of the two was given."""
        return "address" if self.cleaned_data.get("address") else "file"


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


def _list(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=500, help_text=help_text)


class RuleForm(forms.Form):
    """A routing rule. What is left empty does not matter."""

    priorities = _several(_("Priorities"), PRIORITIES)
    tiers = _several(_("Tiers of the service"), TIERS)
    words = _list(_("The text contains"), _("One of these words, with commas between them"))
    tags = _list(_("Tags"), _("One of these, with commas between them"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=[(n, WEEKDAYS_ABBR[n]) for n in range(7)], coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    from_at = _clock_time(_("From"))
    until_at = _clock_time(_("Until"))
    time_zone = forms.CharField(label=_("Time zone"), max_length=60, help_text=_("Of the weekdays and times, such as Europe/Oslo"))
    target = forms.ChoiceField(label=_("Goes to"), required=False)
    name = forms.CharField(label=_("Name"), max_length=100, required=False, help_text=_("Empty: what the rule says"))

    def __init__(self, team: Team, *args: Any, rule: RoutingRule | None = None, **kwargs: Any) -> None:
        if rule is not None:
            kwargs["initial"] = _of_rule(rule)
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["target"]
        policies = EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name")
        choice.choices = [
            ("", _("no one is paged")),
            (_("Escalation policies"), [(f"p{row.pk}", row.name) for row in _own_first(policies, team)]),
            (_("Schedules"), [(f"s{row.pk}", row.name) for row in _own_first(Schedule.objects.order_by("name"), team)]),
        ]

    @property
    def rule_values(self) -> dict[str, Any]:
        """The columns of the rule."""
        given = dict(self.cleaned_data)
        target = given.pop("target")
        for name in ("words", "tags"):
            given[name] = [word for part in given[name].split(",") if (word := part.strip())]
        given["policy"] = EscalationPolicy.objects.get(pk=int(target[1:])) if target.startswith("p") else None
        given["schedule"] = Schedule.objects.get(pk=int(target[1:])) if target.startswith("s") else None
        given["name"] = given["name"].strip() or routing.words(RoutingRule(**given))[:100] or str(_("Everything"))
        return given


def _own_first(rows: Iterable[Any], team: Team) -> list[Any]:
    """Those of the team before the others'."""
    return sorted(rows, key=lambda row: row.team_id != team.pk)


def _of_rule(rule: RoutingRule) -> dict[str, Any]:
    columns = ("priorities", "tiers", "weekdays", "from_at", "until_at", "time_zone", "name")
    target = f"p{rule.policy_id}" if rule.policy_id else f"s{rule.schedule_id}" if rule.schedule_id else ""
    return {**{name: getattr(rule, name) for name in columns}, "words": ", ".join(rule.words), "tags": ", ".join(rule.tags), "target": target}


class TryForm(forms.Form):
    """A subject that could come, to see which rule would take it."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int, initial=1, required=False, empty_value=1)  # type: ignore[arg-type]  # the stubs know texts only
    tier = forms.TypedChoiceField(label=_("Tier"), choices=[("", "–"), *TIERS], coerce=int, required=False, empty_value=None)
    at = instant(_("At"), required=False)
    text = forms.CharField(label=_("Text"), max_length=200, required=False)
    tags = forms.CharField(label=_("Tags"), max_length=200, required=False)
