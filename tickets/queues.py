"""The queues that ship: each is a named condition on open tickets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.paging import Key

BREACHING_WITHIN = timedelta(minutes=60)

WORK_ORDER = (Key("priority"), Key("sla_due_at"), Key("id"))
NEWEST = (Key("id", is_descending=True),)

SORTS: dict[str, tuple[Key, ...]] = {
    "work": WORK_ORDER,
    "priority": WORK_ORDER,
    "-priority": (Key("priority", is_descending=True), Key("id")),
    "sla": (Key("sla_due_at"), Key("id")),
    "-sla": (Key("sla_due_at", is_descending=True), Key("id")),
    "key": (Key("id"),),
    "-key": NEWEST,
    "updated": (Key("updated_at"), Key("id")),
    "-updated": (Key("updated_at", is_descending=True), Key("id", is_descending=True)),
    "status": (Key("status"), Key("priority"), Key("id")),
    "-status": (Key("status", is_descending=True), Key("priority"), Key("id")),
}


@dataclass(frozen=True, slots=True)
class Queue:
    """A list of open tickets. condition(user, at) narrows the tickets the user may see."""

    slug: str
    name: Any
    condition: Callable[[User, datetime], Q]
    empty_title: Any
    empty_text: Any


OPEN = Queue("open", _("Open incidents"), lambda user, at: Q(), _("Nothing is open"), _("New incidents appear here on their own."))

QUEUES: list[Queue] = [
    OPEN,
    Queue(
        "unassigned", _("Unassigned"), lambda user, at: Q(assignee__isnull=True),
        _("Everything has somebody"), _("Incidents without an assignee appear here."),
    ),
    Queue(
        "breaching", _("Breaching soon"), lambda user, at: Q(sla_due_at__lte=at + BREACHING_WITHIN),
        _("Nothing breaches soon"), _("All open incidents have more than an hour left. The list refreshes on its own."),
    ),
    Queue(
        "waiting", _("Waiting"), lambda user, at: Q(status__is_paused=True),
        _("Nothing waits"), _("Incidents on hold appear here with what they wait for."),
    ),
    Queue(
        "mine", _("My work"), lambda user, at: Q(assignee=user),
        _("Nothing is assigned to you"), _("Take an incident from the queue with a."),
    ),
]  # fmt: skip

BY_SLUG = {queue.slug: queue for queue in QUEUES}
SIDEBAR = ["unassigned", "breaching", "waiting"]
