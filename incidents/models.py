"""Incidents: an unplanned interruption of a service, or a loss of its quality (ITIL)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket


class Incident(Ticket):
    """A ticket that restores a service. Its own columns are the instants that only its page and its metrics read (INC-12)."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_incident")
    impact_started_at = models.DateTimeField(_("impact started"), null=True, blank=True)
    detected_at = models.DateTimeField(_("detected"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    mitigated_at = models.DateTimeField(_("mitigated"), null=True, blank=True)
    recovered_at = models.DateTimeField(_("recovered"), null=True, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")

    def __str__(self) -> str:
        return self.key
