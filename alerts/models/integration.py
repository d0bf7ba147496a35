"""Where alerts come from."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import IntegrationKey, Team
from alerts import adapters
from services.models import Service
from tickets.models.registers import PRIORITIES


class Integration(models.Model):
    """A source of alerts: its key in the webhook URL, how its payloads are read, and which of its alerts open an incident.

    signing_cipher: the secret by which its tool signs, encrypted; empty when signatures are not asked for. former_…: the one before it, good for a while.
    """

    TIERS: ClassVar[list[Any]] = [(1, _("Tier 1")), (2, _("Tier 1 or 2")), (3, _("Tier 1 to 3")), (4, _("Any known service"))]
    OWN, ALL = "own", "all"
    REACHES: ClassVar[list[Any]] = [(OWN, _("The alerts that came through it")), (ALL, _("Every alert"))]
    journal_type = "integration"

    name = models.CharField(_("name"), max_length=120, unique=True)
    adapter = models.CharField(_("adapter"), max_length=30, choices=adapters.choices, default="alertmanager")
    key = models.OneToOneField(IntegrationKey, on_delete=models.PROTECT, related_name="integration", editable=False, verbose_name=_("key"))
    is_enabled = models.BooleanField(_("enabled"), default=True, help_text=_("Switched off, its key is refused with 401"))
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="integrations", verbose_name=_("service"),
        help_text=_("For alerts that name no service"),
    )  # fmt: skip
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="integrations",
        verbose_name=_("team"),
        help_text=_("For incidents without a service"),
    )
    mapping = models.JSONField(
        _("mapping"), default=dict, blank=True, help_text=_("Generic JSON: field → JMESPath, such as {“message”: “check.name”, “alias”: “check.id”}")
    )
    priority_map = models.JSONField(
        _("priority map"),
        default=dict,
        blank=True,
        help_text=_("Further words of this tool, such as {“disaster”: “P1”}; they win over the built-in table"),
    )
    incident_from_priority = models.PositiveSmallIntegerField(
        _("incidents from priority"), choices=PRIORITIES, null=True, blank=True, default=1, help_text=_("Empty: its alerts open no incidents")
    )
    incident_from_tier = models.PositiveSmallIntegerField(
        _("incidents from tier"), choices=TIERS, null=True, blank=True, default=2, help_text=_("Empty: also for alerts whose service is unknown")
    )
    reach = models.CharField(
        _("its key reads and changes"), max_length=5, choices=REACHES, default=OWN, db_default=OWN,
        help_text=_("Through the APIs of Opsgenie, PagerDuty and Alertmanager"),
    )  # fmt: skip
    flapping_changes = models.PositiveSmallIntegerField(
        _("flapping from changes"), default=6, db_default=6,
        help_text=_("An alert that opens and closes so often within the minutes below stays one quiet alert until it settles; 0 for never"),
    )  # fmt: skip
    flapping_minutes = models.PositiveSmallIntegerField(
        _("within minutes"), default=10, db_default=10, help_text=_("As long without a change ends it")
    )
    stale_hours = models.PositiveSmallIntegerField(
        _("too old to page after hours"), default=24, db_default=24,
        help_text=_("A new alert that began longer ago, such as of a backlog that is sent again, is kept quiet; 0 for never"),
    )  # fmt: skip
    signing_cipher = models.TextField(blank=True, default="", db_default="", editable=False)
    former_signing_cipher = models.TextField(blank=True, default="", db_default="", editable=False)
    former_signing_until = models.DateTimeField(_("former secret valid until"), null=True, editable=False)
    former_signing_used_at = models.DateTimeField(_("former secret last used"), null=True, editable=False)
    unsigned_at = models.DateTimeField(_("last refused for its signature"), null=True, editable=False)
    alerts_silence = models.BooleanField(
        _("alert when it goes silent"), default=False, db_default=False, help_text=_("Its team gets it; it closes when something comes")
    )
    alerts_volume = models.BooleanField(
        _("alert when it sends unusually much or little"),
        default=False,
        db_default=False,
        help_text=_("Its team gets it; it closes when that is over"),
    )
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def webhook_url(self) -> str:
        """What the monitoring tool is given."""
        return f"{settings.EVENKEEL_BASE_URL}/ingest/{self.key.reveal()}"
