"""Which fields stand on the screens of a kind of ticket."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


class ScreenField(models.Model):
    """How one field stands on one screen of a kind of ticket (FRM-02). A field without a row stands where it does by default.

    field: a column such as "category", or "custom." and the key of a custom field. position: empty keeps the default place. read_only_for: whoever
    holds one of these roles cannot change the field, whatever his other roles say. What a move asks for stands in the workflow.
    """

    CREATE, EDIT, VIEW = "create", "edit", "view"
    SCREENS: ClassVar[list[Any]] = [(CREATE, _("Create")), (EDIT, _("Edit")), (VIEW, _("View"))]
    HIDDEN, SHOWN, REQUIRED, READ_ONLY = "hidden", "shown", "required", "read_only"
    MODES: ClassVar[list[Any]] = [(SHOWN, _("Shown")), (REQUIRED, _("Required")), (READ_ONLY, _("Read-only")), (HIDDEN, _("Not on this screen"))]

    kind = models.CharField(_("kind of ticket"), max_length=30)
    screen = models.CharField(_("screen"), max_length=10, choices=SCREENS)
    field = models.CharField(_("field"), max_length=60)
    mode = models.CharField(_("how it stands there"), max_length=10, choices=MODES, default=SHOWN)
    position = models.PositiveSmallIntegerField(_("position"), null=True, blank=True, help_text=_("Empty: where it stands by default"))
    read_only_for = models.ManyToManyField(Role, blank=True, related_name="+", verbose_name=_("read-only for"))

    class Meta:
        verbose_name = _("field of a screen")
        verbose_name_plural = _("screens")
        ordering: ClassVar[list[str]] = ["kind", "screen", "position", "field"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "screen", "field"], name="screen_field_once"),
            models.CheckConstraint(condition=Q(mode__in=["hidden", "shown", "required", "read_only"]), name="screen_field_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.get_screen_display()} · {self.field}"
