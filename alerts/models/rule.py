"""Rules of an integration."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts import ruling
from alerts.models.integration import Integration


class IntegrationRule(models.Model):
    """What becomes of the events of an integration that fit (ALR-05). Of several that fit one decides: by the order of the actions, then by position.

    reported: what the tool has to report. conditions: see alerts/conditions.py. values: what is written over, texts with places (alerts/templating.py).
    """

    ACTIONS: ClassVar[list[Any]] = [
        (ruling.IGNORE, _("Ignore it")), (ruling.CREATE, _("Create an alert")), (ruling.CLOSE, _("Close the alert")), (ruling.ACKNOWLEDGE, _("Acknowledge the alert")),
        (ruling.NOTE, _("Add a note to the alert")),
    ]  # fmt: skip
    REPORTED: ClassVar[list[Any]] = [(ruling.ANY, _("anything")), (ruling.PROBLEM, _("a problem")), (ruling.RECOVERY, _("a recovery"))]
    journal_type = "integration_rule"

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="rules", verbose_name=_("integration"))
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveIntegerField(_("position"), default=0)
    action = models.CharField(_("action"), max_length=12, choices=ACTIONS)
    reported = models.CharField(_("when the tool reports"), max_length=10, choices=REPORTED, default=ruling.ANY)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("integration rule")
        verbose_name_plural = _("integration rules")
        ordering: ClassVar[list[str]] = ["integration", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(action__in=ruling.ORDER), name="integration_rule_action"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ready(self) -> ruling.Rule:
        """The rule as the decision takes it."""
        return ruling.Rule(self.name, self.action, self.reported, self.conditions, self.values)
