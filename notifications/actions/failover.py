"""When one way to a person fails: on to the next."""

from datetime import datetime

from django.conf import settings

from common import doorbell
from notifications.models import ContactMethod, Message, Page


def go_on(message: Message, *, at: datetime) -> Message | None:
    """Brings the page's next message forward to now; without one, uses a verified contact method that it did not use yet, and in the end the account's
    e-mail. Answers what goes next, None when nothing is left or nobody has to act any more. Belongs to the caller's transaction."""
    open_now = Page.objects.select_for_update(skip_locked=True).filter(pk=message.page_id or 0, state=Page.OPEN)  # who answers it right now holds it
    page = open_now.first() if message.page_id else None
    if page is None or message.recipient_id is None:
        return None
    later = Message.objects.filter(page=page, state=Message.QUEUED, attempts=0, due_at__gt=at).exclude(pk=message.pk).order_by("due_at", "id")
    chosen = later.select_for_update(skip_locked=True).first()
    if chosen is not None:
        Message.objects.filter(pk=chosen.pk).update(due_at=at)
    elif not Message.objects.filter(page=page, state=Message.QUEUED).exclude(pk=message.pk).exists():
        chosen = _unused(message, page, at)
    if chosen is not None:
        doorbell.ring("notifications.send_due", queue="critical")
    return chosen


def _unused(message: Message, page: Page, at: datetime) -> Message | None:
    """A new message by a way that this page did not take yet."""
    used = set(Message.objects.filter(page=page).values_list("channel", "address"))
    ways: list[tuple[str, str, ContactMethod | None]] = [
        (row.channel, row.address, row)
        for row in ContactMethod.objects.filter(user=page.user_id, verified_at__isnull=False, broken_since__isnull=True)
        .exclude(channel="app")
        .order_by("id")
    ]
    if settings.EMAIL_IS_CONFIGURED:
        ways.append((Message.EMAIL, page.user.email, None))
    for channel, address, contact in ways:
        if (channel, address) not in used:
            key = f"page:{page.pk}:next:{contact.pk if contact is not None else 0}"
            columns = {
                "channel": channel, "recipient_id": page.user_id, "address": address, "subject": message.subject, "body": message.body, "page": page,
                "contact": contact, "order": message.order, "subject_type": message.subject_type, "subject_id": message.subject_id, "due_at": at,
            }  # fmt: skip
            return Message.objects.get_or_create(idempotency_key=key, defaults=columns)[0]
    return None
