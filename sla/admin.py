from django.contrib import admin

from journal.admin import RegisterAdmin
from sla.models import Calendar, Holiday, Opening


class OpeningInline(admin.TabularInline):
    """The week of a calendar."""

    model = Opening
    extra = 0


class HolidayInline(admin.TabularInline):
    """The days off of a calendar."""

    model = Holiday
    extra = 0


@admin.register(Calendar)
class CalendarAdmin(RegisterAdmin):
    """Working hours and holidays. A change counts for clocks that are set after it."""

    list_display = ("name", "time_zone", "is_always")
    inlines = (OpeningInline, HolidayInline)
