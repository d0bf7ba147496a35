"""Deliveries that name themselves."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.integration import Integration


class Delivery(models.Model):
    """The id by which a tool knows one of its deliveries, so that the same one sent again is not kept twice (RELIABILITY A10). Written by the door.

    row_id, request_id: of what was kept the first time; who sends it again gets the same answer.
    """

    integration = models.ForeignKey(
        Integration, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("integration")
    )
    delivery_id = models.CharField(_("id of the delivery"), max_length=200)
    row_id = models.BigIntegerField(_("accepted payload"))
    request_id = models.UUIDField(_("request"), null=True)
    came_at = models.DateTimeField(_("came"), db_default=models.functions.Now(), db_index=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["integration", "delivery_id"], name="alert_delivery_once")
        ]

    def __str__(self) -> str:
        return self.delivery_id
