"""HTML input of schedules and their rotations."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from accounts.validators import known_zone
from oncall import permissions, rota
from oncall.actions import schedules
from oncall.models import Rotation, Schedule
from oncall.models.schedules import WEEKDAYS

FEWEST, MOST = 4, 20
NO_ONE = "no one"


class RotationForm(forms.Form):
    """People who take turns: who, in which order, how long a turn is, and when it begins."""

    name = forms.CharField(label=gettext_lazy("Rotation"), max_length=100, initial=gettext_lazy("Primary"))
    length = forms.IntegerField(label=gettext_lazy("Every"), min_value=1, max_value=1000, initial=1)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=Rotation.UNITS, initial=rota.WEEKLY)
    starts_on = forms.DateField(label=gettext_lazy("First hand-over on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hand_over_at = forms.TimeField(label=gettext_lazy("at"), initial=time(9), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends_on = forms.DateField(
        label=gettext_lazy("Last day, when it ends"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    from_day = forms.TypedChoiceField(
        label=gettext_lazy("Only from"), required=False, empty_value=None, coerce=int, choices=[("", gettext_lazy("every day")), *WEEKDAYS]
    )
    from_at = forms.TimeField(label=gettext_lazy("from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    to_day = forms.TypedChoiceField(
        label=gettext_lazy("to"), required=False, empty_value=None, coerce=int, choices=[("", gettext_lazy("every day")), *WEEKDAYS]
    )
    to_at = forms.TimeField(label=gettext_lazy("until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    is_shadow = forms.BooleanField(label=gettext_lazy("Shadow: gets copies of the pages, has no duty"), required=False)

    def __init__(self, *args: Any, rotation: Rotation | None = None, **kwargs: Any) -> None:
        self.rotation = rotation
        self.plan = schedules.plan_of(rotation) if rotation is not None else None
        if self.plan is not None:
            kwargs["initial"] = {**_initial(self.plan), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if self.plan is not None and len(self.plan.restrictions) > 1:  # the form shows one; several stay as the administration set them
            for name in ("from_day", "from_at", "to_day", "to_at"):
                del self.fields[name]
        self.people = _people()
        amount = min(MOST, max(FEWEST, len(self.plan.turns) + 2 if self.plan else 0, sum(1 for name in self.data if name.startswith("turn_"))))
        for number in range(1, amount + 1):
            field = forms.ChoiceField(label=_("Turn %(n)d") % {"n": number}, required=False, choices=[("", "–"), (NO_ONE, _("No one")), *self.people])
            self.fields[f"turn_{number}"] = field
        first = [name for name in ("team", "schedule_name", "time_zone", "name") if name in self.fields]
        self.order_fields([*first, *(f"turn_{number}" for number in range(1, amount + 1))])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if bool(values.get("from_at")) != bool(values.get("to_at")):
            self.add_error("to_at", _("Give both times, or neither."))
        if (values.get("from_day") is not None or values.get("to_day") is not None) and not values.get("from_at"):
            self.add_error("from_at", _("Say from what time."))
        return values

    def wanted(self) -> schedules.Plan:
        """The plan that the form says."""
        given = self.cleaned_data
        chosen = [given[name] for name in sorted((name for name in given if name.startswith("turn_")), key=lambda name: int(name[5:])) if given[name]]
        if "from_at" not in self.fields and self.plan is not None:
            hours: Sequence[schedules.Hours] = self.plan.restrictions
        else:
            hours = [schedules.Hours(given["from_at"], given["to_at"], given["from_day"], given["to_day"])] if given.get("from_at") else []
        return schedules.Plan(
            given["name"], [_participant(one) for one in chosen], given["starts_on"], given["hand_over_at"], given["unit"], given["length"],
            given["ends_on"], self.plan.time_zone if self.plan else "", hours, given["is_shadow"], self.plan.position if self.plan else None,
        )  # fmt: skip


def _initial(plan: schedules.Plan) -> dict[str, Any]:
    hours = plan.restrictions[0] if len(plan.restrictions) == 1 else None
    turns = {f"turn_{number}": _value(who) for number, who in enumerate(plan.turns, start=1)}
    spans = {"from_day": hours.start_day, "from_at": hours.start_at, "to_day": hours.end_day, "to_at": hours.end_at} if hours else {}
    return {
        "name": plan.name, "length": plan.length, "unit": plan.unit, "starts_on": plan.starts_on, "hand_over_at": plan.hand_over_at,
        "ends_on": plan.ends_on, "is_shadow": plan.is_shadow, **turns, **spans,
    }  # fmt: skip


def _value(who: User | Team | None) -> str:
    return f"u{who.pk}" if isinstance(who, User) else f"t{who.pk}" if isinstance(who, Team) else NO_ONE


def _participant(value: str) -> User | Team | None:
    if value == NO_ONE:
        return None
    return User.objects.get(pk=int(value[1:])) if value.startswith("u") else Team.objects.get(pk=int(value[1:]))


def _people() -> list[Any]:
    users = User.objects.filter(is_active=True, roles__rights__right="oncall.cover").distinct().order_by("name")
    return [
        (_("People"), [(f"u{user.pk}", user.name) for user in users]),
        (_("Teams"), [(f"t{team.pk}", team.name) for team in Team.objects.order_by("name")]),
    ]


class ScheduleForm(RotationForm):
    """A new schedule with its first rotation."""

    team = forms.ModelChoiceField(Team.objects.none(), label=gettext_lazy("Team"), to_field_name="slug", empty_label=None)
    schedule_name = forms.CharField(label=gettext_lazy("Schedule"), max_length=100)
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=60, validators=[known_zone])

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["team"]
        field.queryset = permissions.managed_teams(user)
        self.fields["time_zone"].initial = user.time_zone


class ChangeForm(forms.Form):
    """A schedule's own columns."""

    name = forms.CharField(label=gettext_lazy("Schedule"), max_length=100)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=300, required=False)
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=60)
    combination = forms.ChoiceField(label=gettext_lazy("Several rotations"), choices=Schedule.COMBINATIONS)
    is_enabled = forms.BooleanField(label=gettext_lazy("Enabled: a disabled schedule has nobody on call"), required=False)
