"""What is told to people: notices inside the product, and the outbox, where every message that leaves the house is a row before it is sent."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from notifications import topics
from notifications.models.paging import ContactMethod, Page

USER = settings.AUTH_USER_MODEL


class Message(models.Model):
    """One message to one address on one channel.

    State: queued → sent, or failed (refused for good, or after the last attempt), or withdrawn before it left, or withheld when the installation
    has no such channel. After sent come the receipts: accepted_at (the provider took it), delivered_at, acted_at (the person acted through it).
    page: whose page it belongs to, contact: the contact method it goes to; order: higher goes first when many are due. provider_id: the provider's
    own name of it. bundle: the message that told of this one too. destination: where it was sent (notifications.Destination). The idempotency key
    makes a message that is queued twice one message. subject_type and subject_id: the record it is about, whose messages a mail client shows as one
    conversation. entry: what it tells of. outcome: how it ended, in words.
    """

    QUEUED, SENT, FAILED, WITHHELD, WITHDRAWN = "queued", "sent", "failed", "withheld", "withdrawn"
    EMAIL = "email"
    journal_type = "message"

    channel = models.CharField(max_length=20, default=EMAIL)
    recipient = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="messages")
    address = models.CharField(_("to"), max_length=500)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    html = models.TextField(blank=True, default="")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    is_internal = models.BooleanField(default=False)
    idempotency_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, default=QUEUED)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), db_default=models.functions.Now())
    sent_at = models.DateTimeField(_("sent"), null=True)
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="messages")
    contact = models.ForeignKey(ContactMethod, null=True, on_delete=models.SET_NULL, related_name="messages")
    order = models.SmallIntegerField(default=0)
    bundle = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="bundled")
    destination = models.CharField(max_length=120, blank=True, default="")
    provider_id = models.CharField(max_length=120, blank=True, default="")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    acted_at = models.DateTimeField(_("acted on"), null=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(state__in=["queued", "sent", "failed", "withheld", "withdrawn"]), name="message_state")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-order", "due_at", "id"], name="message_due", condition=models.Q(state="queued")),
            models.Index(fields=["channel", "provider_id"], name="message_provider", condition=~models.Q(provider_id="")),
            models.Index(fields=["channel", "-sent_at"], name="message_of_channel", condition=models.Q(page__isnull=False, sent_at__isnull=False)),
            models.Index(
                fields=["channel", "address", "-sent_at"], name="message_to_address", condition=models.Q(page__isnull=False, sent_at__isnull=False)
            ),
            models.Index(fields=["destination"], name="message_in_hand", condition=models.Q(state="queued", lease_until__isnull=False)),
        ]

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


class Notice(models.Model):
    """What one person is told inside the product about one journal entry, once.

    title: the record, such as "INC-7 Gateway returns 502". text: what happened. quote: the beginning of what was written. is_internal: only who may
    read the record's internal side is shown it. digest_at: when it goes into a digest, empty when it does not or did.
    """

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="notices")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    is_internal = models.BooleanField(default=False)
    title = models.CharField(max_length=280)
    text = models.CharField(max_length=300)
    quote = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    digest_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["entry", "user"], name="notice_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user", "-id"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["subject_type", "subject_id"], name="notice_subject", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["digest_at", "user"], name="notice_digest", condition=models.Q(digest_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.text}"

    @property
    def why(self) -> str:
        """Why this person is told, in words."""
        return str(topics.REASONS.get(self.reason, ""))

    @property
    def icon(self) -> str:
        """The picture of its topic."""
        topic = topics.TOPICS.get(self.topic)
        return topic.icon if topic else "bell"


class Preferences(models.Model):
    """How a person wants to hear of things. ways: topic → way, for the topics where the person differs from the default. digest: how often one comes."""

    user = models.OneToOneField(USER, primary_key=True, on_delete=models.CASCADE, related_name="notification_preferences")
    ways: "models.JSONField[Mapping[str, str], dict[str, str]]" = models.JSONField(default=dict)
    digest = models.CharField(max_length=6, choices=topics.RHYTHMS, default=topics.DAILY)

    class Meta:
        verbose_name = _("notification preferences")
        verbose_name_plural = _("notification preferences")
        constraints: ClassVar[list[Any]] = [models.CheckConstraint(condition=models.Q(digest__in=["hourly", "daily"]), name="preferences_digest")]

    def __str__(self) -> str:
        return str(self.user)

    def way(self, topic: str) -> str:
        """How this topic reaches the person."""
        return self.ways.get(topic) or topics.TOPICS[topic].default
