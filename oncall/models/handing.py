"""What is handed over with a time on call, the calendars in which people see theirs, and what it is paid."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from oncall.models.schedules import Schedule

USER = settings.AUTH_USER_MODEL


class HandOverNote(models.Model):
    """What whoever is on call next must know, written by one who was; the newest of a schedule goes with the notice of the hand-over."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="hand_over_notes", verbose_name=_("schedule"))
    author = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("written by"))
    body = models.TextField(_("note"), max_length=4000)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("hand-over note")
        verbose_name_plural = _("hand-over notes")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["schedule", "-written_at"], name="hand_over_newest")]

    def __str__(self) -> str:
        return self.body[:60]


class CalendarFeed(models.Model):
    """A calendar (iCalendar) that a person subscribes to: his own time on call, or one schedule. A new version ends the old address."""

    journal_type = "calendar_feed"

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("schedule"))
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["user", "schedule"], nulls_distinct=False, name="one_feed_each")]

    def __str__(self) -> str:
        return f"{self.user}: {self.schedule or _('own shifts')}"


class PayTable(models.Model):
    """What an hour on call is paid by its sort, in one currency. country, subdivision: whose public holidays count, as the library `holidays` names them."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR", help_text=_("Three letters, ISO 4217"))
    day = models.DecimalField(_("an hour by day"), max_digits=9, decimal_places=2, default=0)
    night = models.DecimalField(_("an hour at night"), max_digits=9, decimal_places=2, default=0, help_text=_("22:00 to 6:00 on the person's clock"))
    weekend = models.DecimalField(_("an hour at the weekend"), max_digits=9, decimal_places=2, default=0)
    holiday = models.DecimalField(_("an hour on a public holiday"), max_digits=9, decimal_places=2, default=0)
    country = models.CharField(_("public holidays of"), max_length=3, blank=True, help_text=_("A code such as NO or DE; empty for none"))
    subdivision = models.CharField(_("part of the country"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("pay table")
        verbose_name_plural = _("pay tables")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(day__gte=0, night__gte=0, weekend__gte=0, holiday__gte=0), name="pay_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name
