"""Entry points of the workers."""

from celery import shared_task

from oncall.actions import escalations, reminders


@shared_task(name="oncall.sweep", queue="critical")
def sweep() -> None:
    """Every escalation step that is due."""
    escalations.sweep()
    reminders.sweep()
