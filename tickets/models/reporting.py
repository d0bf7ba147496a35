"""The reporter's own way to a ticket, without a login."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket

USER = settings.AUTH_USER_MODEL


class ReporterLink(models.Model):
    """A link that was mailed to the reporter of a ticket: it shows the public side of it, and answers once whether it is solved (INC-11).

    entry: the journal entry that it was mailed for, so that a mail which is made twice has one link.
    """

    CONFIRMED, REJECTED = "confirmed", "rejected"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="reporter_links")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    entry = models.BigIntegerField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=10, null=True, choices=[(CONFIRMED, _("Confirmed")), (REJECTED, _("Rejected"))])  # null: not yet
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reporter's link")
        verbose_name_plural = _("reporters' links")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(answer__isnull=True, answered_at__isnull=True) | models.Q(answer__isnull=False, answered_at__isnull=False),
                name="reporter_link_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.user_id}"
