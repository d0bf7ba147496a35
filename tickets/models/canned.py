"""Texts that are written once and used often."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from tickets import placeholders


class CannedReply(models.Model):
    """A text for notes or replies, with placeholders that are filled from the ticket (INC-21). Shared, or of one team."""

    ANY, INTERNAL, PUBLIC = "", "internal", "public"
    AUDIENCES: ClassVar[list[Any]] = [(ANY, _("Notes and replies")), (INTERNAL, _("Internal notes only")), (PUBLIC, _("Public replies only"))]

    name = models.CharField(_("name"), max_length=80, unique=True)
    body = models.TextField(_("text"), max_length=10_000, help_text=placeholders.HELP)
    kind = models.CharField(_("kind of ticket"), max_length=30, blank=True, help_text=_("Empty means every kind"))
    audience = models.CharField(_("for"), max_length=10, choices=AUDIENCES, blank=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("team"), help_text=_("Empty means everybody")
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(audience__in=["", "internal", "public"]), name="canned_reply_audience"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuses placeholders that do not exist."""
        wrong = placeholders.unknown(self.body)
        if wrong:
            known = ", ".join(f"{{{{{name}}}}}" for name in placeholders.NAMES)
            message = _("There is no placeholder %(wrong)s. Use one of %(known)s.")
            raise ValidationError({"body": message % {"wrong": ", ".join(f"{{{{{name}}}}}" for name in wrong), "known": known}})
