"""The outbox: every message that leaves the house is a row before it is sent."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message to one address on one channel.

    State: queued → sent, or failed after the last attempt, or withheld when the installation has no such channel.
    The idempotency key makes a message that is queued twice one message.
    """

    QUEUED, SENT, FAILED, WITHHELD = "queued", "sent", "failed", "withheld"
    EMAIL = "email"
    journal_type = "message"

    channel = models.CharField(max_length=20, default=EMAIL)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="messages")
    address = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    idempotency_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, default=QUEUED)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), db_default=models.functions.Now())
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(state__in=["queued", "sent", "failed", "withheld"]), name="message_state")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due_at", "id"], name="message_due", condition=models.Q(state="queued"))]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"


class Attempt(models.Model):
    """One try to send a message, with what the other side said."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("at"))
    is_accepted = models.BooleanField(_("accepted"))
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.answer or ("accepted" if self.is_accepted else "refused")
