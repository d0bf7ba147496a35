"""Celery entry points of the outbox and the digests."""

from celery import shared_task

from notifications.actions import digest, outbox


@shared_task(name="notifications.send_due", queue="critical")
def send_due() -> int:
    """Sends what is due. Rung when a message is queued that must not wait, and by a tick every two seconds."""
    return outbox.send_due()


@shared_task(name="notifications.send_digests", queue="bulk")
def send_digests() -> int:
    """Queues the digests that are due, by a tick every 30 seconds."""
    return digest.send_digests()
