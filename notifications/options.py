"""The admin's form of a provider's account: which fields a provider needs, and secrets that are written and never shown."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import crypto, egress
from notifications.channels import registry, vonage, webpush
from notifications.channels.base import Need
from notifications.models import ChannelAccount

SECRETS = {"secret": "secret_cipher", "signing_secret": "signing_cipher"}
GENERIC: dict[str, Any] = {
    "url": gettext_lazy("API address"), "user": gettext_lazy("Account"), "sender": gettext_lazy("From"), "secret": gettext_lazy("Secret"),
    "signing_secret": gettext_lazy("Signing secret"),
}  # fmt: skip


def choices() -> list[tuple[str, Any]]:
    """Every way that takes an account, with who can send it."""
    return [
        (kind.name, [(f"{kind.name}/{name}", f"{kind.label}: {channel.label}") for name, channel in kind.providers.items()])
        for kind in registry.KINDS.values()
        if any(channel.needs for channel in kind.providers.values()) or kind.needs_account
    ]


class ChannelAccountForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """One account. An empty secret keeps the one that is stored."""

    way = forms.ChoiceField(label=gettext_lazy("Channel and provider"), choices=choices)
    secret = forms.CharField(
        label=GENERIC["secret"], required=False, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Auth token, API secret, bot token or private key. Stored encrypted and not shown again; leave it empty to keep it."),
    )  # fmt: skip
    signing_secret = forms.CharField(
        label=GENERIC["signing_secret"], required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Proves that what reports back is the provider: Slack signing secret, Vonage signature secret, Telegram secret token."),
    )  # fmt: skip

    class Meta:
        model = ChannelAccount
        fields: ClassVar[list[str]] = ["way", "user", "secret", "sender", "signing_secret", "url", "is_enabled"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.instance.pk:
            self.initial["way"] = f"{self.instance.channel}/{self.instance.provider}"
        self.fields["url"].help_text = _("Only where it differs from the provider's usual one, and for gateways and homeservers.")

    def clean(self) -> dict[str, Any]:
        """Names at each field what its provider needs."""
        cleaned = super().clean() or self.cleaned_data
        channel, _slash, provider = str(cleaned.get("way", "")).partition("/")
        sender = registry.channel(channel, provider)
        if sender is None:
            return cleaned
        for name, need in sender.needs.items():
            self._check(name, need, cleaned)
        if provider == vonage.VonageVoice.name and cleaned.get("secret"):
            self._check_pem(cleaned)
        if channel == "webpush" and cleaned.get("secret"):
            self._check_pair(cleaned)
        taken = ChannelAccount.objects.filter(channel=channel, is_enabled=True).exclude(pk=self.instance.pk)
        if cleaned.get("is_enabled") and taken.exists():
            self.add_error("is_enabled", _("Another account of this channel is in use. Take it out of use first."))
        return cleaned

    def _check(self, name: str, need: Need, cleaned: dict[str, Any]) -> None:
        is_stored = name in SECRETS and bool(getattr(self.instance, SECRETS[name]))
        if need.is_required and not cleaned.get(name) and not is_stored:
            self.add_error(name, _("This provider needs it: %(label)s.") % {"label": need.label})
        if name == "url" and cleaned.get("url"):
            try:
                egress.check(cleaned["url"])
            except egress.Forbidden:
                self.add_error("url", _("Write an address that begins with https:// or http://."))

    def _check_pem(self, cleaned: dict[str, Any]) -> None:
        try:
            vonage.token("check", cleaned["secret"])
        except (ValueError, TypeError):
            self.add_error("secret", _("Paste the whole private key of the application, from BEGIN PRIVATE KEY to END PRIVATE KEY."))

    def _check_pair(self, cleaned: dict[str, Any]) -> None:
        try:
            webpush.vapid("https://push.example.com", "", cleaned["secret"], "")
        except ValueError:
            self.add_error("secret", _("Write the raw private key as base64url."))

    def save(self, commit: bool = True) -> Any:
        account = super().save(commit=False)
        account.channel, _slash, account.provider = self.cleaned_data["way"].partition("/")
        for name, column in SECRETS.items():
            if self.cleaned_data.get(name):
                setattr(account, column, crypto.encrypt(self.cleaned_data[name].strip()))
        return account
