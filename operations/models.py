"""How the pager watches itself: what the auditor found, minute by minute, and how long synthetic pages took."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket


class Audit(models.Model):
    """One run of the auditor. findings: name of a check → how many rows were wrong; empty when all was well. repaired: how many of them it mended.

    ticket: the internal incident of what it found. is_told: the outside dead-man's switch was pinged, which happens only when all was well.
    """

    at = models.DateTimeField(_("at"))
    seconds = models.FloatField(_("took"), default=0.0)
    findings = models.JSONField(_("found"), default=dict)
    repaired = models.PositiveIntegerField(_("repaired"), default=0)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("incident"))
    is_told = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("audit of the pager")
        verbose_name_plural = _("audits of the pager")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Probe(models.Model):
    """A synthetic page: an escalation of its own, a step, a message through the outbox. arrived_at: when the last of it was done."""

    started_at = models.DateTimeField(_("started"))
    arrived_at = models.DateTimeField(_("arrived"), null=True)

    class Meta:
        verbose_name = _("synthetic page")
        verbose_name_plural = _("synthetic pages")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["-started_at"], name="probe_newest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None when it did not arrive."""
        return (self.arrived_at - self.started_at).total_seconds() if self.arrived_at else None
