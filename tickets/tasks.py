"""Celery entry point of the desk."""

from celery import shared_task

from tickets.actions import clocks


@shared_task(name="tickets.sweep_sla", queue="default")
def sweep_sla() -> int:
    """Marks SLA clocks that ran out. A tick every five seconds."""
    return clocks.sweep_breaches()
