"""People who were asked by hand to help with a ticket."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket

USER = settings.AUTH_USER_MODEL


class Responder(models.Model):
    """One person who was paged by hand for a ticket, and what he said. State: asked, accepted, declined."""

    ASKED, ACCEPTED, DECLINED = "asked", "accepted", "declined"
    STATES: ClassVar[list[Any]] = [(ASKED, _("asked")), (ACCEPTED, _("comes")), (DECLINED, _("cannot come"))]
    journal_type = "responder"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="asked_responders")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    asked_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    message = models.CharField(_("message"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=ASKED)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("responder")
        verbose_name_plural = _("responders")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(state__in=["asked", "accepted", "declined"]), name="responder_state"),
            models.UniqueConstraint(fields=["ticket", "user"], condition=models.Q(state="asked"), name="responder_asked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_state_display()}"
