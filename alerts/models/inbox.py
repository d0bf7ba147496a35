"""What the door accepted."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InboxRow(models.Model):
    """One accepted request, as the bytes came. The table is partitioned by the day of `received_at`; migrations make it by hand.
    The sequence makes `id` unique over all days; the table's own key has the day in front, as partitioning asks.

    State: pending → done, or quarantined when it could not be read, with the reason. operation: ingest, or what of another product's API was called.
    request_id: by which its outcome can be asked. context: what of the address and headers matters.
    """

    PENDING, DONE, QUARANTINED = "pending", "done", "quarantined"

    id = models.BigIntegerField(_("number"), primary_key=True)
    received_at = models.DateTimeField(_("received"))
    integration = models.ForeignKey(
        Integration, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("integration")
    )
    body = models.BinaryField(_("body"))
    state = models.CharField(_("state"), max_length=12, default=PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    reason = models.TextField(_("reason"), blank=True)
    outcome = models.JSONField(_("outcome"), null=True)
    processed_at = models.DateTimeField(_("processed"), null=True)
    request_id = models.UUIDField(_("request"), null=True)
    operation = models.TextField(_("operation"), default="ingest")
    context = models.JSONField(_("context"), null=True)

    class Meta:
        managed = False
        db_table = "alerts_inbox"
        verbose_name = _("accepted payload")
        verbose_name_plural = _("accepted payloads")
        ordering: ClassVar[list[str]] = ["-received_at", "-id"]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S} {self.state}"

    @property
    def stamp(self) -> int:
        """Microseconds since 1970: with its number the address of a body, by which the database finds its day."""
        return (self.received_at - EPOCH) // timedelta(microseconds=1)
