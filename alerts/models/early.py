"""Recoveries that overtook their firings."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.alert import ALIAS_LENGTH


class EarlyRecovery(models.Model):
    """The end of a firing that was not known when its end was told: the order of delivery is chance (RELIABILITY A12).

    over_until: the latest instant, by the tool's clock, up to which firings of the alias are over. told_at: when we heard of it, by ours.
    """

    alias = models.CharField(_("alias"), max_length=ALIAS_LENGTH, primary_key=True)
    over_until = models.DateTimeField(_("over until"))
    told_at = models.DateTimeField(_("told"))

    class Meta:
        verbose_name = _("early recovery")
        verbose_name_plural = _("early recoveries")
        ordering: ClassVar[list[str]] = ["-told_at"]

    def __str__(self) -> str:
        return self.alias
