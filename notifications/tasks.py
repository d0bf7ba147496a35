"""Celery entry point of the outbox."""

from celery import shared_task

from notifications import actions


@shared_task(name="notifications.send_due", queue="critical")
def send_due() -> int:
    """Sends what is due. Rung when a message is queued and by a tick every two seconds."""
    return actions.send_due()
