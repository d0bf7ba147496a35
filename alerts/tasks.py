"""Celery entry points of the alert pipeline."""

from celery import shared_task

from alerts.actions import (
    correlating,
    early,
    heartbeats,
    intake,
    late,
    lifecycle,
    partitions,
    plans,
    settling,
    silencing,
    subscriptions,
    volume_watch,
)
from common import clock, doorbell


@shared_task(name="alerts.process_inbox", queue="critical")
def process_inbox() -> int:
    """Processes accepted bodies for two seconds at most. Rung by the door, and by itself while more waits."""
    return intake.process_inbox()


@shared_task(name="alerts.look_into_inbox", queue="critical")
def look_into_inbox() -> int:
    """The same for hints that were lost. A tick each second; nothing while a hint is on its way, so that in a storm pages have their turn."""
    return 0 if doorbell.is_awaited("alerts.process_inbox") else intake.process_inbox()


@shared_task(name="alerts.watch_heartbeats", queue="critical")
def watch_heartbeats() -> int:
    """Finds heartbeats whose sign stayed away. A tick every five seconds."""
    return heartbeats.sweep()


@shared_task(name="alerts.wake_snoozed", queue="default")
def wake_snoozed() -> int:
    """Opens alerts whose snooze ended, closes those that are not sent any more, sees which silences and maintenance began and ended, and does what
    notification policies had in mind; alerts that flapped settle, and those that waited for what they need are freed. A tick every ten seconds."""
    settled = settling.settle() + settling.release_due()
    return settled + lifecycle.wake_snoozed() + lifecycle.close_expired() + silencing.hush_due(clock.now()) + plans.run_due()


@shared_task(name="alerts.keep_partitions", queue="bulk")
def keep_partitions() -> None:
    """Makes the inbox partitions of the next days and drops old ones, and forgets recoveries that no firing can meet any more and names of deliveries
    that nobody sends again, and correlations that wait for what did not come. A tick every hour."""
    partitions.keep_partitions()
    partitions.forget_deliveries()
    early.forget()
    late.forget()
    correlating.forget()


@shared_task(name="alerts.confirm_subscriptions", queue="default")
def confirm_subscriptions() -> int:
    """Confirms subscriptions of Amazon SNS. Rung by the intake and by a tick each minute."""
    return subscriptions.confirm_due()


@shared_task(name="alerts.expire", queue="bulk")
def expire() -> int:
    """Closes stale alerts by rule. A tick each minute."""
    return plans.expire()


@shared_task(name="alerts.watch_volumes", queue="bulk")
def watch_volumes() -> int:
    """Finds sources that send more or less than usual, or nothing, and new kinds of alerts. A tick every five minutes."""
    return volume_watch.sweep()
