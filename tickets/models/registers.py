"""What admins keep for the desk: categories, resolution codes, the priority matrix."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from sla.models import Calendar

IMPACTS: list[Any] = [(1, _("Extensive")), (2, _("Significant")), (3, _("Moderate")), (4, _("Minor"))]
URGENCIES: list[Any] = [(1, _("Critical")), (2, _("High")), (3, _("Medium")), (4, _("Low"))]
SUPPORT_LEVELS: list[Any] = [(1, "L1"), (2, "L2"), (3, "L3")]
PRIORITIES: list[Any] = [(1, "P1"), (2, "P2"), (3, "P3"), (4, "P4"), (5, "P5")]


class Category(models.Model):
    """What a ticket is about. Two levels: category and subcategory. A retired one keeps its history and leaves the forms."""

    kind = models.CharField(_("kind of ticket"), max_length=30, default="incident")
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="subcategories", verbose_name=_("category above")
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "parent", "name"], name="category_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.parent.name} / {self.name}" if self.parent else self.name


class ResolutionCode(models.Model):
    """How a ticket ended."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("resolution code")
        verbose_name_plural = _("resolution codes")
        ordering: ClassVar[list[str]] = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class HoldReason(models.Model):
    """Whom or what a ticket on hold waits for (INC-23). It decides whether the SLA clocks pause and whether the reporter's reply ends the wait."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    pauses_clocks = models.BooleanField(_("SLA clocks pause"), default=True)
    ends_on_reply = models.BooleanField(_("the reporter's reply ends the wait"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("on-hold reason")
        verbose_name_plural = _("on-hold reasons")
        ordering: ClassVar[list[str]] = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class PriorityCell(models.Model):
    """One cell of the priority matrix: impact and urgency give a priority."""

    journal_type = "priority_matrix"

    impact = models.PositiveSmallIntegerField(_("impact"), choices=IMPACTS)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=URGENCIES)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES)

    class Meta:
        verbose_name = _("cell of the priority matrix")
        verbose_name_plural = _("priority matrix")
        ordering: ClassVar[list[str]] = ["impact", "urgency"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["impact", "urgency"], name="priority_cell_once"),
            models.CheckConstraint(
                condition=models.Q(impact__range=(1, 4), urgency__range=(1, 4), priority__range=(1, 5)), name="priority_cell_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_impact_display()} × {self.get_urgency_display()} = P{self.priority}"


class PriorityModifier(models.Model):
    """A rule that raises or lowers the priority that the matrix gives, and is named in the explanation (PRI-07).

    levels: how far up (2 makes a P4 a P2), negative for down. It applies when all that it names is true: the reporter is a VIP, the service
    is of this tier or a more important one, the ticket was reported inside or outside the hours of a calendar.
    """

    INSIDE, OUTSIDE = "inside", "outside"
    HOURS: ClassVar[list[Any]] = [("", _("At any time")), (INSIDE, _("Inside the calendar's hours")), (OUTSIDE, _("Outside the calendar's hours"))]

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind of ticket"), max_length=30, default="incident")
    levels = models.SmallIntegerField(_("levels"), default=1, help_text=_("1 to 4 raise, −1 to −4 lower"))
    is_for_vip = models.BooleanField(_("only for VIP reporters"), default=False)
    tier = models.PositiveSmallIntegerField(_("tier up to"), null=True, blank=True, help_text=_("1 means Tier 1 only; empty means any service"))
    hours = models.CharField(_("reported"), max_length=10, choices=HOURS, blank=True)
    calendar = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("calendar"))
    is_enabled = models.BooleanField(_("in force"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("priority rule")
        verbose_name_plural = _("priority rules")
        ordering: ClassVar[list[str]] = ["position", "name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(levels__range=(-4, 4)) & ~models.Q(levels=0),
                name="priority_modifier_levels",
                violation_error_message=_("Choose 1 to 4 levels up, or −1 to −4 down."),
            ),
            models.CheckConstraint(
                condition=models.Q(hours="") | models.Q(calendar__isnull=False),
                name="priority_modifier_calendar",
                violation_error_message=_("Choose the calendar whose hours count."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AssignmentRule(models.Model):
    """How a team's new tickets find somebody: a strategy of tickets.assigning. People who are away are left out."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="assignment_rule", verbose_name=_("team"))
    strategy = models.CharField(_("strategy"), max_length=30, default="round_robin")
    is_enabled = models.BooleanField(_("in force"), default=True)
    last_assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+", verbose_name=_("last chosen")
    )

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering: ClassVar[list[str]] = ["team"]

    def __str__(self) -> str:
        return f"{self.team}: {self.strategy}"
