"""Rules about alerts: what is added to them, changed in them, kept quiet, made an incident of, and closed."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from services.models import Service


class AlertRule(models.Model):
    """One rule of one kind. Those of everybody are asked before those of a team, each in order; the first that fits ends the search unless it continues.

    kind: enrichment, policy, notification, correlation, incident or expiry. team: whose alerts only; empty for all. conditions, times: see alerts/conditions.py and
    alerts/times.py. does: what follows, by kind, see alerts/effects.py.
    """

    ENRICHMENT, POLICY, NOTIFICATION, CORRELATION = "enrichment", "policy", "notification", "correlation"
    INCIDENT, EXPIRY = "incident", "expiry"
    KINDS: ClassVar[list[Any]] = [
        (POLICY, _("Alert policy")), (NOTIFICATION, _("Notification policy")), (CORRELATION, _("Correlation rule")),
        (INCIDENT, _("Incident rule")), (ENRICHMENT, _("Enrichment")), (EXPIRY, _("Expiry")),
    ]  # fmt: skip
    journal_type = "alert_rule"

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="alert_rules", verbose_name=_("team"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=120)
    is_enabled = models.BooleanField(_("on"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    times = models.JSONField(_("times"), default=dict, blank=True)
    does = models.JSONField(_("what follows"), default=dict, blank=True)
    continues = models.BooleanField(_("ask the rules after it too"), default=False)

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        ordering: ClassVar[list[Any]] = ["kind", F("team").asc(nulls_first=True), "position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(kind__in=["enrichment", "policy", "notification", "correlation", "incident", "expiry"]), name="alert_rule_kind"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LookupTable(models.Model):
    """A table to look alerts up in, from a CSV file. key: the name of its first column. rows: {key in small letters: {column: value}}."""

    journal_type = "lookup_table"

    name = models.CharField(_("name"), max_length=120, unique=True)
    key = models.CharField(_("key column"), max_length=100)
    columns = models.JSONField(_("columns"), default=list)
    rows = models.JSONField(_("rows"), default=dict)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("lookup table")
        verbose_name_plural = _("lookup tables")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Maintenance(models.Model):
    """Work that is planned: alerts of the services that fit are kept and stay quiet.

    starts_at, ends_at: of the first occurrence. recurrence: an RRULE on the wall of time_zone, empty for once. mode: quiet (what is still open at the end
    pages then) or review (what came up waits until a person looks). services: only these, empty for all. team: whose alerts only, empty for all.
    ended_at: what was under way then is over, as the work was done early.
    """

    QUIET, REVIEW = "quiet", "review"
    MODES: ClassVar[list[Any]] = [(QUIET, _("Quiet; what is still open at the end pages then")), (REVIEW, _("Held; somebody reviews what came up"))]
    journal_type = "maintenance"

    name = models.CharField(_("name"), max_length=120)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="maintenances", verbose_name=_("team"))
    services = models.ManyToManyField(Service, blank=True, related_name="maintenances", verbose_name=_("services"))
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    recurrence = models.CharField(_("repeats"), max_length=300, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    mode = models.CharField(_("mode"), max_length=8, choices=MODES, default=QUIET)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("maintenance window")
        verbose_name_plural = _("maintenance windows")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="maintenance_in_order"),
            models.CheckConstraint(condition=Q(mode__in=["quiet", "review"]), name="maintenance_mode"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["ends_at"], name="maintenance_ends")]

    def __str__(self) -> str:
        return self.name
