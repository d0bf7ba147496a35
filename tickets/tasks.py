"""Celery entry points of the desk."""

from celery import shared_task

from tickets.actions import clocks, lifecycle


@shared_task(name="tickets.sweep_sla", queue="default")
def sweep_sla() -> int:
    """Marks SLA clocks that ran out. A tick every five seconds."""
    return clocks.sweep()


@shared_task(name="tickets.sweep_follow_ups", queue="default")
def sweep_follow_ups() -> int:
    """Brings tickets on hold back to work when their follow-up date has come. A tick every ten seconds."""
    return lifecycle.sweep_follow_ups()
