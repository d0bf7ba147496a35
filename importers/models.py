"""What came from where."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket


class ImportedRecord(models.Model):
    """A record of another product that became a ticket here. It keeps a second import from making it again, and lets a killed one go on.

    source: the kind of file, such as `servicenow-log`. external_id: the record's number there.
    """

    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number there"), max_length=100)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="imported_from", verbose_name=_("ticket"))

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["source", "external_id"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
