"""Celery entry point of the journal."""

from celery import shared_task

from journal import actions


@shared_task(name="journal.deliver", queue="default")
def deliver() -> int:
    """Delivers what is due. Rung by record() and by a tick every two seconds."""
    return actions.deliver_due()
