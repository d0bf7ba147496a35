"""The accounts of providers that the house makes for itself."""

from email.utils import parseaddr

from django.conf import settings
from django.db import transaction

from accounts.models import User
from common import crypto
from journal import registers
from notifications.channels import webpush
from notifications.models import ChannelAccount


@transaction.atomic
def create_defaults(*, actor: User | None) -> ChannelAccount:
    """Our own keys for Web Push, made once; an admin may switch it off or give others."""
    known = ChannelAccount.objects.filter(channel="webpush").first()
    if known is not None:
        return known
    pair = webpush.new_pair()
    made = ChannelAccount(
        channel="webpush", provider="webpush", user=pair.public, sender=f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
        secret_cipher=crypto.encrypt(pair.private),
    )  # fmt: skip
    registers.save(made, changed=[], is_new=True, actor=actor)
    return made
