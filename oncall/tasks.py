"""Entry points of the workers."""

from celery import shared_task

from oncall.actions import calendars, escalations, reminders, watching


@shared_task(name="oncall.sweep", queue="critical")
def sweep() -> None:
    """Every escalation step that is due."""
    escalations.sweep()
    reminders.sweep()


@shared_task(name="oncall.tell_hand_overs", queue="default")
def tell_hand_overs() -> None:
    """Who came on call, and who went off."""
    watching.tell_hand_overs()


@shared_task(name="oncall.warn_leads", queue="bulk")
def warn_leads() -> None:
    """What will go wrong in the next 14 days."""
    watching.warn_leads()


@shared_task(name="oncall.read_calendars", queue="bulk")
def read_calendars() -> None:
    """The calendars that are followed and were not read for an hour."""
    calendars.read_due()
