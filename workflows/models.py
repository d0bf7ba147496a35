"""Workflows as data: which statuses a kind of ticket has and which moves lead from one to another."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Workflow(models.Model):
    """The life of one kind of ticket. One workflow per kind is in force; an admin edits a draft of it and publishes that.

    version: how often it was published. draft_of: the workflow that a draft will change; empty for the one in force.
    """

    journal_type = "workflow"

    kind = models.CharField(_("kind of ticket"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("in force"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    draft_of = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="draft", verbose_name=_("draft of"))

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind"], condition=models.Q(is_default=True), name="workflow_one_default"),
            models.CheckConstraint(condition=models.Q(draft_of__isnull=True) | models.Q(is_default=False), name="workflow_draft_not_in_force"),
        ]

    def __str__(self) -> str:
        if self.is_draft:
            return _("%(name)s, draft of version %(number)d") % {"name": self.name, "number": self.version + 1}
        return self.name

    @property
    def is_draft(self) -> bool:
        """It waits to be published."""
        return self.draft_of_id is not None


class WorkflowVersion(models.Model):
    """A workflow as it was published: what was in force from then on, who published it and why."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    plan = models.JSONField(_("plan"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("published by"))

    class Meta:
        verbose_name = _("version of a workflow")
        verbose_name_plural = _("versions of workflows")
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["workflow", "number"], name="workflow_version_once")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.number}"


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
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

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
    required: columns of the ticket that must be filled to move ("resolution", "category"), and custom fields ("custom.region").
    asked: further ones on its form, which may stay empty (FRM-02).
    conditions, validators, effects: names of rules (workflows.rules): who may move it, what must be true, what happens with it.
    triggers: what makes this move by itself: "reply" (the reporter answers), "follow_up" (the follow-up date has come).
    """

    REPLY, FOLLOW_UP = "reply", "follow_up"
    TRIGGERS: ClassVar[list[Any]] = [(REPLY, _("The reporter answers")), (FOLLOW_UP, _("The follow-up date has come"))]

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="transitions")
    verb = models.SlugField(_("verb"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    source = models.ForeignKey(Status, on_delete=models.CASCADE, related_name="exits", verbose_name=_("from"))
    target = models.ForeignKey(Status, on_delete=models.CASCADE, related_name="entrances", verbose_name=_("to"))
    right = models.CharField(_("right"), max_length=40, default="progress")
    required = ArrayField(models.CharField(max_length=60), verbose_name=_("required fields"), default=list, blank=True)
    asked = ArrayField(models.CharField(max_length=60), verbose_name=_("optional fields"), default=list, blank=True)
    conditions = ArrayField(models.CharField(max_length=40), verbose_name=_("conditions"), default=list, blank=True)
    validators = ArrayField(models.CharField(max_length=40), verbose_name=_("validators"), default=list, blank=True)
    effects = ArrayField(models.CharField(max_length=40), verbose_name=_("post-actions"), default=list, blank=True)
    triggers = ArrayField(models.CharField(max_length=20), verbose_name=_("happens by itself when"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering: ClassVar[list[str]] = ["workflow", "source", "position"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["source", "target"], name="transition_once")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def screen(self) -> list[str]:
        """The fields of its form in order: the required ones, then the optional ones."""
        return list(dict.fromkeys([*self.required, *self.asked]))
