"""Heartbeats: signs of life that jobs and systems send, and that are missed when they stop (HB-01)."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from alerts import rhythm
from alerts.models.integration import Integration
from services.models import Service
from tickets.models.registers import PRIORITIES

NAME_LENGTH, MESSAGE_LENGTH, BODY_LENGTH = 200, 130, 10_000


class Heartbeat(models.Model):
    """Something that tells every so often that it lives. Its alert has the alias `heartbeat:` and its name.

    uuid: its ping address, which is all that a sender needs to know. expected_at: when the next sign is due; alarm_at: when its absence opens the alert
    (expected_at and the grace, or the end of the longest run). started_at: a run that has not ended. State: waiting for the first sign, up, down, paused.
    """

    NEW, UP, DOWN, PAUSED = "new", "up", "down", "paused"
    STATES: ClassVar[list[Any]] = [(NEW, _("Waiting")), (UP, _("Up")), (DOWN, _("Down")), (PAUSED, _("Paused"))]
    KINDS: ClassVar[list[Any]] = [(rhythm.INTERVAL, _("every so often")), (rhythm.CRON, _("cron")), (rhythm.CALENDAR, _("OnCalendar (systemd)"))]
    journal_type = "heartbeat"

    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    badge = models.UUIDField(default=uuid4, unique=True, editable=False)
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="heartbeats", verbose_name=_("owner team"))
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="heartbeats", verbose_name=_("service"))
    integration = models.ForeignKey(Integration, null=True, on_delete=models.SET_NULL, related_name="heartbeats", editable=False)
    kind = models.CharField(_("rhythm"), max_length=10, choices=KINDS, default=rhythm.INTERVAL)
    every = models.DurationField(_("every"), default=timedelta(minutes=10))
    expression = models.CharField(_("expression"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    grace = models.DurationField(_("grace"), default=timedelta(0))
    longest_run = models.DurationField(_("longest run"), null=True, blank=True)
    alert_message = models.CharField(_("message of the alert"), max_length=MESSAGE_LENGTH, blank=True)
    alert_priority = models.PositiveSmallIntegerField(_("priority of the alert"), choices=PRIORITIES, default=3)
    alert_tags = models.JSONField(_("tags of the alert"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=NEW)
    last_ping_at = models.DateTimeField(_("last sign"), null=True)
    started_at = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(_("expected"), null=True)
    alarm_at = models.DateTimeField(null=True)
    run_seconds = models.FloatField(_("last run"), null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=["new", "up", "down", "paused"]), name="heartbeat_state"),
            models.CheckConstraint(condition=Q(state="up") | Q(alarm_at__isnull=True) | Q(state="new"), name="heartbeat_alarm"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["alarm_at"], name="heartbeat_due", condition=Q(alarm_at__isnull=False))]

    def __str__(self) -> str:
        return self.name

    @property
    def rhythm(self) -> rhythm.Rhythm:
        """How often its sign comes."""
        return rhythm.Rhythm(self.kind, self.every, self.expression, self.time_zone, self.grace)

    @property
    def alias(self) -> str:
        """Of its alert."""
        return f"heartbeat:{self.name}"

    @property
    def message(self) -> str:
        """Of its alert, as Opsgenie words it unless somebody wrote another."""
        return self.alert_message or f"HeartbeatName [{self.name}] is expired"[:MESSAGE_LENGTH]


class HeartbeatSign(models.Model):
    """One signal that came, of which the newest hundred are kept. body: the beginning of what came with it. run_seconds: how long the run took that it ended."""

    SIGNALS: ClassVar[list[Any]] = [
        (rhythm.SUCCESS, _("OK")), (rhythm.START, _("Started")), (rhythm.FAIL, _("Failed")), (rhythm.LOG, _("Log")),
    ]  # fmt: skip

    heartbeat = models.ForeignKey(Heartbeat, on_delete=models.CASCADE, related_name="signs")
    at = models.DateTimeField(_("at"))
    signal = models.CharField(_("signal"), max_length=8, choices=SIGNALS)
    exit_status = models.PositiveSmallIntegerField(_("exit status"), null=True)
    run_seconds = models.FloatField(_("run"), null=True)
    is_overlap = models.BooleanField(_("overlap"), default=False, help_text=_("A run began before the one before it had ended"))
    body = models.TextField(_("body"), blank=True)
    source = models.CharField(_("from"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["heartbeat", "-id"], name="heartbeat_sign_newest")]


class HeartbeatWatch(models.Model):
    """One row: when the watch over heartbeats looked last. A gap means that the product stood still, and then silence says nothing."""

    looked_at = models.DateTimeField()
