"""What responders say of alerts that should not have asked for them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.models.alert import Alert

TEXT_LENGTH = 500


class NoiseMark(models.Model):
    """“This was noise”: what one person says of one alert, with a reason (ALR-21)."""

    NOTHING, ITSELF, DUPLICATE, THRESHOLD, KNOWN, OTHER = "nothing", "itself", "duplicate", "threshold", "known", "other"
    REASONS: ClassVar[list[Any]] = [
        (NOTHING, _("There was nothing to do")), (ITSELF, _("It went away by itself")), (DUPLICATE, _("Another alert said it already")),
        (THRESHOLD, _("The threshold is too strict")), (KNOWN, _("Known or planned work")), (OTHER, _("Something else")),
    ]  # fmt: skip

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="noise_marks", verbose_name=_("alert"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    reason = models.CharField(_("reason"), max_length=10, choices=REASONS)
    text = models.CharField(_("in words"), max_length=TEXT_LENGTH, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("noise mark")
        verbose_name_plural = _("noise marks")
        ordering: ClassVar[list[str]] = ["at"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["alert", "user"], name="noise_mark_one_each"),
            models.CheckConstraint(
                condition=Q(reason__in=["nothing", "itself", "duplicate", "threshold", "known", "other"]), name="noise_mark_reason"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())
