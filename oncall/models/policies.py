"""Escalation policies and the rules that route to them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from oncall.models.schedules import Schedule

MOST_REPEATS = 20  # Opsgenie's limit (TAXONOMY section 11)


class EscalationPolicy(models.Model):
    """Who is paged, in which order, until somebody answers. A policy in use is archived instead of deleted.

    repeat_count: how often the steps start again, `repeat_after` minutes after the last one. closes_after_repeats: then the subject is closed.
    """

    journal_type = "escalation_policy"

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="escalation_policies", verbose_name=_("team"))
    description = models.CharField(_("description"), max_length=300, blank=True)
    repeat_count = models.PositiveSmallIntegerField(_("repeats"), default=0)
    repeat_after = models.PositiveSmallIntegerField(_("minutes before a repeat"), default=10)
    is_closing = models.BooleanField(_("close after the last repeat"), default=False)
    is_reopening = models.BooleanField(_("a repeat sets it back to open"), default=False)
    remind_after = models.PositiveSmallIntegerField(
        _("ask after acknowledging, minutes"),
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text=_("Asks whether the person still has it; 0 never asks."),
    )
    unack_after = models.PositiveSmallIntegerField(
        _("page anew without an answer, minutes"), default=0, validators=[MaxValueValidator(1440)],
        help_text=_("Takes the acknowledgement back so long after the question, or after acknowledging when nobody is asked; 0 never does."),
    )  # fmt: skip
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("escalation policy")
        verbose_name_plural = _("escalation policies")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(repeat_count__range=(0, MOST_REPEATS)), name="policy_repeats"),
            models.CheckConstraint(condition=Q(repeat_after__range=(1, 1440)), name="policy_repeat_after"),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationStep(models.Model):
    """A step of a policy: so many minutes after the start, if the condition still holds, page the target.

    Steps with the same delay go together. priorities, tiers: only for these, empty for all. from_at, until_at: only between these times of day on the
    wall of the policy's first schedule, or UTC. above_alerts within above_minutes: only when the subject's service has more alerts than that.
    is_round_robin: one member of the target at a time, taking turns from run to run.
    """

    NOT_ACKED, NOT_CLOSED = "not_acked", "not_closed"
    CONDITIONS: ClassVar[list[Any]] = [(NOT_ACKED, _("nobody has acknowledged it")), (NOT_CLOSED, _("it is not closed"))]
    USER, MEMBERS, ADMINS, RANDOM = "user", "team_members", "team_admins", "team_random"
    CURRENT, NEXT, PREVIOUS, POLICY, WEBHOOK, CHANNEL = "schedule", "schedule_next", "schedule_previous", "policy", "webhook", "channel"
    TARGETS: ClassVar[list[Any]] = [
        (CURRENT, _("who is on call in a schedule")), (NEXT, _("who is on call next in a schedule")), (PREVIOUS, _("who was on call before in a schedule")),
        (USER, _("a person")), (MEMBERS, _("all members of a team")), (ADMINS, _("the leads of a team")), (RANDOM, _("one member of a team, at random")),
        (POLICY, _("another policy")), (WEBHOOK, _("a webhook")), (CHANNEL, _("a chat channel")),
    ]  # fmt: skip

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps", verbose_name=_("policy"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    delay_minutes = models.PositiveSmallIntegerField(_("minutes after the start"), default=0)
    condition = models.CharField(_("if"), max_length=10, choices=CONDITIONS, default=NOT_ACKED)
    target = models.CharField(_("page"), max_length=18, choices=TARGETS, default=CURRENT)
    schedule = models.ForeignKey(Schedule, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("schedule"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("team"))
    next_policy = models.ForeignKey(EscalationPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("policy"))
    url = models.URLField(_("address"), blank=True)
    priorities = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("only priorities"), default=list, blank=True)
    tiers = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("only tiers"), default=list, blank=True)
    from_at = models.TimeField(_("only from"), null=True, blank=True)
    until_at = models.TimeField(_("only until"), null=True, blank=True)
    above_alerts = models.PositiveIntegerField(_("only above so many alerts"), null=True, blank=True)
    above_minutes = models.PositiveSmallIntegerField(_("in so many minutes"), default=5)
    is_round_robin = models.BooleanField(_("take turns"), default=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering: ClassVar[list[str]] = ["delay_minutes", "position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(delay_minutes__lte=10_080), name="step_delay"),
            models.CheckConstraint(
                condition=(
                    Q(target__in=["schedule", "schedule_next", "schedule_previous"], schedule__isnull=False)
                    | Q(target="user", user__isnull=False)
                    | Q(target__in=["team_members", "team_admins", "team_random"], team__isnull=False)
                    | Q(target="policy", next_policy__isnull=False)
                    | Q(target__in=["webhook", "channel"]) & ~Q(url="")
                ),
                name="step_has_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delay_minutes} min: {self.get_target_display()}"


class RoutingRule(models.Model):
    """Where a team's alerts and incidents go: the first rule that fits decides; a rule with neither policy nor schedule pages no one (ALR-13).

    priorities, tiers: only these, empty for all. words: the subject's text contains one of them. tags: it carries one of them. Weekdays and times are
    of the rule's zone.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="routing_rules", verbose_name=_("team"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=100)
    priorities = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("only priorities"), default=list, blank=True)
    tiers = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("only tiers"), default=list, blank=True)
    words = ArrayField(models.CharField(max_length=100), verbose_name=_("text contains"), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True)
    from_at = models.TimeField(_("from"), null=True, blank=True)
    until_at = models.TimeField(_("until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    policy = models.ForeignKey(
        EscalationPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("escalation policy")
    )
    schedule = models.ForeignKey(Schedule, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("schedule"))

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering: ClassVar[list[str]] = ["team", "position", "id"]
        constraints: ClassVar[list[Any]] = [models.CheckConstraint(condition=Q(policy__isnull=True) | Q(schedule__isnull=True), name="route_to_one")]

    def __str__(self) -> str:
        return self.name
