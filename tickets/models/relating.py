"""What ties a ticket to others, and the small steps inside it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from services.models import Service
from tickets import relations
from tickets.models.ticket import Ticket

USER = settings.AUTH_USER_MODEL


class Link(models.Model):
    """A typed relation between two tickets, stored once in the direction of its name and read from both ends."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_in")
    relation = models.CharField(_("relation"), max_length=12, choices=[(relation.name, relation.label) for relation in relations.ALL])
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "target", "relation"], name="link_once"),
            models.UniqueConstraint(Least("source", "target"), Greatest("source", "target"), "relation", name="link_one_way"),
            models.UniqueConstraint(fields=["target"], condition=models.Q(relation="parent"), name="link_one_parent"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="link_not_self"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.get_relation_display()} {self.target}"


class Admission(models.Model):
    """Somebody, or a team, whom a person let see a restricted ticket (INC-28). It counts while the ticket is restricted."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="admissions")
    user = models.ForeignKey(USER, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("team"))
    added_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["ticket", "user"], condition=models.Q(user__isnull=False), name="admission_person_once"),
            models.UniqueConstraint(fields=["ticket", "team"], condition=models.Q(team__isnull=False), name="admission_team_once"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, team__isnull=True) | models.Q(user__isnull=True, team__isnull=False), name="admission_of_one"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.team)


class AffectedService(models.Model):
    """A service that a ticket hits beside its primary one, which stands in the ticket itself because lists sort by it (INC-04)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="hits")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="hits")

    class Meta:
        verbose_name = _("affected service")
        verbose_name_plural = _("affected services")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["ticket", "service"], name="affected_service_once")]

    def __str__(self) -> str:
        return f"{self.ticket} → {self.service}"


class Task(models.Model):
    """A step of the work on a ticket. While a mandatory one is open the ticket cannot be resolved (INC-26).

    after: another task of the same ticket that has to be done first.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(_("what is to be done"), max_length=250)
    owner = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("owner"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))
    is_mandatory = models.BooleanField(_("mandatory"), default=False)
    after = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="followers", verbose_name=_("after"))
    created_at = models.DateTimeField(_("created"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~models.Q(after=models.F("id")), name="task_not_after_itself"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ticket", "position", "id"], name="task_order"),
            models.Index(fields=["owner", "due_on"], name="task_open_owner", condition=models.Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        """The step was taken."""
        return self.done_at is not None
