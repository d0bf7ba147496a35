"""Hand-over notes, and calendars to subscribe to."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import desk
from common import clock, errors, htmx
from oncall import feeds as calendars
from oncall import permissions, queries
from oncall.actions import feeds, watching
from oncall.models import CalendarFeed


class NoteForm(forms.Form):
    """What whoever is on call next must know."""

    body = forms.CharField(label=gettext_lazy("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 7, "autofocus": True}))


@require_http_methods(["GET", "POST"])
@desk.required
def note(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Write a hand-over note, in a dialog."""
    user = desk.user_of(request)
    schedule = queries.schedule_for(user, slug)
    permissions.can_note(user, schedule).require()
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            watching.write_note(schedule, form.cleaned_data["body"], actor=user)
            return htmx.done(_("Note saved. Whoever is on call next gets it."))
        except errors.Invalid as error:
            form.add_error("body", error.message)
    title = _("Hand-over note: {name}").format(name=schedule.name)
    return htmx.dialog(request, form, url=reverse("oncall:note", args=[slug]), title=title, action=_("Save"))


@require_POST
@desk.required
def subscribe(request: HttpRequest) -> HttpResponseBase:
    """The address of a calendar: of one's own time, or of a schedule; `new` ends the address before."""
    user, slug = desk.user_of(request), request.POST.get("schedule", "")
    schedule = queries.schedule_for(user, slug) if slug else None
    feed: CalendarFeed = feeds.make(schedule, actor=user, is_new=bool(request.POST.get("new")))
    can_manage = schedule is not None and bool(permissions.can_manage(user, schedule.team_id))
    context = {"feed": feed, "url": calendars.address_of(feed), "schedule": schedule, "can_manage": can_manage}
    return render(request, "oncall/_feed.html", context)


@require_safe
def feed(request: HttpRequest, signed: str) -> HttpResponse:
    """The calendar itself, for programs: no login, the address is the key."""
    found = calendars.feed_of(signed)
    response = HttpResponse(calendars.written(found, clock.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="on-call.ics"'
    response["Cache-Control"] = "private, max-age=300"
    return response
