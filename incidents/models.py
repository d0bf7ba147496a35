"""Incidents: an unplanned interruption of a service, or a loss of its quality (ITIL)."""

from typing import Any, ClassVar

from django.conf import settings
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


class SimilarIncident(models.Model):
    """A new incident that reads like an open one of the same service, which was proposed or made its parent (INC-14). Each incident is judged once.

    percent: how alike their summaries are, numbers aside. minutes: how long after the other one it came.
    """

    PROPOSED, LINKED, ACCEPTED, REFUSED, UNDONE = "proposed", "linked", "accepted", "refused", "undone"
    STATES: ClassVar[list[Any]] = [
        (PROPOSED, _("Proposed")), (LINKED, _("Linked by itself")), (ACCEPTED, _("Accepted")), (REFUSED, _("Refused")), (UNDONE, _("Undone")),
    ]  # fmt: skip

    child = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="similar_to")
    parent = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="similar_later")
    percent = models.PositiveSmallIntegerField(_("likeness in percent"))
    minutes = models.PositiveIntegerField(_("minutes after it"))
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("decided by"))
    made_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("similar incident")
        verbose_name_plural = _("similar incidents")

    def __str__(self) -> str:
        return f"{self.child} ~ {self.parent}"
