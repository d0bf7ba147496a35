"""Topics that ask whether they may send."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration


class Subscription(models.Model):
    """Somebody subscribed an integration's address to a topic of Amazon SNS, and Amazon asks whether that is wanted.

    Status: pending → confirmed, or refused with the reason: the message is not Amazon's, or Amazon did not answer for half a day.
    """

    PENDING, CONFIRMED, REFUSED = "pending", "confirmed", "refused"
    STATUSES: ClassVar[list[Any]] = [(PENDING, _("Pending")), (CONFIRMED, _("Confirmed")), (REFUSED, _("Refused"))]

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("integration"))
    topic = models.CharField(_("topic"), max_length=300)
    message_id = models.CharField(_("message"), max_length=100)
    message = models.JSONField(_("message"))
    status = models.CharField(_("status"), max_length=10, choices=STATUSES, default=PENDING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["integration", "message_id"], name="subscription_once"),
            models.CheckConstraint(condition=models.Q(status__in=["pending", "confirmed", "refused"]), name="subscription_status"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="subscription_due", condition=models.Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_status_display()}" + (f" ({self.reason})" if self.reason else "")
