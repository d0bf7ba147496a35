"""Celery entry point of the upkeep."""

from celery import shared_task

from operations import actions


@shared_task(name="operations.housekeeping", queue="bulk")
def housekeeping() -> None:
    """The upkeep that nobody waits for, every ten minutes."""
    actions.keep_house()
