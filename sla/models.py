"""Calendars: when a promise counts."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import validators
from sla.clock import Hours


class Calendar(models.Model):
    """Working hours in one time zone; a calendar that is always open counts round the clock."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validators.known_zone])
    is_always = models.BooleanField(_("round the clock"), default=False)
    current = models.ForeignKey("CalendarVersion", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def content(self) -> dict[str, Any]:
        """What counts, as a version keeps it: zone, the week from Monday as pairs of "HH:MM", holidays by day."""
        week: list[list[list[str]]] = [[] for _day in range(7)]
        for opening in self.openings.all():
            week[opening.weekday].append([f"{opening.opens_at:%H:%M:%S}", f"{opening.closes_at:%H:%M:%S}"])
        return {
            "time_zone": self.time_zone,
            "is_always": self.is_always,
            "week": [sorted(day) for day in week],
            "holidays": {holiday.day_on.isoformat(): holiday.name for holiday in self.holidays.all()},
        }

    @property
    def hours(self) -> Hours | None:
        """The calendar as it stands now, as the pure clock wants it; None for round the clock."""
        return hours_of(self.content())


def hours_of(content: dict[str, Any]) -> Hours | None:
    """The content of a calendar as the pure clock wants it; None for round the clock."""
    if content["is_always"]:
        return None
    names = {date.fromisoformat(day): name for day, name in content["holidays"].items()}
    week = tuple(tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in day) for day in content["week"])
    return Hours(zone=ZoneInfo(content["time_zone"]), week=week, holidays=frozenset(names), names=names)


class CalendarVersion(models.Model):
    """A calendar as it stood when a promise was made. Never changed, so that a promise is counted alike for ever."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a calendar")
        verbose_name_plural = _("versions of calendars")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]

    def __str__(self) -> str:
        return f"{self.calendar} {self.number}"


class Opening(models.Model):
    """One stretch of working time on one weekday; a closing at 00:00 is midnight at the day's end."""

    WEEKDAYS: ClassVar[list[Any]] = [
        (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")), (5, _("Saturday")), (6, _("Sunday")),
    ]  # fmt: skip

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    opens_at = models.TimeField(_("opens"))
    closes_at = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering: ClassVar[list[str]] = ["weekday", "opens_at"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")) | models.Q(closes_at=time(0)),
                name="opening_order",
                violation_error_message=_("The closing must be after the opening; 00:00 means midnight."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


def overlap(openings: Iterable[tuple[int, time, time]]) -> str | None:
    """The weekday on which two openings overlap, None when there is none. openings: weekday, opens, closes (00:00 is the day's end)."""
    reached: dict[int, time] = {}
    for weekday, opens, closes in sorted(openings):
        until = reached.get(weekday)
        if until is not None and (until == time(0) or opens < until):
            return str(Opening.WEEKDAYS[weekday][1])
        reached[weekday] = closes
    return None


class Holiday(models.Model):
    """A day on which the clock stands still."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    day_on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering: ClassVar[list[str]] = ["day_on"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["calendar", "day_on"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day_on} {self.name}"
