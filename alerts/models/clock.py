"""The clocks of sources."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration


class SourceClock(models.Model):
    """What an integration's new alerts of one hour said about its clock (RELIABILITY A14). Kept for a week.

    samples: seconds between the time that a firing carries and when it came, of the last sixty. stale: how many came too late to page anybody (A13).
    """

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="clocks", verbose_name=_("integration"))
    hour = models.DateTimeField(_("hour"), db_index=True)
    samples = ArrayField(models.IntegerField(), verbose_name=_("seconds behind"), default=list)
    stale = models.PositiveBigIntegerField(_("stale"), default=0)

    class Meta:
        verbose_name = _("clock of a source")
        verbose_name_plural = _("clocks of sources")
        constraints: ClassVar[list[models.BaseConstraint]] = [models.UniqueConstraint(fields=["integration", "hour"], name="clock_one_an_hour")]

    def __str__(self) -> str:
        return f"{self.integration_id} {self.hour:%Y-%m-%d %H}"
