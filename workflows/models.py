"""Workflows as data: which statuses a kind of ticket has and which moves lead from one to another."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Workflow(models.Model):
    """The life of one kind of ticket. One workflow per kind is in force."""

    kind = models.CharField(_("kind of ticket"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("in force"), default=False)

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind"], condition=models.Q(is_default=True), name="workflow_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


class Status(models.Model):
    """A station of a workflow. Its category says whether work is still to do, in progress or done."""

    TODO, PROGRESS, DONE = "todo", "progress", "done"
    CATEGORIES: ClassVar[list[Any]] = [(TODO, _("To do")), (PROGRESS, _("In progress")), (DONE, _("Done"))]
    TONES: ClassVar[list[Any]] = [("", _("Grey")), ("progress", _("Blue")), ("wait", _("Violet")), ("done", _("Green")), ("line", _("Outlined"))]

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="statuses")
    key = models.SlugField(_("key"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    category = models.CharField(_("category"), max_length=10, choices=CATEGORIES)
    tone = models.CharField(_("colour"), max_length=10, choices=TONES, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_initial = models.BooleanField(_("new tickets start here"), default=False)
    is_paused = models.BooleanField(_("SLA clocks pause here"), default=False)

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering: ClassVar[list[str]] = ["workflow", "position"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["workflow", "key"], name="status_key_once"),
            models.UniqueConstraint(fields=["workflow"], condition=models.Q(is_initial=True), name="status_one_initial"),
            models.CheckConstraint(condition=models.Q(category__in=["todo", "progress", "done"]), name="status_category"),
        ]

    def __str__(self) -> str:
        return self.name


class Transition(models.Model):
    """A move from one status to another under a verb (resolve, close, hold ...).

    right: what the actor needs, without the kind in front ("resolve" asks for incident.resolve).
    required: columns of the ticket that must be filled to move ("resolution", "category").
    """

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="transitions")
    verb = models.SlugField(_("verb"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    source = models.ForeignKey(Status, on_delete=models.CASCADE, related_name="exits", verbose_name=_("from"))
    target = models.ForeignKey(Status, on_delete=models.CASCADE, related_name="entrances", verbose_name=_("to"))
    right = models.CharField(_("right"), max_length=40, default="progress")
    required = ArrayField(models.CharField(max_length=40), verbose_name=_("required fields"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering: ClassVar[list[str]] = ["workflow", "source", "position"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["source", "target"], name="transition_once")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
