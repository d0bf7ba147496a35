"""Celery entry point of the upkeep."""

from celery import shared_task

from operations import actions


@shared_task(name="operations.housekeeping", queue="bulk")
def housekeeping() -> None:
    """The upkeep that nobody waits for, every ten minutes."""
    actions.keep_house()


@shared_task(name="operations.audit", queue="default")
def audit() -> None:
    """The auditor, every minute; not in the pager's own worker."""
    actions.audit()


@shared_task(name="operations.probe", queue="default")
def probe() -> None:
    """A synthetic page, every five minutes."""
    actions.probe()
