"""What people add to a ticket."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket

USER = settings.AUTH_USER_MODEL
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}


class Comment(models.Model):
    """A text on a ticket: an internal note, which never leaves the desk, or a public reply, which the reporter reads."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="comments")
    body = models.TextField(_("text"))
    is_internal = models.BooleanField(_("internal"))
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    search = models.GeneratedField(expression=SearchVector("body", config="english"), output_field=SearchVectorField(), db_persist=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ticket", "id"], name="comment_ticket"),
            GinIndex(fields=["search"], name="comment_search"),
        ]

    def __str__(self) -> str:
        return self.body[:60]


class CommentRevision(models.Model):
    """What a comment said before it was edited."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("former text of a comment")
        verbose_name_plural = _("former texts of comments")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.body[:60]


class Attachment(models.Model):
    """A file on a ticket. It is only ever downloaded, never shown inline; of a picture a small one is drawn anew.

    content_type: of pictures what stands in the file, of other files what the sender said.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="attachments")
    uploader = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="attachments/%Y/%m/")
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    digest = models.CharField(max_length=64)
    is_internal = models.BooleanField(_("internal"), default=True)
    created_at = models.DateTimeField(_("added"))
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether there can be a small picture of it."""
        return self.content_type in PICTURES


class Watch(models.Model):
    """A person who wants to hear of a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="watches")

    class Meta:
        verbose_name = _("watcher")
        verbose_name_plural = _("watchers")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["ticket", "user"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.user} → {self.ticket}"
