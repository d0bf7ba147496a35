"""Functional escalation: a ticket goes to a team that knows more (INC-08)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from tickets.models.registers import SUPPORT_LEVELS
from tickets.models.ticket import Ticket

USER = settings.AUTH_USER_MODEL


class Handover(models.Model):
    """One hop of a ticket between teams or levels of support, with what the next one needs to get up to speed.

    held_seconds: how long the former team had it, since the hop before or since the ticket was made.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="handovers")
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    from_team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    from_level = models.PositiveSmallIntegerField(choices=SUPPORT_LEVELS)
    to_level = models.PositiveSmallIntegerField(choices=SUPPORT_LEVELS)
    held_seconds = models.PositiveBigIntegerField(_("held by the former team, seconds"))
    symptom = models.TextField(_("symptom"))
    tried = models.TextField(_("what was tried"))
    evidence = models.TextField(_("evidence"))

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(from_level__range=(1, 3), to_level__range=(1, 3)), name="handover_levels"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} L{self.from_level} → L{self.to_level}"
