"""Calendars in the admin: the week, the days off, and where days off come from."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from journal.admin import RegisterAdmin
from sla import actions, daysoff
from sla.models import Calendar, Holiday, Opening, overlap

MOST_YEARS = 20


class Week(BaseInlineFormSet):
    """The openings of a week, checked together."""

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")]
        openings = [(row["weekday"], row["opens_at"], row["closes_at"]) for row in rows if {"weekday", "opens_at", "closes_at"} <= set(row)]
        found = overlap(openings)
        if found is not None:
            raise forms.ValidationError(_("Two openings overlap on %(day)s. Make one of them, or move their edges.") % {"day": found})


class OpeningInline(admin.TabularInline):
    """The week of a calendar."""

    model = Opening
    formset = Week
    extra = 0


class HolidayInline(admin.TabularInline):
    """The days off of a calendar."""

    model = Holiday
    extra = 0


class PublicHolidaysForm(forms.Form):
    """Which country's holidays, from which year on, for how long."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=lambda: [(code, code) for code in sorted(daysoff.countries())])
    subdivision = forms.CharField(
        label=gettext_lazy("Part of the country"), required=False, max_length=20, help_text=gettext_lazy("Its code, such as BY; empty: everywhere")
    )
    first_year = forms.IntegerField(label=gettext_lazy("From year"), min_value=2000, max_value=2100)
    years = forms.IntegerField(label=gettext_lazy("Number of years"), min_value=1, max_value=MOST_YEARS, initial=3)

    def days(self) -> tuple[daysoff.DaysOff, str]:
        """What was chosen, by day. Raises Unreadable."""
        wanted = self.cleaned_data
        return daysoff.public(wanted["country"], wanted["subdivision"].strip().upper(), wanted["first_year"], wanted["years"]), ""


class CalendarFileForm(forms.Form):
    """A calendar file with days off, and how far its repetitions are unrolled."""

    file = forms.FileField(label=gettext_lazy("Calendar file (.ics, at most 1 MB)"))
    years = forms.IntegerField(label=gettext_lazy("Years ahead"), min_value=1, max_value=MOST_YEARS, initial=3)

    def days(self) -> tuple[daysoff.DaysOff, str]:
        """What the file names, from the start of last year on. Raises Unreadable."""
        upload = self.cleaned_data["file"]
        if upload.size > daysoff.MAX_BYTES:
            raise daysoff.Unreadable(_("The file is larger than 1 MB. Export the holidays only."))
        today = clock.now().date()
        first, last = (
            today.replace(year=today.year - 1, month=1, day=1),
            today.replace(year=today.year + self.cleaned_data["years"], month=12, day=31),
        )
        found, timed = daysoff.from_file(upload.read(), first, last)
        return found, _("%(count)d events with times were left out.") % {"count": timed} if timed else ""


SOURCES: dict[str, tuple[type[Any], Any]] = {
    "public": (PublicHolidaysForm, gettext_lazy("Add public holidays")),
    "file": (CalendarFileForm, gettext_lazy("Import days off from a calendar file")),
}


@admin.register(Calendar)
class CalendarAdmin(RegisterAdmin):
    """Working hours and holidays. Clocks that run keep the hours they were promised until somebody recomputes them."""

    list_display = ("name", "time_zone", "is_always")
    inlines = (OpeningInline, HolidayInline)
    change_form_template = "admin/sla/calendar/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        own = [path("<int:pk>/days-off/<slug:source>/", self.admin_site.admin_view(self.add_days), name="sla_calendar_days")]
        return [*own, *super().get_urls()]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before = form.instance.current_id
        version = actions.publish(form.instance, actor=request.user)
        if not form.instance.is_always and not form.instance.openings.exists():
            messages.warning(request, _("This calendar never opens: no target counted in it is ever due."))
        if change and before is not None and version.pk != before:
            say_new_only(request)

    def add_days(self, request: HttpRequest, pk: int, source: str) -> HttpResponse:
        """The page of one source of days off."""
        calendar = get_object_or_404(Calendar, pk=pk)
        if not self.has_change_permission(request, calendar):
            raise PermissionDenied
        form_class, title = SOURCES.get(source, SOURCES["public"])
        form = form_class(request.POST or None, request.FILES or None, initial={"first_year": clock.now().year})
        if request.method == "POST" and form.is_valid():
            try:
                days, note = form.days()
            except daysoff.Unreadable as error:
                form.add_error(None, str(error))
            else:
                added = actions.add_holidays(calendar, days, actor=request.user)
                messages.success(request, _("%(added)d of %(found)d days were new.") % {"added": added, "found": len(days)} + f" {note}")
                if added:
                    say_new_only(request)
                return redirect("admin:sla_calendar_change", calendar.pk)
        context = {**self.admin_site.each_context(request), "title": f"{title}: {calendar}", "form": form, "calendar": calendar, "opts": self.opts}
        return render(request, "admin/sla/calendar/days.html", context, status=422 if form.errors else 200)


def say_new_only(request: HttpRequest) -> None:
    """Tells an admin that a change counts for new clocks, and where the open ones can follow."""
    url = reverse("admin:tickets_recount_preview")
    text = _("This counts for new clocks. Open clocks keep what was promised to them;")
    messages.info(request, format_html('{} <a href="{}">{}</a>', text, url, _("see what would change if they followed")))
