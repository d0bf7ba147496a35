"""The ledger's tables: entries that nobody changes, and deliveries that workers claim."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journal import catalogue


class Entry(models.Model):
    """One thing that happened to one record. Append-only: the database refuses to change or delete it."""

    event = models.CharField(_("event"), max_length=80)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="entry_subject"),
            models.Index(fields=["event", "-id"], name="entry_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_type}:{self.subject_id}"

    @property
    def meaning(self) -> catalogue.Event:
        """The catalogue's description of this event."""
        return catalogue.get(self.event)

    @property
    def sentence(self) -> str:
        """What a timeline shows; what came from outside carries the name that it gave, and the system acts under the product's name."""
        return self.meaning.read(str(self.actor) if self.actor_id else self.data.get("hand") or "Evenkeel", self.data)


class Delivery(models.Model):
    """One entry that one handler still has to hear of, or has heard."""

    PENDING, DONE, DEAD = "pending", "done", "dead"

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["entry", "handler"], name="delivery_once"),
            models.CheckConstraint(condition=models.Q(state__in=["pending", "done", "dead"]), name="delivery_state"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=models.Q(state="pending")),
            models.Index(fields=["id"], name="delivery_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.handler} ← {self.entry_id}"
