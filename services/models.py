"""What the company runs for its users, how much it matters and who answers for it."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from common import links
from oncall.models import EscalationPolicy


class Tier(models.Model):
    """How critical a service is: 1 hits customers or revenue at once, 4 has no significant effect (TAXONOMY section 7)."""

    IMPACTS: ClassVar[list[Any]] = [(1, _("Extensive")), (2, _("Significant")), (3, _("Moderate")), (4, _("Minor"))]
    LEVELS: ClassVar[list[Any]] = [(1, "1"), (2, "2"), (3, "3"), (4, "4")]

    level = models.PositiveSmallIntegerField(_("level"), primary_key=True, choices=LEVELS)
    name = models.CharField(_("name"), max_length=40)
    meaning = models.CharField(_("meaning"), max_length=200)
    default_impact = models.PositiveSmallIntegerField(_("default impact"), choices=IMPACTS)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering: ClassVar[list[str]] = ["level"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(level__range=(1, 4)), name="tier_level"),
            models.CheckConstraint(condition=models.Q(default_impact__range=(1, 4)), name="tier_default_impact"),
        ]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """A service in the sense of ITIL: owned by a team, of a tier, known to monitoring by its name, short name or an alias.

    down_since, down_until: somebody declared that it is down, for so long; meanwhile alerts of services that need it wait.
    """

    NOTHING, COMMENT, MONITORING, RESOLVE = "nothing", "comment", "monitoring", "resolve"
    ENDINGS: ClassVar[list[Any]] = [
        (NOTHING, _("Nothing")), (COMMENT, _("An internal note on it")), (MONITORING, _("It goes to Monitoring")), (RESOLVE, _("It is resolved")),
    ]  # fmt: skip
    LEAVE, PROPOSE, LINK = "leave", "propose", "link"
    LIKENESSES: ClassVar[list[Any]] = [
        (LEAVE, _("Leave them apart")), (PROPOSE, _("Propose the open one as parent")), (LINK, _("Link them under the open one")),
    ]  # fmt: skip
    journal_type = "service"

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="services", verbose_name=_("tier"))
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="owned_services", verbose_name=_("owner team"))
    aliases = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("aliases"),
        default=list,
        blank=True,
        help_text=_("Other names in alerts, separated by commas"),
    )
    repository_url = models.URLField(_("repository"), blank=True)
    runbook_url = models.URLField(_("runbook"), blank=True)
    escalation_policy = models.ForeignKey(
        EscalationPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="services", verbose_name=_("escalation policy"),
        help_text=_("Who is paged; empty for the routing rules of the owner team"),
    )  # fmt: skip
    when_alerts_close = models.CharField(
        _("when the last alert of an incident closes"), max_length=12, choices=ENDINGS, default=NOTHING, db_default=NOTHING,
        help_text=_("What its workflow does not allow at that moment is left undone, with a note that says why"),
    )  # fmt: skip
    closes_alerts = models.BooleanField(_("an incident that ends closes its alerts"), default=True, db_default=True)
    similar_incidents = models.CharField(
        _("similar incidents"), max_length=8, choices=LIKENESSES, default=PROPOSE, db_default=PROPOSE,
        help_text=_("A new incident whose summary is like that of an open one of the last two hours"),
    )  # fmt: skip
    holds_dependents = models.BooleanField(
        _("while it is down, alerts of services that need it wait"), default=False, db_default=False,
        help_text=_("Down: it has an open alert P1 or P2. What is more urgent than that alert does not wait"),
    )  # fmt: skip
    down_since = models.DateTimeField(_("declared down"), null=True, editable=False)
    down_until = models.DateTimeField(_("declared down until"), null=True, editable=False)
    down_note = models.CharField(_("why it is declared down"), max_length=200, blank=True, default="", db_default="", editable=False)
    responders = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="responds_for", verbose_name=_("responders"))
    responder_teams = models.ManyToManyField(Team, blank=True, related_name="responds_for", verbose_name=_("responder teams"))
    stakeholders = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="stakeholder_of", verbose_name=_("stakeholders"))
    change_approvers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="approves_for", verbose_name=_("change approvers"))
    dependencies = models.ManyToManyField(
        "self",
        through="Dependency",
        through_fields=("service", "needs"),
        symmetrical=False,
        related_name="dependents",
        verbose_name=_("dependencies"),
    )
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering: ClassVar[list[str]] = ["name"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(Lower("name"), name="service_name_lower"),
            GinIndex(OpClass(models.F("name"), name="gin_trgm_ops"), name="service_name_trigram"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return links.to("services:detail", self.slug)

    def is_declared_down(self, at: datetime) -> bool:
        """Whether somebody's word that it is down holds at an instant."""
        return self.down_until is not None and self.down_until > at


class Dependency(models.Model):
    """`service` needs `needs` to work. The graph has no cycles: actions.add_dependency sees to it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needs_links", verbose_name=_("service"))
    needs = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needed_by_links", verbose_name=_("needs"))

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["service", "needs"], name="dependency_once"),
            models.CheckConstraint(condition=~models.Q(service=models.F("needs")), name="dependency_not_self"),
        ]

    def __str__(self) -> str:
        return f"{self.service} → {self.needs}"
