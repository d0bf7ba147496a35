"""SLA goals and the clocks that run against them."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sla import clock
from sla.models import Calendar
from tickets.models.registers import PRIORITIES
from tickets.models.ticket import Ticket

FIRST_RESPONSE, RESOLUTION = "first_response", "resolution"
METRICS: list[Any] = [(FIRST_RESPONSE, _("First response")), (RESOLUTION, _("Resolution"))]


class Goal(models.Model):
    """The promise for one metric of one kind at one priority: a target in seconds, counted in a calendar."""

    kind = models.CharField(_("kind of ticket"), max_length=30, default="incident")
    metric = models.CharField(_("metric"), max_length=20, choices=METRICS)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES)
    target_seconds = models.PositiveIntegerField(_("target in seconds"), help_text=_("Working seconds: 14400 is four hours"))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="goals", verbose_name=_("calendar"))

    class Meta:
        verbose_name = _("SLA goal")
        verbose_name_plural = _("SLA goals")
        ordering: ClassVar[list[str]] = ["kind", "metric", "priority"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "metric", "priority"], name="goal_once"),
            models.CheckConstraint(condition=models.Q(target_seconds__gt=0), name="goal_target"),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()} P{self.priority}: {timedelta(seconds=self.target_seconds)}"


class SlaClock(models.Model):
    """One metric of one ticket in one cycle (a reopened ticket starts a new one).

    State: running, paused, stopped. `pauses` is a list of [from, to] instants in ISO 8601, the last `to` null while paused:
    with the start and the calendar it gives the used time at any instant. due_at is empty while paused.
    """

    RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sla_clocks")
    metric = models.CharField(max_length=20, choices=METRICS)
    cycle = models.PositiveSmallIntegerField(default=1)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="clocks")
    target_seconds = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=RUNNING)
    started_at = models.DateTimeField()
    pauses = models.JSONField(default=list)
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    used_seconds = models.PositiveIntegerField(null=True)
    breached_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("SLA clock")
        verbose_name_plural = _("SLA clocks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["ticket", "metric", "cycle"], name="sla_clock_once"),
            models.CheckConstraint(condition=models.Q(state__in=["running", "paused", "stopped"]), name="sla_clock_state"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at", "id"], name="sla_clock_due", condition=models.Q(state="running", breached_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric} {self.state}"

    @property
    def metric_label(self) -> str:
        """The metric in words."""
        return str(dict(METRICS)[self.metric])

    @property
    def is_breached(self) -> bool:
        """The target was missed."""
        return self.breached_at is not None

    @property
    def pause_intervals(self) -> list[clock.Pause]:
        """The pauses as instants."""
        return [(datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None) for begin, end in self.pauses]

    def used_at(self, at: datetime) -> timedelta:
        """The working time used at an instant."""
        return clock.elapsed(self.calendar.hours, self.started_at, self.pause_intervals, self.stopped_at or at)

    def compute_due_at(self) -> datetime | None:
        """When the target is used up, None while paused."""
        return clock.due_at(self.calendar.hours, self.started_at, self.pause_intervals, timedelta(seconds=self.target_seconds))
