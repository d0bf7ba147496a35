"""Files on alerts."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.alert import Alert


class AlertAttachment(models.Model):
    """A file that a client put on an alert. It is only ever downloaded, never shown inline. added_by: as the client says it."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="alerts/%Y/%m/")
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    added_by = models.CharField(_("added by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name
