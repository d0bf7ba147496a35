"""Alerts, in Opsgenie's terms."""

import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from alerts.models.correlation import Correlation
from alerts.models.group import AlertGroup
from alerts.models.integration import Integration
from common import links
from incidents.models import Incident
from services.models import Service
from tickets.models.registers import PRIORITIES

MOST_DECISIONS = 100
MESSAGE_LENGTH, ALIAS_LENGTH, DESCRIPTION_LENGTH = 130, 512, 15_000


class Alert(models.Model):
    """Something a monitoring tool noticed. The alias is its identity: at most one alert that is not closed carries it.

    Status: open, acknowledged, snoozed, closed. closed_by: source (the tool said resolved), agent, incident, rule. starts_at: the tool's own clock, of the
    latest firing. recovered_at: when the tool said that it was over, also after a person closed it. group_key: what the tool notifies about together.
    uid: its id for other products' clients. responders, visible_to: as Opsgenie writes them, {type, id or name or username}. actions: names of custom
    actions. silenced_until: when it pages after all, if it is still open. expires_at: when it closes unless it is sent again (Prometheus).
    team: whom it concerns before the team of its service, empty when nobody said so. decisions: what rules did to it, in order, {at, stage, rule, what}.
    kind: which alerts say the same, as alerts/kinds.py tells. is_new_kind: the first of a kind that its integration had not sent for a month.
    group_why: how it came into its group, {how, like, score, fields, minutes} as alerts/grouping.py says it.
    correlation: what it gathers in while that has no group of its own, see alerts/correlation.py.
    held_until: a rule keeps it quiet until then (FOREVER: until something releases it); silenced_until is the latest of all such reasons.
    beats: how many events in each of the minutes up to beats_at (minutes since 1970), at most sixty; empty until it came a second time.
    held_by: the alert of a service that its own needs and that is down. held_for: such a service that somebody declared down.
    flapping_until: it comes and goes; until then without a change it stays quiet, and
    open whatever the tool says. plan: what a notification policy still has in mind, see alerts/notifying.py. plan_due_at: when it is next looked at.
    """

    OPEN, ACKNOWLEDGED, SNOOZED, CLOSED = "open", "acknowledged", "snoozed", "closed"
    STATUSES: ClassVar[list[Any]] = [(OPEN, _("Open")), (ACKNOWLEDGED, _("Acknowledged")), (SNOOZED, _("Snoozed")), (CLOSED, _("Closed"))]
    FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
    BY_SOURCE, BY_AGENT, BY_INCIDENT, BY_RULE = "source", "agent", "incident", "rule"
    journal_type = "alert"

    uid = models.UUIDField(_("id"), unique=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    number = models.BigIntegerField(_("number"), unique=True)
    alias = models.CharField(_("alias"), max_length=ALIAS_LENGTH)
    message = models.CharField(_("message"), max_length=MESSAGE_LENGTH)
    description = models.TextField(_("description"), blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES, default=3)
    status = models.CharField(_("status"), max_length=12, choices=STATUSES, default=OPEN)
    entity = models.CharField(_("entity"), max_length=512, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    payload = models.JSONField(_("payload"), default=dict, blank=True)
    responders = models.JSONField(_("responders"), default=list, blank=True, db_default=Value([], models.JSONField()))
    visible_to = models.JSONField(_("visible to"), default=list, blank=True, db_default=Value([], models.JSONField()))
    actions = models.JSONField(_("actions"), default=list, blank=True, db_default=Value([], models.JSONField()))
    count = models.PositiveBigIntegerField(_("count"), default=1)
    beats = ArrayField(
        models.IntegerField(),
        verbose_name=_("events by the minute"),
        default=list,
        blank=True,
        db_default=Value([], ArrayField(models.IntegerField())),
    )
    beats_at = models.IntegerField(_("last minute of them"), null=True, blank=True)
    integration = models.ForeignKey(Integration, null=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("integration"))
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("service"), db_index=False
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("team"), db_index=False)
    service_name = models.CharField(_("service as sent"), max_length=200, blank=True)
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("incident"), db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("owner"), db_index=False
    )
    group_key = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    is_new_kind = models.BooleanField(_("new kind of alert"), default=False, db_default=False, editable=False)
    group = models.ForeignKey(
        AlertGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("group"), db_index=False
    )
    group_why = models.JSONField(_("why in the group"), default=dict, blank=True, db_default=Value({}, models.JSONField()))
    correlation = models.ForeignKey(
        Correlation, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", verbose_name=_("happens together"), db_index=False
    )
    held_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="holds", verbose_name=_("held under"), db_index=False
    )
    held_for = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("waits for"), db_index=False
    )
    flapping_until = models.DateTimeField(_("flapping until"), null=True, blank=True)
    starts_at = models.DateTimeField(_("started"), null=True, blank=True)
    first_occurred_at = models.DateTimeField(_("first occurred"))
    last_occurred_at = models.DateTimeField(_("last occurred"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=200, blank=True, default="", db_default="")
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    silenced_until = models.DateTimeField(_("silenced until"), null=True, blank=True)
    expires_at = models.DateTimeField(_("over unless sent again"), null=True, blank=True)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    decisions = models.JSONField(_("decisions"), default=list, blank=True, db_default=Value([], models.JSONField()))
    plan = models.JSONField(_("plan"), default=dict, blank=True, db_default=Value({}, models.JSONField()))
    plan_due_at = models.DateTimeField(_("plan due"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    recovered_at = models.DateTimeField(_("recovered"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=10, blank=True)
    closed_by_name = models.CharField(_("closed by whom"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["alias"], condition=~Q(status="closed"), name="alert_one_open_per_alias"),
            models.CheckConstraint(condition=Q(status__in=["open", "acknowledged", "snoozed", "closed"]), name="alert_status"),
            models.CheckConstraint(condition=Q(priority__range=(1, 5)), name="alert_priority"),
            models.CheckConstraint(condition=Q(status="closed") ^ Q(closed_at__isnull=True), name="alert_closed_at"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["alias", "-id"], name="alert_alias_newest"),
            models.Index(fields=["priority", "-id"], name="alert_active", condition=~Q(status="closed")),
            models.Index(fields=["status", "-id"], name="alert_status_newest"),
            models.Index(fields=["incident", "-id"], name="alert_incident", condition=Q(incident__isnull=False)),
            models.Index(fields=["service", "-id"], name="alert_service"),
            models.Index(fields=["group", "-id"], name="alert_of_group"),
            models.Index(fields=["correlation", "-id"], name="alert_correlation", condition=Q(correlation__isnull=False)),
            models.Index(fields=["team", "-id"], name="alert_team", condition=Q(team__isnull=False)),
            models.Index(fields=["owner", "-id"], name="alert_owner", condition=Q(owner__isnull=False)),
            models.Index(fields=["group_key", "-id"], name="alert_group", condition=Q(incident__isnull=False) & ~Q(group_key="")),
            models.Index(fields=["snoozed_until"], name="alert_snoozed", condition=Q(status="snoozed")),
            models.Index(fields=["silenced_until"], name="alert_silenced", condition=Q(silenced_until__isnull=False) & ~Q(status="closed")),
            models.Index(fields=["held_by"], name="alert_held", condition=Q(held_by__isnull=False)),
            models.Index(fields=["held_for"], name="alert_held_for", condition=Q(held_for__isnull=False)),
            models.Index(fields=["flapping_until"], name="alert_flapping", condition=Q(flapping_until__isnull=False) & ~Q(status="closed")),
            models.Index(fields=["expires_at"], name="alert_expires", condition=Q(expires_at__isnull=False) & ~Q(status="closed")),
            models.Index(fields=["plan_due_at"], name="alert_plan_due", condition=Q(plan_due_at__isnull=False) & ~Q(status="closed")),
            models.Index(fields=["-id"], name="alert_new_kind", condition=Q(is_new_kind=True)),
            BrinIndex(fields=["first_occurred_at"], name="alert_first_occurred"),
            GinIndex(OpClass(models.F("message"), name="gin_trgm_ops"), name="alert_message_trigram"),
        ]

    alike = 0  # of how many others of its group a list shows it, see alerts/group_queries.py
    folded: "list[Alert]" = []  # it and those, replaced and never changed

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """How people call it."""
        return f"ALR-{self.number}"

    @property
    def is_matched(self) -> bool:
        """Its service is one that the product knows."""
        return self.service_id is not None

    def note(self, at: datetime, stage: str, rule: str, what: str) -> None:
        """One decision more, not saved yet.

        stage: rule (of the integration), enrichment, policy, notification, maintenance, silence, grouping, correlation, flapping, topology, stale or incident.
        """
        self.decisions = [
            *self.decisions[-(MOST_DECISIONS - 1) :],
            {"at": at.isoformat(), "stage": stage, "rule": rule[:120], "what": what[:500]},
        ]

    def get_absolute_url(self) -> str:
        return links.to_number("alerts:detail", self.number)
