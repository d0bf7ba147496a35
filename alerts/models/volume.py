"""How much each source sends."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration


class Volume(models.Model):
    """What an integration sent within one hour (UTC): requests that the worker finished, and the events that were read in them. Kept up by the intake."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="volumes", verbose_name=_("integration"))
    hour = models.DateTimeField(_("hour"))
    requests = models.PositiveBigIntegerField(_("requests"), default=0)
    events = models.PositiveBigIntegerField(_("events"), default=0)
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("volume")
        verbose_name_plural = _("volumes")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["hour"], name="volume_hour")]
        constraints: ClassVar[list[models.BaseConstraint]] = [models.UniqueConstraint(fields=["integration", "hour"], name="volume_one_an_hour")]

    def __str__(self) -> str:
        return f"{self.integration_id} {self.hour:%Y-%m-%d %H}: {self.requests}"
