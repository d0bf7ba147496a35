"""Searches that people and clients keep."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

NAME_LENGTH, QUERY_LENGTH, DESCRIPTION_LENGTH = 100, 1_000, 15_000


class SavedSearch(models.Model):
    """A query for alerts under a name, in Opsgenie's query language (ALR-24). It is personal, of a team, or shared with everybody who sees alerts."""

    PERSONAL, TEAM, SHARED = "personal", "team", "shared"
    VISIBILITIES: ClassVar[list[Any]] = [(PERSONAL, _("Only me")), (TEAM, _("My team")), (SHARED, _("Everybody who sees alerts"))]
    journal_type = "alert_search"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    query = models.CharField(_("query"), max_length=QUERY_LENGTH)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("owner"))
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("team"))
    visibility = models.CharField(_("seen by"), max_length=10, choices=VISIBILITIES, default=SHARED, db_default=SHARED)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(visibility__in=["personal", "team", "shared"]), name="alert_search_visibility")
        ]

    def __str__(self) -> str:
        return self.name
