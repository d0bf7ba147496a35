from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import adapters, queries
from alerts.actions import intake, integrations
from alerts.adapters import generic
from alerts.models import InboxRow, Integration, Subscription
from common import errors
from journal.admin import ReadOnlyAdmin, RegisterAdmin

PREVIEW = 4_000
SNIPPET = (
    '<div style="max-width: 50rem"><pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>'
    '<p>{}</p><p><a href="{}" rel="noreferrer">{}</a></p></div>'
)


class IntegrationForm(forms.ModelForm):
    """An integration, with the mapping checked at its field."""

    signing_secret = forms.CharField(
        label=gettext_lazy("Signing secret"), required=False, max_length=integrations.LONGEST_SECRET, widget=forms.PasswordInput(),
        help_text=gettext_lazy("Stored encrypted and not shown again; leave it empty to keep it. The one before works for another day."),
    )  # fmt: skip

    class Meta:
        model = Integration
        fields: ClassVar[list[str]] = [
            "name", "adapter", "is_enabled", "service", "team", "incident_from_priority", "incident_from_tier", "mapping", "priority_map", "reach",
            "flapping_changes", "flapping_minutes", "stale_hours", "alerts_silence", "alerts_volume",
        ]  # fmt: skip

    def clean_mapping(self) -> Any:
        mapping = self.cleaned_data["mapping"] or {}
        wrong = generic.check_mapping(mapping)
        if wrong:
            raise ValidationError(wrong)
        return mapping

    def clean_signing_secret(self) -> str:
        secret: str = self.cleaned_data["signing_secret"].strip()
        if secret and not adapters.signing_of(self.cleaned_data.get("adapter", "")):
            raise ValidationError(_("This tool signs nothing that could be checked."))
        if secret and len(secret) < integrations.SHORTEST_SECRET:
            raise ValidationError(_("Give a secret of at least %(least)d characters.") % {"least": integrations.SHORTEST_SECRET})
        return secret

    def clean_priority_map(self) -> Any:
        words = self.cleaned_data["priority_map"] or {}
        if not isinstance(words, dict) or any(str(level).upper() not in ("P1", "P2", "P3", "P4", "P5") for level in words.values()):
            raise ValidationError(_("Write an object: word to P1, P2, P3, P4 or P5."))
        return words


@admin.register(Integration)
class IntegrationAdmin(RegisterAdmin):
    """Where alerts come from: the webhook URL to give to the tool, and what its alerts open."""

    form = IntegrationForm
    list_display = ("name", "adapter", "is_enabled", "service", "incident_from_priority", "incident_from_tier", "last_used")
    list_filter = ("adapter", "is_enabled")
    list_select_related = ("service", "key")
    search_fields = ("name",)
    readonly_fields = ("webhook_url", "snippet", "subscriptions")
    actions = ("rotate_key",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            *(["webhook_url", "snippet"] if obj else []),
            *IntegrationForm.Meta.fields,
            "signing_secret",
            *(["subscriptions"] if obj and obj.subscriptions.exists() else []),
        ]

    @admin.display(description=gettext_lazy("last alert"), ordering="key__last_used_at")
    def last_used(self, integration: Integration) -> Any:
        """When it last sent something, to the minute; an integration that fell silent shows here."""
        return integration.key.last_used_at

    @admin.display(description=gettext_lazy("webhook URL"))
    def webhook_url(self, integration: Integration) -> str:
        """The URL to copy into the monitoring tool."""
        try:
            return format_html("<code>{}</code>", integration.webhook_url)
        except errors.Conflict as error:
            return error.message

    @admin.display(description=gettext_lazy("in the tool"))
    def snippet(self, integration: Integration) -> str:
        """What to copy into the tool, and where."""
        adapter = adapters.ADAPTERS.get(integration.adapter, adapters.GENERIC)
        try:
            copied, _blank, how = adapter.snippet_for(integration.webhook_url).rpartition("\n\n")
        except errors.Conflict as error:
            return error.message
        return format_html(SNIPPET, copied, how, adapter.docs, adapter.label)

    @admin.display(description=gettext_lazy("topics of Amazon SNS"))
    def subscriptions(self, integration: Integration) -> str:
        """The last topics that asked to be confirmed, and what came of it."""
        rows = Subscription.objects.filter(integration=integration).order_by("-pk")[:20]
        return format_html_join("", "<div>{}</div>", ((str(row),) for row in rows))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor: Any = request.user
        if change:
            integrations.change(obj, actor=actor, fields=[name for name in form.changed_data if name != "signing_secret"])
        else:
            integrations.add(obj, actor=actor)
            messages.success(request, _("Give this URL to the tool: %(url)s") % {"url": obj.webhook_url})
        if form.cleaned_data.get("signing_secret"):
            integrations.sign(obj, actor=actor, secret=form.cleaned_data["signing_secret"])

    @admin.action(description=gettext_lazy("Rotate the key: the old URL works for another day"))
    def rotate_key(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        actor: Any = request.user
        for integration in queryset:
            integrations.rotate_key(integration, actor=actor)
        messages.success(request, _("New keys are made. Open an integration to copy its URL."))


@admin.register(InboxRow)
class QuarantineAdmin(ReadOnlyAdmin):
    """Bodies that the door accepted or kept aside, to see what a tool really sent. Shows quarantined ones unless asked otherwise."""

    list_display = ("received_at", "integration", "state", "reason", "size")
    list_filter = ("state",)
    list_select_related = ("integration",)
    fields = ("received_at", "integration", "state", "attempts", "reason", "outcome", "processed_at", "preview")
    readonly_fields = ("preview",)
    show_full_result_count = False
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxRow]:
        rows = super().get_queryset(request)
        is_list = request.resolver_match is not None and str(request.resolver_match.url_name).endswith("_changelist")
        return queries.quarantined() if is_list and "state__exact" not in request.GET else rows

    @admin.action(description=gettext_lazy("Process the selected payloads again"))
    def replay(self, request: HttpRequest, queryset: QuerySet[InboxRow]) -> None:
        """For what was put aside by a fault that is mended."""
        actor: Any = request.user
        amount = intake.replay(list(queryset.values_list("pk", flat=True)), actor=actor)
        messages.success(request, _("%(count)s payloads are in line again.") % {"count": amount})

    @admin.display(description=gettext_lazy("bytes"))
    def size(self, row: InboxRow) -> int:
        """How long the body is."""
        return len(row.body)

    @admin.display(description=gettext_lazy("body"))
    def preview(self, row: InboxRow) -> str:
        """The first 4 000 bytes as text, what is not text as escapes."""
        return format_html("<pre>{}</pre>", bytes(row.body)[:PREVIEW].decode("utf-8", "backslashreplace"))
