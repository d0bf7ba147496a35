"""SLA metrics, goals, and the clocks that run against them."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from common import wording
from sla import ledger
from sla.models import Calendar, CalendarVersion
from tickets.models.ticket import Ticket

FIRST_RESPONSE, RESOLUTION = "first_response", "resolution"
THRESHOLDS = [50, 75, 90, 100]

# What can start, pause and stop a metric; besides these every status of the kind's workflow, as status:key.
STARTS: dict[str, Any] = {"created": _("created"), "reopened": _("reopened"), "assigned": _("assigned to a person")}
PAUSES: dict[str, Any] = {"paused": _("waiting (the status pauses)"), "unassigned": _("not assigned to a person")}
STOPS: dict[str, Any] = {
    "done": _("resolved or canceled"), "responded": _("first public reply of a person of the desk"), "acknowledged": _("acknowledged"),
    "assigned": _("assigned to a person"),
}  # fmt: skip


def default_thresholds() -> list[int]:
    """Half, three quarters, nine tenths, all of the time."""
    return list(THRESHOLDS)


class Metric(models.Model):
    """What is measured for one kind of ticket: the time from a start to a stop, without the pauses.

    The conditions are names of the tables above or `status:key`. Any of several starts, pauses or stops is enough. slug names the metric in clocks,
    queries and the API; the one called `resolution` is the due time that lists show.
    """

    kind = models.CharField(_("kind of ticket"), max_length=30, default="incident")
    slug = models.SlugField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    starts = ArrayField(models.CharField(max_length=60), verbose_name=_("starts when"), default=list)
    pauses = ArrayField(models.CharField(max_length=60), verbose_name=_("pauses while"), default=list, blank=True)
    stops = ArrayField(models.CharField(max_length=60), verbose_name=_("stops when"), default=list)
    thresholds = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100)]),
        verbose_name=_("thresholds"), default=default_thresholds, help_text=_("Percent of the target, for example 50,75,90,100"),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("SLA metric")
        verbose_name_plural = _("SLA metrics")
        ordering: ClassVar[list[str]] = ["kind", "position", "slug"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["kind", "slug"], name="metric_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    @property
    def conditions(self) -> ledger.Conditions:
        """The conditions as the pure clock wants them."""
        return ledger.Conditions(frozenset(self.starts), frozenset(self.pauses), frozenset(self.stops))


class Goal(models.Model):
    """A promise: tickets that match the query get this target, in working seconds of a calendar. The first match by position wins."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="goals", verbose_name=_("metric"))
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The first goal that matches wins"))
    query = models.TextField(_("query"), blank=True, help_text=_("Which tickets, in the query language, for example: priority = P1. Empty: all"))
    target_seconds = models.PositiveIntegerField(_("target in seconds"), help_text=_("Working seconds: 14400 is four hours"))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="goals", verbose_name=_("calendar"))

    class Meta:
        verbose_name = _("SLA goal")
        verbose_name_plural = _("SLA goals")
        ordering: ClassVar[list[str]] = ["metric", "position", "id"]
        constraints: ClassVar[list[Any]] = [models.CheckConstraint(condition=models.Q(target_seconds__gt=0), name="goal_target")]

    def __str__(self) -> str:
        return f"{self.metric.name}, {self.query or _('all')}: {wording.distance(self.target_seconds)}"


class SlaClock(models.Model):
    """One metric of one ticket in one cycle (a reopened ticket starts a new one): the kept answer of sla.ledger, which can be worked out again.

    State: running, paused, stopped. `pauses` is a list of [from, to] instants in ISO 8601, the last `to` null while paused. due_at is empty
    while paused, unless the target was missed before. used_seconds: while paused or stopped. thresholds: [percent, instant] still to come.
    """

    RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sla_clocks")
    metric = models.CharField(max_length=40)
    name = models.CharField(max_length=60, default="", db_default="")
    cycle = models.PositiveSmallIntegerField(default=1)
    goal = models.ForeignKey(Goal, null=True, on_delete=models.SET_NULL, related_name="clocks")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="clocks")
    version = models.ForeignKey(CalendarVersion, null=True, on_delete=models.PROTECT, related_name="clocks")
    target_seconds = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=RUNNING)
    started_at = models.DateTimeField()
    pauses = models.JSONField(default=list)
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    used_seconds = models.PositiveIntegerField(null=True)
    breached_at = models.DateTimeField(null=True)
    thresholds = models.JSONField(null=True)
    next_threshold_at = models.DateTimeField(null=True)
    fired_percent = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("SLA clock")
        verbose_name_plural = _("SLA clocks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["ticket", "metric", "cycle"], name="sla_clock_once"),
            models.CheckConstraint(condition=models.Q(state__in=["running", "paused", "stopped"]), name="sla_clock_state"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at", "id"], name="sla_clock_due", condition=models.Q(state="running", breached_at__isnull=True)),
            models.Index(fields=["next_threshold_at", "id"], name="sla_clock_threshold", condition=models.Q(next_threshold_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric} {self.state}"

    @property
    def metric_label(self) -> str:
        """The metric in few words: “Time to resolution” is “Resolution” on a chip."""
        short = self.name.removeprefix("Time to ") or self.metric.replace("_", " ")
        return short[:1].upper() + short[1:]

    @property
    def left_seconds(self) -> int:
        """Working seconds left of a clock that stands still."""
        return self.target_seconds - (self.used_seconds or 0)

    @property
    def is_breached(self) -> bool:
        """The target was missed."""
        return self.breached_at is not None


class Recount(models.Model):
    """An admin's wish that the open clocks of a kind follow the present goals, metrics and calendars; worked off in batches by ticket id."""

    journal_type = "tickets.recount"

    kind = models.CharField(max_length=30)
    requested_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    reached = models.BigIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recomputation of SLA clocks")
        verbose_name_plural = _("recomputations of SLA clocks")

    def __str__(self) -> str:
        return f"{self.kind} {self.requested_at:%Y-%m-%d %H:%M}"
