"""What the house needs to send: the accounts of providers, and what is known of the health of each destination."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import crypto
from notifications.channels import base


class ChannelAccount(models.Model):
    """A provider's account for one way to reach people. One account of each way is in use at a time.

    url, user, sender: what the provider calls account, API address, From. The two secrets are stored encrypted with a key outside the database: secret opens
    the provider's API, signing_secret proves that what reports back is the provider.
    """

    journal_type = "channel_account"

    channel = models.CharField(_("channel"), max_length=20)
    provider = models.CharField(_("provider"), max_length=20)
    url = models.CharField(_("API address"), max_length=300, blank=True)
    user = models.CharField(_("account"), max_length=200, blank=True)
    sender = models.CharField(_("from"), max_length=200, blank=True)
    secret_cipher = models.TextField(blank=True, default="", editable=False)
    signing_cipher = models.TextField(blank=True, default="", editable=False)
    is_enabled = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("channel account")
        verbose_name_plural = _("channel accounts")
        ordering: ClassVar[list[str]] = ["channel", "id"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["channel"], condition=Q(is_enabled=True), name="channel_account_in_use")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.provider}"

    def opened(self) -> base.Account:
        """The account with its secrets in plain, for a channel. Raises Conflict when the key of this installation did not write them."""
        secret, signing = (crypto.decrypt(text) if text else "" for text in (self.secret_cipher, self.signing_cipher))
        return base.Account(self.pk, self.url, self.user, self.sender, secret, signing)


class Destination(models.Model):
    """A mail server, a provider's account or a push server: how it does. Its breaker opens after failures in a row, and then one message at a time probes.

    closed_until: nothing is sent to it before. failures: in a row. wait_seconds: how long it stays closed the next time.
    """

    name = models.CharField(_("destination"), max_length=120, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    closed_until = models.DateTimeField(_("paused until"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, default="")
    failed_at = models.DateTimeField(_("failed"), null=True)
    worked_at = models.DateTimeField(_("worked"), null=True)

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
