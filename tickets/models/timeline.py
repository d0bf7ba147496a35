"""What people say about lines of the timeline, which themselves never change."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from tickets.models.ticket import Ticket


class TimelineMark(models.Model):
    """A line of a ticket's timeline that is pinned to the review, or hidden from who may not see hidden ones (INC-22). The line itself stays."""

    PINNED, HIDDEN = "pinned", "hidden"
    MARKS: ClassVar[list[Any]] = [(PINNED, _("Pinned")), (HIDDEN, _("Hidden"))]

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="timeline_marks")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=10, choices=MARKS)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("timeline mark")
        verbose_name_plural = _("timeline marks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["ticket", "entry", "mark"], name="timeline_mark_once"),
            models.CheckConstraint(condition=models.Q(mark__in=["pinned", "hidden"]), name="timeline_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.entry_id}"
