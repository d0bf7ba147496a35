"""Queues: saved queries with columns and an order."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

QUERY_LENGTH = 4000
DEFAULT_COLUMNS = ("status", "service", "reporter", "assignee", "sla")


def default_columns() -> list[str]:
    """What a new queue shows beside priority, key and summary."""
    return list(DEFAULT_COLUMNS)


class Queue(models.Model):
    """A saved query that people work through (QUE-01). It is personal, of a team, or shared with the whole desk; shipped ones are shared.

    query: text of the query language, which may name an order. is_open_only: done tickets never stand in it, whatever the query says.
    sort: the head of the table it is sorted by, such as "work" or "-updated"; it gives way to an ORDER BY. view: table, split or board.
    """

    PERSONAL, TEAM, SHARED = "personal", "team", "shared"
    VISIBILITIES: ClassVar[list[Any]] = [(PERSONAL, _("Only me")), (TEAM, _("My team")), (SHARED, _("Everybody on the desk"))]
    TABLE, SPLIT, BOARD = "table", "split", "board"
    VIEWS: ClassVar[list[Any]] = [(TABLE, _("Table")), (SPLIT, _("Split")), (BOARD, _("Board"))]
    journal_type = "queue"

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("query"), max_length=QUERY_LENGTH, blank=True)
    is_open_only = models.BooleanField(_("open tickets only"), default=True)
    sort = models.CharField(_("sorted by"), max_length=20, default="work")
    columns = ArrayField(models.CharField(max_length=40), verbose_name=_("columns"), default=default_columns, blank=True)
    view = models.CharField(_("view"), max_length=10, choices=VIEWS, default=TABLE)
    visibility = models.CharField(_("seen by"), max_length=10, choices=VISIBILITIES, default=PERSONAL)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="queues", verbose_name=_("owner")
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="queues", verbose_name=_("team"))
    is_shipped = models.BooleanField(default=False, editable=False)
    is_in_sidebar = models.BooleanField(_("in everybody's sidebar"), default=False)
    position = models.PositiveIntegerField(_("position"), default=1000)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering: ClassVar[list[str]] = ["position", "name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(visibility__in=["personal", "team", "shared"]), name="queue_visibility"),
            models.CheckConstraint(condition=~Q(visibility="team") | Q(team__isnull=False), name="queue_has_team"),
            models.CheckConstraint(condition=~Q(visibility="personal") | Q(owner__isnull=False), name="queue_has_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class QueueStar(models.Model):
    """A queue in a person's sidebar, at a place that he chose; is_hidden takes one away that everybody else has there."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="stars")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queue_stars")
    position = models.PositiveIntegerField(default=1000)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["queue", "user"], name="queue_star_once")]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.user_id}"


class BulkChange(models.Model):
    """One change that a person made on many tickets, kept for a day so that he can undo it.

    parts: for each ticket [id, version after the change, what it had before], in the shape that its field needs.
    """

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=20)
    parts = models.JSONField(default=list)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of many tickets")
        verbose_name_plural = _("changes of many tickets")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["made_at"], name="bulk_change_made")]

    def __str__(self) -> str:
        return f"{self.field} {self.pk}"
