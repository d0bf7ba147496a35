"""Changes that other tools tell of: context for whoever looks at an alert."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration
from services.models import Service


class ChangeEvent(models.Model):
    """A deployment or another change, as PagerDuty's clients send it. It pages nobody. request_id: the request that told of it, which makes it one."""

    request_id = models.UUIDField(unique=True, editable=False)
    integration = models.ForeignKey(Integration, null=True, on_delete=models.SET_NULL, related_name="changes", verbose_name=_("integration"))
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="change_events", verbose_name=_("service"))
    summary = models.CharField(_("summary"), max_length=1024)
    source = models.CharField(_("source"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("change event")
        verbose_name_plural = _("change events")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["service", "-at"], name="change_event_of_service")]

    def __str__(self) -> str:
        return self.summary
