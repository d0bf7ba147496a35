"""HTML input of on-call."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from oncall import permissions, queries
from oncall.models import Schedule


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
