"""Schedules and their rotations, as they are stored. What they mean is in oncall/rota.py."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.validators import known_zone
from oncall import rota

WEEKDAYS: list[Any] = [
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")), (5, _("Saturday")), (6, _("Sunday")),
]  # fmt: skip


class Schedule(models.Model):
    """Who is on call for a team, such as “Payments primary”. A disabled schedule has nobody on call."""

    COMBINATIONS: ClassVar[list[Any]] = [
        (rota.LAYERS, _("A later rotation covers the earlier ones while it has somebody")),
        (rota.TOGETHER, _("All rotations are on call at once")),
    ]
    journal_type = "schedule"

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="schedules", verbose_name=_("team"))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[known_zone])
    description = models.CharField(_("description"), max_length=300, blank=True)
    combination = models.CharField(_("several rotations"), max_length=8, choices=COMBINATIONS, default=rota.LAYERS)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    known_on_call = models.JSONField(
        null=True, editable=False
    )  # the last people who were told that they are on call, by id; null before the first look
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(combination__in=[rota.LAYERS, rota.TOGETHER]), name="schedule_combination"),
        ]

    def __str__(self) -> str:
        return self.name


class Rotation(models.Model):
    """People who take turns in a schedule. position: a higher rotation lies above a lower one. time_zone: empty means the schedule's.

    The first hand-over is on `starts_on` at `hand_over_at` on the wall clock of its zone; the rotation stops on `ends_on` at the same time.
    """

    UNITS: ClassVar[list[Any]] = [(rota.HOURLY, _("hours")), (rota.DAILY, _("days")), (rota.WEEKLY, _("weeks"))]

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="rotations", verbose_name=_("schedule"))
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    unit = models.CharField(_("unit of a turn"), max_length=6, choices=UNITS, default=rota.WEEKLY)
    length = models.PositiveSmallIntegerField(_("length of a turn"), default=1)
    starts_on = models.DateField(_("starts on"))
    hand_over_at = models.TimeField(_("hand-over at"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[known_zone])
    is_shadow = models.BooleanField(_("shadow"), default=False, help_text=_("Gets copies of the pages, has no duty"))

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")
        ordering: ClassVar[list[str]] = ["schedule", "position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["schedule", "name"], name="rotation_name_once"),
            models.CheckConstraint(condition=Q(unit__in=[rota.HOURLY, rota.DAILY, rota.WEEKLY]), name="rotation_unit"),
            models.CheckConstraint(condition=Q(length__range=(1, 1000)), name="rotation_length"),
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="rotation_ends_later"),
        ]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """A place in a rotation's order: a person, all members of a team, or (neither) no one on purpose."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="turns", verbose_name=_("rotation"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("team"))

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [models.CheckConstraint(condition=Q(user__isnull=True) | Q(team__isnull=True), name="turn_of_one")]

    def __str__(self) -> str:
        return str(self.user or self.team or _("no one"))


class Restriction(models.Model):
    """When a rotation counts: daily between two times, or weekly from a weekday and time to a weekday and time. 00:00 as the end is midnight."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="restrictions", verbose_name=_("rotation"))
    start_day = models.PositiveSmallIntegerField(_("from weekday"), choices=WEEKDAYS, null=True, blank=True, help_text=_("Empty for every day"))
    start_at = models.TimeField(_("from"))
    end_day = models.PositiveSmallIntegerField(_("to weekday"), choices=WEEKDAYS, null=True, blank=True)
    end_at = models.TimeField(_("to"))

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        ordering: ClassVar[list[str]] = ["start_day", "start_at", "id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(start_day__isnull=True, end_day__isnull=True) | Q(start_day__range=(0, 6), end_day__range=(0, 6)), name="restriction_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start_at:%H:%M}–{self.end_at:%H:%M}"
