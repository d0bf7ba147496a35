"""Silences: quiet for alerts whose labels match, as Alertmanager has them."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration


class Silence(models.Model):
    """Alerts whose labels all matchers fit are kept between two instants, and neither page nor open incidents.

    matchers: [{name, value, isRegex, isEqual}], see alerts/matchers.py. created_by: as the client says it. uid: its id for clients. changed in place only
    while that loses nothing, else it ends and a new one begins. integration: whose alerts only; empty for all.
    """

    journal_type = "silence"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    integration = models.ForeignKey(
        Integration, null=True, blank=True, on_delete=models.CASCADE, related_name="silences", verbose_name=_("integration")
    )
    matchers = models.JSONField(_("matchers"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    created_by = models.CharField(_("by"), max_length=200)
    comment = models.TextField(_("comment"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[Any]] = [models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="silence_in_order")]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["ends_at"], name="silence_ends")]

    def __str__(self) -> str:
        return self.comment


class QuietMark(models.Model):
    """What kept alerts quiet when all open ones were last looked at; one row. While it is the same, only those whose quiet is over are."""

    seen = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("mark of the sweep")
        verbose_name_plural = _("marks of the sweep")

    def __str__(self) -> str:
        return self.seen
