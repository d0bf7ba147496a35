"""Who stands in for whom: overrides, requests for cover, absences."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from oncall.models.schedules import Schedule

USER = settings.AUTH_USER_MODEL


class Override(models.Model):
    """Somebody is on call in a schedule between two instants, whatever the rotations say; the newest wins.

    rotations: ids of the rotations he replaces, empty for the whole schedule. feed_uid: the event of an iCal feed that it comes from.
    """

    journal_type = "override"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides", verbose_name=_("schedule"))
    user = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="overrides", verbose_name=_("person"))
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("team"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    rotations = ArrayField(models.BigIntegerField(), default=list, blank=True)
    alias = models.CharField(_("alias"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    feed_uid = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=models.functions.Now())
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="override_forward"),
            models.CheckConstraint(condition=Q(user__isnull=True) | Q(team__isnull=True), name="override_of_one"),
            models.UniqueConstraint(
                fields=["schedule", "feed_uid"], condition=~Q(feed_uid="") & Q(canceled_at__isnull=True), name="override_feed_once"
            ),
            models.UniqueConstraint(fields=["schedule", "alias"], condition=~Q(alias="") & Q(canceled_at__isnull=True), name="override_alias_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["schedule", "ends_at"], name="override_of_schedule", condition=Q(canceled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.user or self.team or _("no one"))


class CoverRequest(models.Model):
    """Somebody asks for cover of his own time on call: of anybody in the team, or of one person, in exchange for a time of that person's (a swap)."""

    OPEN, ACCEPTED, DECLINED, WITHDRAWN = "open", "accepted", "declined", "withdrawn"
    journal_type = "cover_request"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="cover_requests", verbose_name=_("schedule"))
    asker = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked by"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    asked = models.ForeignKey(USER, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked of"))
    swap_starts_at = models.DateTimeField(_("in exchange from"), null=True, blank=True)
    swap_ends_at = models.DateTimeField(_("in exchange to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(max_length=9, default=OPEN)
    decided_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("cover request")
        verbose_name_plural = _("cover requests")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="cover_forward"),
            models.CheckConstraint(condition=Q(state__in=["open", "accepted", "declined", "withdrawn"]), name="cover_state"),
            models.CheckConstraint(
                condition=Q(swap_starts_at__isnull=True, swap_ends_at__isnull=True) | Q(swap_ends_at__gt=F("swap_starts_at"), asked__isnull=False),
                name="cover_swap",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["schedule", "starts_at"], name="cover_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.asker}"


class Absence(models.Model):
    """A person is away: a warning when he is on call then. feed_uid: the event of his leave calendar that it comes from."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="absences", verbose_name=_("person"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    feed_uid = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_forward"),
            models.UniqueConstraint(fields=["user", "feed_uid"], condition=~Q(feed_uid=""), name="absence_feed_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class FollowedCalendar(models.Model):
    """A calendar elsewhere that is read every hour: the times away of a person, or the overrides of a schedule.

    address: encrypted, because whoever knows it can read the calendar; shown: enough to know it by. problem: why the last reading failed, of which its
    owner was told once.
    """

    journal_type = "followed_calendar"

    user = models.OneToOneField(USER, null=True, on_delete=models.CASCADE, related_name="followed_calendar", verbose_name=_("person"))
    schedule = models.OneToOneField(Schedule, null=True, on_delete=models.CASCADE, related_name="followed_calendar", verbose_name=_("schedule"))
    owner = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("given by"))
    address = models.TextField()
    shown = models.CharField(_("address"), max_length=120)
    due_at = models.DateTimeField(_("read next"))
    read_at = models.DateTimeField(_("read"), null=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("followed calendar")
        verbose_name_plural = _("followed calendars")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(user__isnull=True) ^ Q(schedule__isnull=True), name="followed_for_one"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule or self.user}: {self.shown}"
