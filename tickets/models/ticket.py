"""The ticket: every column that any list filters or sorts on."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Team
from services.models import Service
from tickets import kinds
from tickets.models.registers import IMPACTS, PRIORITIES, SUPPORT_LEVELS, URGENCIES, Category, HoldReason, ResolutionCode
from workflows.models import Status

USER = settings.AUTH_USER_MODEL
OPEN = Q(is_open=True)


class Ticket(models.Model):
    """A record of the desk, of any kind. The kind's own columns stand in its child table, which only its own page reads."""

    CANDIDATE, DECLARED = "candidate", "declared"
    CHANNELS: ClassVar[list[Any]] = [
        ("agent", _("Agent")), ("phone", _("Phone")), ("portal", _("Portal")), ("email", _("E-mail")), ("api", _("API")), ("alert", _("Alert")),
    ]  # fmt: skip
    journal_type = "ticket"

    kind = models.CharField(max_length=30)
    number = models.PositiveBigIntegerField()
    key = models.CharField(_("key"), max_length=24, unique=True)
    summary = models.CharField(_("summary"), max_length=250)
    description = models.TextField(_("description"), blank=True)
    status = models.ForeignKey(Status, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("status"))
    status_category = models.CharField(max_length=10)
    is_open = models.GeneratedField(
        expression=models.ExpressionWrapper(~Q(status_category="done"), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    hold_reason = models.ForeignKey(
        HoldReason, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", db_index=False, verbose_name=_("on hold for")
    )
    pending_reason = models.CharField(_("waits for"), max_length=200, blank=True)
    follow_up_at = models.DateTimeField(_("follow up"), null=True, blank=True)
    resolution = models.ForeignKey(
        ResolutionCode, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("resolution")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES)
    is_priority_manual = models.BooleanField(_("priority set by hand"), default=False)
    priority_reason = models.CharField(_("why this priority"), max_length=200, blank=True)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=IMPACTS, null=True, blank=True)
    is_impact_given = models.BooleanField(default=False)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=URGENCIES, null=True, blank=True)
    major_state = models.CharField(
        max_length=10, null=True, blank=True, choices=[(CANDIDATE, _("Candidate")), (DECLARED, _("Declared"))]
    )  # null is a state
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("service"))
    other_services: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        Service, through="tickets.AffectedService", related_name="hitting_tickets", verbose_name=_("other services")
    )
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("category"))
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("team"))
    owner_team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_tickets", verbose_name=_("owner team"))
    assignee = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_tickets", verbose_name=_("assignee"))
    reporter = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="reported_tickets", verbose_name=_("reporter"))
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("organisation")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS, default="agent")
    labels = ArrayField(models.CharField(max_length=50), verbose_name=_("labels"), default=list, blank=True)
    is_restricted = models.BooleanField(_("restricted"), default=False)
    # Ids of the people and teams whom somebody let see it while it is restricted, copied from Admission by the action, so that sight needs no join.
    admitted_people = ArrayField(models.BigIntegerField(), null=True, blank=True, editable=False)
    admitted_teams = ArrayField(models.BigIntegerField(), null=True, blank=True, editable=False)
    custom = models.JSONField(default=dict, blank=True)
    reported_at = models.DateTimeField(_("reported"))
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("updated"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    sla_due_at = models.DateTimeField(_("next SLA due"), null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed", verbose_name=_("merged into"))
    version = models.PositiveIntegerField(default=1)
    support_level = models.PositiveSmallIntegerField(_("support level"), choices=SUPPORT_LEVELS, default=1)
    reassignment_count = models.PositiveIntegerField(_("reassignments"), default=0)
    reopen_count = models.PositiveIntegerField(_("reopenings"), default=0)
    escalation_count = models.PositiveIntegerField(_("escalations"), default=0)
    comment_count = models.PositiveIntegerField(default=0)
    attachment_count = models.PositiveIntegerField(default=0)
    watchers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(USER, through="tickets.Watch", related_name="watched_tickets")
    search_public = models.GeneratedField(
        expression=SearchVector("key", "summary", "description", config="english"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "number"], name="ticket_number_once"),
            models.CheckConstraint(condition=Q(priority__range=(1, 5)), name="ticket_priority"),
            models.CheckConstraint(condition=Q(status_category__in=["todo", "progress", "done"]), name="ticket_status_category"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="ticket_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(closed_at__isnull=True) | Q(status_category="done"), name="ticket_closed_is_done"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Carries what sight and the sidebar's figures ask for, so that counting open work never touches the table.
            models.Index(
                fields=["priority", "sla_due_at", "id"],
                name="ticket_open_work",
                condition=OPEN,
                include=[
                    "kind",
                    "is_restricted",
                    "admitted_people",
                    "admitted_teams",
                    "team",
                    "owner_team",
                    "assignee",
                    "reporter",
                    "status",
                    "major_state",
                    "resolution",
                    "hold_reason",
                    "service",
                    "category",
                    "support_level",
                    "created_at",
                    "updated_at",
                ],
            ),  # fmt: skip
            models.Index(fields=["sla_due_at", "id"], name="ticket_open_sla", condition=OPEN),
            models.Index(fields=["assignee", "priority", "sla_due_at", "id"], name="ticket_open_assignee", condition=OPEN),
            models.Index(fields=["team", "priority", "sla_due_at", "id"], name="ticket_open_team", condition=OPEN),
            models.Index(fields=["service", "priority", "id"], name="ticket_open_service", condition=OPEN),
            models.Index(fields=["status", "priority", "id"], name="ticket_open_status", condition=OPEN),
            models.Index(fields=["-updated_at", "-id"], name="ticket_open_updated", condition=OPEN),
            models.Index(fields=["follow_up_at"], name="ticket_follow_up", condition=Q(follow_up_at__isnull=False)),
            models.Index(fields=["id"], name="ticket_open_major", condition=Q(major_state="declared", is_open=True)),
            models.Index(
                fields=["resolved_at"], name="ticket_silent", condition=Q(status_category="done", closed_at__isnull=True, resolution__isnull=False)
            ),
            models.Index(fields=["kind", "-id"], name="ticket_kind_newest"),
            models.Index(fields=["reporter", "-id"], name="ticket_reporter"),
            GinIndex(fields=["search_public"], name="ticket_search_public"),
            GinIndex(OpClass(models.F("summary"), name="gin_trgm_ops"), name="ticket_summary_trigram"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def kind_of(self) -> kinds.Kind:
        """What the registry knows of this kind."""
        return kinds.get(self.kind)

    @cached_property
    def can_reopen(self) -> bool:
        """Whether the workflow leads back to work from here; it is asked of tickets that are closed."""
        return self.status.exits.filter(verb="reopen").exists()

    @property
    def is_clock_paused(self) -> bool:
        """Whether its SLA clocks stand still: it is on hold, for a reason that pauses them."""
        return self.status.is_paused and (self.hold_reason is None or self.hold_reason.pauses_clocks)

    def get_absolute_url(self) -> str:
        return self.kind_of.url(self.key)
