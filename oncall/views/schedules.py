"""Making and changing schedules and their rotations, in dialogs: what leads do without the administration."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from accounts.models import User
from common import clock, errors, htmx
from oncall import permissions, queries
from oncall.actions import schedules
from oncall.models import Rotation, Schedule
from oncall.schedule_forms import ChangeForm, RotationForm, ScheduleForm

FIELDS = {"turns": "turn_1", "restrictions": "from_at"}


def _take(form: Any, error: errors.DomainError, names: dict[str, str]) -> None:
    field = names.get(error.field, error.field) if isinstance(error, errors.Invalid) else None
    form.add_error(field if field in form.fields else None, error.message)


def _monday(user: User) -> Any:
    """The Monday of this week on the person's clock: a rotation that begins then counts at once."""
    today = timezone.localtime(clock.now()).date()
    return today - timedelta(days=today.weekday())


@require_http_methods(["GET", "POST"])
@desk.required
def new(request: HttpRequest) -> HttpResponseBase:
    """A schedule of one's own team with its first rotation."""
    user = desk.user_of(request)
    if not user.has_right("oncall.view") or not permissions.managed_teams(user).exists():
        raise Http404
    initial = {"starts_on": _monday(user), "team": request.GET.get("team", "")}
    form = ScheduleForm(user, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = schedules.create(
                actor=user, team=given["team"], name=given["schedule_name"], time_zone=given["time_zone"], rotations=[form.wanted()]
            )
            return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('oncall:now')}?team={made.team.slug}#rota"})
        except (errors.Invalid, errors.Refused) as error:
            _take(form, error, {**FIELDS, "name": "schedule_name"})
    return htmx.dialog(request, form, url=reverse("oncall:new_schedule"), title=_("New schedule"), action=_("Save"))


def _managed(request: HttpRequest, slug: str) -> tuple[User, Schedule]:
    user = desk.user_of(request)
    schedule = queries.schedule_for(user, slug)
    permissions.can_manage(user, schedule.team_id).require()
    return user, schedule


@require_http_methods(["GET", "POST"])
@desk.required
def change(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Name, time zone, how several rotations combine, and whether it counts."""
    user, schedule = _managed(request, slug)
    initial = {name: getattr(schedule, name) for name in ChangeForm.base_fields}
    form = ChangeForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = schedules.change(schedule, actor=user, **form.cleaned_data)
            return htmx.done(_("{name} saved").format(name=changed.name))
        except (errors.Invalid, errors.Refused) as error:
            _take(form, error, {})
    title = _("Schedule {name}").format(name=schedule.name)
    more = {"add_url": reverse("oncall:add_rotation", args=[slug]), "add_label": _("Add a rotation")}
    return htmx.dialog(request, form, url=reverse("oncall:change_schedule", args=[slug]), title=title, action=_("Save"), **more)


@require_http_methods(["GET", "POST"])
@desk.required
def add_rotation(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One more rotation of a schedule, above the others."""
    user, schedule = _managed(request, slug)
    form = RotationForm(request.POST if request.method == "POST" else None, initial={"starts_on": _monday(user), "name": ""})
    if request.method == "POST" and form.is_valid():
        try:
            made = schedules.add_rotation(schedule, form.wanted(), actor=user)
            return htmx.done(_("{name} saved").format(name=made.name))
        except (errors.Invalid, errors.Refused) as error:
            _take(form, error, FIELDS)
    title = _("New rotation of {name}").format(name=schedule.name)
    return htmx.dialog(request, form, url=reverse("oncall:add_rotation", args=[slug]), title=title, action=_("Save"))


def _rotation(request: HttpRequest, slug: str, pk: int) -> tuple[User, Rotation]:
    user, schedule = _managed(request, slug)
    found = schedule.rotations.filter(pk=pk).first()
    if found is None:
        raise Http404
    return user, found


@require_http_methods(["GET", "POST"])
@desk.required
def rotation(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Who takes turns, in which order and rhythm."""
    user, row = _rotation(request, slug, pk)
    form = RotationForm(request.POST if request.method == "POST" else None, rotation=row)
    if request.method == "POST" and form.is_valid():
        try:
            changed = schedules.change_rotation(row, form.wanted(), actor=user)
            return htmx.done(_("{name} saved").format(name=changed.name))
        except (errors.Invalid, errors.Refused) as error:
            _take(form, error, FIELDS)
    title, url = _("Rotation {name}").format(name=row.name), reverse("oncall:rotation", args=[slug, pk])
    more = {
        "remove_url": reverse("oncall:remove_rotation", args=[slug, pk]),
        "remove_warning": _("Remove this rotation? Who is on call changes at once."),
    }
    return htmx.dialog(request, form, url=url, title=title, action=_("Save"), **more)


@require_POST
@desk.required
def remove_rotation(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Takes a rotation out of its schedule."""
    user, row = _rotation(request, slug, pk)
    schedules.remove_rotation(row, actor=user)
    return htmx.done(_("{name} removed").format(name=row.name))
