"""Definitions of custom fields."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

PREFIX = "custom."


class Definition(models.Model):
    """A field that an admin adds to a kind of record (FRM-04). Values live in the record's `custom` column under `key`.

    default: what a new record gets when nobody says otherwise, written as a person types it. retired_options: no longer offered; records that
    have one keep it.
    """

    TEXT, PARAGRAPH, NUMBER, DATE, DATETIME = "text", "paragraph", "number", "date", "datetime"
    CHOICE, CHOICES, CHECKBOX, PERSON, URL = "choice", "choices", "checkbox", "person", "url"
    TYPES: ClassVar[list[Any]] = [
        (TEXT, _("Text")), (PARAGRAPH, _("Long text")), (NUMBER, _("Number")), (DATE, _("Date")), (DATETIME, _("Date and time")),
        (CHOICE, _("Choice")), (CHOICES, _("Several choices")), (CHECKBOX, _("Yes or no")), (PERSON, _("Person")), (URL, _("Link")),
    ]  # fmt: skip

    applies_to = models.CharField(_("applies to"), max_length=40, help_text=_("Kind of record, such as incident"))
    key = models.SlugField(_("key"), max_length=40, help_text=_("Name in the API; does not change later"))
    label = models.CharField(_("label"), max_length=80)
    help_text = models.CharField(_("help text"), max_length=200, blank=True, help_text=_("Shown below the field"))
    field_type = models.CharField(_("type"), max_length=10, choices=TYPES, default=TEXT, help_text=_("Does not change later"))
    options = ArrayField(
        models.CharField(max_length=80), verbose_name=_("options"), default=list, blank=True, help_text=_("For choices: separated by commas")
    )
    retired_options = ArrayField(
        models.CharField(max_length=80), verbose_name=_("retired options"), default=list, blank=True,
        help_text=_("No longer offered; records that have one keep it"),
    )  # fmt: skip
    default = models.CharField(
        _("default"), max_length=400, blank=True,
        help_text=_("As one types it: 2026-11-28, true, an option, several options separated by commas, an e-mail address"),
    )  # fmt: skip
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

    @property
    def name(self) -> str:
        """What forms, screens and errors call it."""
        return f"{PREFIX}{self.key}"

    @property
    def known_options(self) -> list[str]:
        """The options on offer and those that records may still have."""
        return list(dict.fromkeys([*self.options, *self.retired_options]))
