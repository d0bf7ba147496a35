"""Definitions of custom fields."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Definition(models.Model):
    """A field that an admin adds to a kind of record. Values live in the record's `custom` column under `key`."""

    TYPES: ClassVar[list[Any]] = [
        ("text", _("Text")), ("number", _("Number")), ("date", _("Date")), ("choice", _("Choice")), ("checkbox", _("Yes or no")), ("url", _("Link")),
    ]  # fmt: skip

    applies_to = models.CharField(_("applies to"), max_length=40, help_text=_("Kind of record, such as incident"))
    key = models.SlugField(_("key"), max_length=40, help_text=_("Name in the API; does not change later"))
    label = models.CharField(_("label"), max_length=80)
    field_type = models.CharField(_("type"), max_length=10, choices=TYPES, default="text")
    options = ArrayField(
        models.CharField(max_length=80), verbose_name=_("options"), default=list, blank=True, help_text=_("For a choice: separated by commas")
    )
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, help_text=_("Retired fields keep their values and leave the forms"))

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering: ClassVar[list[str]] = ["applies_to", "position", "label"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["applies_to", "key"], name="field_key_once")]

    def __str__(self) -> str:
        return self.label
