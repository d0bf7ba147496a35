from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from journal import registers
from journal.admin import ReadOnlyAdmin, RegisterAdmin
from notifications.models import Attempt, ChannelAccount, Destination, Message
from notifications.options import SECRETS, ChannelAccountForm


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
    """The outbox, to see what was sent, what the other side said, and what came back of it."""

    list_display = ("created_at", "channel", "address", "subject", "state", "attempts", "sent_at", "delivered_at", "acted_at", "outcome")
    list_filter = ("state", "channel")
    search_fields = ("address", "provider_id", "idempotency_key")
    show_full_result_count = False
    inlines = (AttemptInline,)


@admin.register(ChannelAccount)
class ChannelAccountAdmin(RegisterAdmin):
    """The providers through which people are reached."""

    form = ChannelAccountForm
    list_display = ("channel", "provider", "user", "sender", "is_enabled")
    list_filter = ("is_enabled",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The journal names the fields, never a secret; a choice in the form stands for two columns, a secret for its cipher."""
        names = {"way": ["channel", "provider"], **{name: [column] for name, column in SECRETS.items()}}
        changed = [column for name in form.changed_data for column in names.get(name, [name])]
        registers.save(obj, changed=changed, is_new=not change, actor=request.user)


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    """How the other sides do: failures in a row, and until when nothing is sent there."""

    list_display = ("name", "failures", "closed_until", "failed_at", "worked_at", "last_error")
