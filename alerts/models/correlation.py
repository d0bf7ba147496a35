"""Alerts that happen together as a correlation rule says, from the first of them to what became of it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.models.alert_rule import AlertRule
from alerts.models.group import AlertGroup


class Correlation(models.Model):
    """Alerts that a correlation rule gathers (ALR-16). They stay in their own groups until it has one: at once, or when somebody accepts what is proposed.

    state: waiting (not all expressions were seen yet), proposed (as an incident), dismissed, or formed (it has a group). seen: when each expression was seen
    last, as ISO, null for never. leader: the key of its first alert; kind: what grouping calls that one. first_at: of what is met, the oldest alert in it.
    key: a digest of rule, version and equal fields. title: of the incident, filled. words: why, for people.
    """

    WAITING, PROPOSED, DISMISSED, FORMED = "waiting", "proposed", "dismissed", "formed"
    STATES: ClassVar[list[Any]] = [(WAITING, _("waiting")), (PROPOSED, _("proposed")), (DISMISSED, _("dismissed")), (FORMED, _("formed"))]
    journal_type = "alert_correlation"

    rule = models.ForeignKey(AlertRule, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("rule"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    key = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    leader = models.CharField(_("first alert"), max_length=30)
    seen = models.JSONField(default=list)
    title = models.CharField(_("title"), max_length=250, blank=True)
    words = models.CharField(_("why"), max_length=500, blank=True)
    first_at = models.DateTimeField(_("first alert"))
    last_at = models.DateTimeField(_("newest alert"))
    group = models.ForeignKey(AlertGroup, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("group"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("correlation")
        verbose_name_plural = _("correlations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "proposed", "dismissed", "formed"]), name="correlation_state")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key", "-id"], name="correlation_key"),
            models.Index(fields=["-id"], name="correlation_proposed", condition=Q(state="proposed")),
            models.Index(fields=["last_at"], name="correlation_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.title or self.leader

    @property
    def number(self) -> str:
        """Its key, as an address has it."""
        return str(self.pk)
