"""Calendars from outside: one's own times away, and the overrides of a schedule. What would change is shown before it is done."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import desk
from accounts.models import User
from common import errors, htmx
from oncall import calendars as outside
from oncall import downloads, ical, permissions, queries, timeline
from oncall.actions import calendars
from oncall.forms import CalendarForm
from oncall.models import Schedule

SHOWN = 12


@require_http_methods(["GET", "POST"])
@desk.required
def away(request: HttpRequest) -> HttpResponseBase:
    """The calendar of the person's own leave."""
    user = desk.user_of(request)
    permissions.can_be_away(user).require()
    return _dialog(request, User.objects.get(pk=user.pk), _("Times away from a calendar"), reverse("oncall:away"), reverse("oncall:forget_away"))


@require_POST
@desk.required
def forget_away(request: HttpRequest) -> HttpResponseBase:
    """Lets go of it, with what it brought."""
    user = desk.user_of(request)
    return _forgotten(User.objects.get(pk=user.pk), user)


def _schedule(request: HttpRequest, slug: str) -> Schedule:
    user = desk.user_of(request)
    schedule = queries.schedule_for(user, slug)
    permissions.can_manage(user, schedule.team_id).require()
    return schedule


@require_http_methods(["GET", "POST"])
@desk.required
def overrides(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The calendar of a schedule's overrides."""
    schedule = _schedule(request, slug)
    title = _("Overrides of {name} from a calendar").format(name=schedule.name)
    return _dialog(request, schedule, title, reverse("oncall:calendar", args=[slug]), reverse("oncall:forget_calendar", args=[slug]))


@require_POST
@desk.required
def forget_overrides(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Lets go of it, with what it brought."""
    return _forgotten(_schedule(request, slug), desk.user_of(request))


def _forgotten(target: Schedule | User, user: User) -> HttpResponseBase:
    count = calendars.forget(target, actor=user)
    return htmx.done(_("Calendar removed, and {n} future events of it").format(n=count))


def _dialog(request: HttpRequest, target: Schedule | User, title: str, url: str, forget_url: str) -> HttpResponseBase:
    user = desk.user_of(request)
    form = CalendarForm(request.POST, request.FILES) if request.method == "POST" else CalendarForm()
    if request.method == "POST" and form.is_valid():
        try:
            return _taken(request, form, target, user)
        except errors.Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {
        "form": form, "title": title, "url": url, "forget_url": forget_url, "is_schedule": isinstance(target, Schedule),
        "zone": target.time_zone, "followed": calendars.followed(target), "has_brought": queries.has_brought(target),
    }  # fmt: skip
    return render(request, "oncall/_calendar.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest, form: CalendarForm, target: Schedule | User, user: User) -> HttpResponseBase:
    """Does what the person has seen; shows it as long as he has not."""
    given, field = form.cleaned_data, form.source
    content = downloads.fetch(given["address"].strip()) if field == "address" else given["file"].read(ical.MOST_BYTES + 1)
    found = calendars.preview(target, content, actor=user, field=field)
    if given["seen"] != found.fingerprint:
        response = render(request, "oncall/_calendar_preview.html", _preview(found, field))
        response["HX-Retarget"], response["HX-Reswap"] = "#calendar-preview", "innerHTML"
        return response
    if field == "address":
        calendars.follow(target, given["address"].strip(), content, actor=user)
    else:
        calendars.take_in(target, content, actor=user)
    counts = {"added": len(found.added), "changed": len(found.changed), "removed": len(found.removed)}
    return htmx.done(_("Taken from the calendar: {added} new, {changed} changed, {removed} removed").format(**counts))


def _preview(found: outside.Changes, field: str) -> dict[str, Any]:
    def line(row: Any, begin: Any, end: Any) -> str:
        return f"{timeline.span_of(begin, end)}: {row.user.name}, {row.reason}"

    groups = [
        (_("New"), "ek-loz--done", [line(one, one.begin, one.end) for one in found.added]),
        (_("Changed"), "ek-loz--progress", [line(one, one.begin, one.end) for _row, one in found.changed]),
        (_("Removed"), "ek-loz--danger", [line(row, row.starts_at, row.ends_at) for row in found.removed]),
        (_("Not taken"), "ek-loz--wait", [_("{title}, because {reason}").format(title=title, reason=reason) for title, reason in found.refused]),
    ]
    shown = [
        {"label": label, "css": css, "count": len(lines), "lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN)}
        for label, css, lines in groups
        if lines
    ]
    return {"groups": shown, "same": found.same, "is_empty": found.is_empty, "is_address": field == "address", "seen": found.fingerprint}
