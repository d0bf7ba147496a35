"""What is unusual about a source, and what one must know to say so."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration


class VolumeMark(models.Model):
    """A source sent far more or far less than usual, or nothing, from an hour on (ALR-20). ended_at: when it was as usual again, None while it is not.

    seen: the events of that hour; expected: what is usual. is_told: an alert was opened for it.
    """

    HIGH, LOW, SILENT = "high", "low", "silent"
    SORTS: ClassVar[list[Any]] = [(HIGH, _("More than usual")), (LOW, _("Less than usual")), (SILENT, _("Went silent"))]

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="volume_marks", verbose_name=_("integration"))
    sort = models.CharField(_("what"), max_length=6, choices=SORTS)
    began_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True)
    seen = models.PositiveBigIntegerField(_("events"), default=0)
    expected = models.FloatField(_("usual"), default=0)
    is_told = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("unusual volume")
        verbose_name_plural = _("unusual volumes")
        ordering: ClassVar[list[str]] = ["-began_at", "-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(sort__in=["high", "low", "silent"]), name="volume_mark_sort"),
            models.UniqueConstraint(fields=["integration"], condition=Q(ended_at__isnull=True), name="volume_mark_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.integration}: {self.get_sort_display()}"

    @property
    def alias(self) -> str:
        """Of its alert."""
        return f"volume:{self.integration_id}:{self.pk}"


class WatchedHour(models.Model):
    """How much of an hour (UTC) Evenkeel looked at what came. The rest of it says nothing: it stood still, or was behind."""

    hour = models.DateTimeField(primary_key=True)
    seconds = models.FloatField(default=0)


class VolumeWatch(models.Model):
    """One row: when the watch over volumes looked last, up to which alert it knows the kinds, and since when no source at all sends anything."""

    looked_at = models.DateTimeField()
    alert_id = models.BigIntegerField(default=0)
    nothing_since = models.DateTimeField(null=True)


class KnownKind(models.Model):
    """A kind of alert (alerts/kinds.py) that an integration has sent, and when first and last."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=32)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["integration", "kind"], name="known_kind_once")]
