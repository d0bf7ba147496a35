"""The Celery application. Its settings are the CELERY_* lines of itsm/settings.py."""

import os
import sys
from typing import Any

from celery import Celery, signals

from common import doorbell, garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

app = Celery("evenkeel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

PAGING = ("alerts.process_inbox", "oncall.sweep", "notifications.send_due")


@signals.worker_process_init.connect
def settle(**_told: Any) -> None:
    """Each process of a worker, once it has loaded what it needs."""
    garbage.settle()


@signals.worker_init.connect
def bear_many(**_told: Any) -> None:
    """Celery drops messages that expired while a task ran one within the other; after minutes that is deeper than Python allows by itself."""
    sys.setrecursionlimit(20_000)


@signals.task_prerun.connect
def take(task: Any, **_told: Any) -> None:
    """Each hint that is taken makes room for the next."""
    doorbell.taken(task.name)


@signals.worker_ready.connect
def look_for_due_work(sender: Any, **_told: Any) -> None:
    """A worker that starts looks at once for alerts, steps and pages that are due: the scheduler's tick may come seconds later."""
    if any(queue.name == "critical" for queue in sender.task_consumer.queues):
        for task in PAGING:
            app.send_task(task, queue="critical", expires=60, retry=False)
