"""Celery entry points of the desk."""

from celery import shared_task

from tickets.actions import auditing, clocks, confirmation, lifecycle, recounting


@shared_task(name="tickets.sweep_sla", queue="default")
def sweep_sla() -> int:
    """Says which thresholds SLA clocks passed and marks those that ran out. A tick every five seconds."""
    swept = total = clocks.sweep()
    while swept == clocks.SWEEP_BATCH:
        swept = clocks.sweep()
        total += swept
    return total


@shared_task(name="tickets.sweep_follow_ups", queue="default")
def sweep_follow_ups() -> int:
    """Brings tickets on hold back to work when their follow-up date has come. A tick every ten seconds."""
    return lifecycle.sweep_follow_ups()


@shared_task(name="tickets.recount_sla", queue="bulk")
def recount_sla() -> int:
    """Goes on with recomputations that admins asked for. Rung when one is asked for, and a tick every minute."""
    return recounting.work_off()


@shared_task(name="tickets.audit_sla", queue="bulk")
def audit_sla() -> int:
    """Compares all SLA clocks with the ledger, every night."""
    return auditing.audit()


@shared_task(name="tickets.sweep_silence", queue="bulk")
def sweep_silence() -> int:
    """Closes resolved tickets whose reporter said nothing for days. A tick every five minutes."""
    return confirmation.sweep_silence()
