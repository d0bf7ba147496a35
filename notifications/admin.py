from typing import ClassVar

from django.contrib import admin

from journal.admin import ReadOnlyAdmin
from notifications.models import Attempt, Message


class AttemptInline(admin.TabularInline):
    """The tries of a message."""

    model = Attempt
    extra = 0
    can_delete = False
    readonly_fields: ClassVar[list[str]] = ["at", "is_accepted", "answer"]

    def has_add_permission(self, *args: object) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The outbox, to see what was sent and what the other side said."""

    list_display = ("created_at", "channel", "address", "subject", "state", "attempts", "outcome")
    list_filter = ("state", "channel")
    inlines = (AttemptInline,)
