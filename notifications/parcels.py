"""From a row of the outbox to what a channel sends."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from common import crypto
from notifications import letters, links
from notifications.channels.base import Account, Parcel
from notifications.models import Message, Page
from notifications.models.paging import ASKING


def of(message: Message, account: Account, *, at: datetime, more: int = 0) -> Parcel:
    """The message as it leaves. Raises Conflict when a secret was written with another key."""
    page, contact = message.page, message.contact
    asks = page is not None and page.event in ASKING
    return Parcel(
        key=message.idempotency_key, address=message.address, subject=message.subject, text=_text(message, page), html=message.html,
        secret=crypto.decrypt(contact.secret) if contact is not None and contact.secret else "", url=letters.absolute(page.url) if page and page.url else "",
        answer_url=links.answer_url(page.pk, message.pk) if page is not None and asks else "", code=str(page.pk) if page is not None and asks else "",
        urgency=page.urgency if page is not None else "default", more=more, hook_url=letters.absolute(f"{reverse('notifications:list')}hooks/"), at=at,
        subject_type=message.subject_type, subject_id=message.subject_id, headers=_headers(message), account=account,
    )  # fmt: skip


def addressed(message: Message, account: Account) -> Parcel:
    """Only where it goes, to name its destination."""
    return Parcel(key="", address=message.address, subject="", account=account)


def _text(message: Message, page: Page | None) -> str:
    return "\n\n".join(part for part in (message.body, page.reason if page is not None else "") if part)


def _headers(message: Message) -> dict[str, str]:
    """Of an e-mail: the same Message-ID on each attempt, so that a mailbox that got it twice shows it once; one conversation for each record."""
    if message.channel != Message.EMAIL:
        return {}
    headers = {"Message-ID": f"<evenkeel-{message.pk}-{message.created_at:%Y%m%d%H%M%S}@{settings.EVENKEEL_HOST}>"}
    if message.subject_id is not None:
        thread = f"<evenkeel-{message.subject_type}-{message.subject_id}@{settings.EVENKEEL_HOST}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    return headers
