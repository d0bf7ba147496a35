"""A running escalation: a row with a due time, so that nothing that restarts can lose it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from oncall.models.policies import EscalationPolicy


class Escalation(models.Model):
    """One run of a policy for one subject, such as an alert or an incident, from its start until somebody answers.

    snapshot: the policy as it was at the start (steps, repeats), so that an edit in mid-run changes nothing and a removal blocks nothing (RELIABILITY B8).
    facts: what step conditions read: priority, tier, title, url, service. State: running, acknowledged (only steps that wait for closing go on), stopped,
    exhausted (all steps and repeats are done). next_step_at: when the next step is due, empty when none is. step: how many steps were done in this
    round. snoozed_until: nobody is paged before. remind_at: when who acknowledged it is asked whether he still has it; unack_at: when paging begins anew.
    """

    RUNNING, ACKNOWLEDGED, STOPPED, EXHAUSTED = "running", "acknowledged", "stopped", "exhausted"
    journal_type = "escalation"

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    policy = models.ForeignKey(EscalationPolicy, null=True, on_delete=models.SET_NULL, related_name="runs", verbose_name=_("policy"))
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("team"))
    snapshot = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=12, default=RUNNING)
    step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=0)
    round_started_at = models.DateTimeField()
    next_step_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(_("started"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    remind_at = models.DateTimeField(null=True)
    unack_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=["running", "acknowledged", "stopped", "exhausted"]), name="escalation_state"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "policy"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="escalation_one_run_per_policy",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_step_at", "id"], name="escalation_due", condition=Q(next_step_at__isnull=False)),
            models.Index(fields=["remind_at"], name="escalation_remind", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["unack_at"], name="escalation_unack", condition=Q(unack_at__isnull=False)),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="escalation_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} for {self.subject_type} {self.subject_id}"
