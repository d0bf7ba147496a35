"""Groups: alerts that tell of the same, the rules that find them, and what people taught."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from services.models import Service


class GroupingRule(models.Model):
    """How alerts are grouped; the first rule that fits an alert decides (ALR-15)."""

    FIELDS, TEXT, TOOL = "fields", "text", "tool"
    MODES: ClassVar[list[Any]] = [(FIELDS, _("equal fields")), (TEXT, _("alike messages")), (TOOL, _("the tool's own groups"))]

    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The first rule that fits decides"))
    name = models.CharField(_("name"), max_length=100, unique=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True, help_text=_("Which alerts; empty for every alert"))
    mode = models.CharField(_("grouped by"), max_length=8, choices=MODES, default=TEXT)
    fields = ArrayField(
        models.CharField(max_length=200), verbose_name=_("fields"), default=list, blank=True,
        help_text=_(
            "What must be equal, separated by commas: service, integration, source, entity, team, priority, message, tags, tag.NAME, details.KEY. "
            "For alike messages: within what they are compared"
        ),
    )  # fmt: skip
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=10, help_text=_("After the newest alert of a group; a group lasts 24 hours at most")
    )
    likeness = models.PositiveSmallIntegerField(_("likeness in percent"), default=70, help_text=_("Of messages that count as alike, numbers aside"))

    class Meta:
        verbose_name = _("grouping rule")
        verbose_name_plural = _("grouping rules")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(likeness__range=(30, 100)), name="grouping_rule_likeness"),
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="grouping_rule_minutes"),
        ]

    def __str__(self) -> str:
        return self.name


class AlertGroup(models.Model):
    """Alerts that tell of the same. It is open as long as one of them is. leader: the key of its first alert, whose message, masked, is `text`.

    rule: the grouping rule that made it, none when a correlation rule did. title: of the incident that a correlation rule gives it, empty for none.
    key, scope, kind: digests by which alerts/grouping.py finds it. size: how many alerts ever. incident: the one that is open for it, or was last.
    """

    CORRELATED = "together"
    MODES: ClassVar[list[Any]] = [*GroupingRule.MODES, (CORRELATED, _("correlated"))]

    rule = models.ForeignKey(GroupingRule, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("rule"))
    mode = models.CharField(_("mode"), max_length=8, choices=MODES)
    title = models.CharField(_("title of its incident"), max_length=250, blank=True, default="", db_default="")
    key = models.CharField(max_length=32)
    scope = models.CharField(max_length=32, blank=True)
    kind = models.CharField(max_length=32)
    text = models.CharField(_("text"), max_length=130)
    leader = models.CharField(_("first alert"), max_length=30)
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("service"))
    incident = models.ForeignKey(Incident, null=True, on_delete=models.SET_NULL, related_name="alert_groups", verbose_name=_("incident"))
    size = models.PositiveIntegerField(_("alerts"), default=0)
    first_at = models.DateTimeField(_("first alert"))
    last_at = models.DateTimeField(_("newest alert"))

    class Meta:
        verbose_name = _("alert group")
        verbose_name_plural = _("alert groups")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key", "-id"], name="alert_group_key"),
            models.Index(fields=["scope", "-id"], name="alert_group_scope", condition=~Q(scope="")),
            models.Index(fields=["kind", "-id"], name="alert_group_kind"),
        ]

    def __str__(self) -> str:
        return self.leader


class GroupingLesson(models.Model):
    """What somebody taught: alerts of these two kinds belong together, or do not. one is not greater than other."""

    one = models.CharField(max_length=32)
    other = models.CharField(max_length=32)
    is_together = models.BooleanField(_("together"))
    words = models.CharField(_("what was meant"), max_length=300)
    taught_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("taught by"))
    taught_at = models.DateTimeField(_("taught"))

    class Meta:
        verbose_name = _("lesson of grouping")
        verbose_name_plural = _("lessons of grouping")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["one", "other"], name="grouping_lesson_once")]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["other"], name="grouping_lesson_other")]

    def __str__(self) -> str:
        return self.words
