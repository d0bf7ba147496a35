"""Reads of saved queues: which ones a person has, what stands in them, how many."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404

from accounts.models import User
from common import clock, doorbell, navigation, paging
from common.query.errors import QueryError
from tickets import permissions, queries
from tickets.models import Queue, Ticket

ALWAYS = ("open", "mine")


def visible(user: User) -> QuerySet[Queue]:
    """The queues this person may open, each with his star: `star_position` and `is_starred_out` (taken out of the sidebar)."""
    rows = permissions.visible_queues(user, Queue.objects.all())
    starred = rows.annotate(star=FilteredRelation("stars", condition=Q(stars__user=user)))
    return starred.select_related("owner", "team").annotate(star_position=F("star__position"), is_starred_out=F("star__is_hidden"), read_at=Now())


def all_of(user: User) -> list[Queue]:
    """The same, read once per request: they are kept on the request's own user object. Starred ones first, in the person's order."""
    known: list[Queue] | None = getattr(user, "_queues", None)
    if known is None:
        rows = list(visible(user).order_by("position", "name"))
        known = sorted(rows, key=lambda row: (row.star_position is None, row.star_position or 0))  # type: ignore[attr-defined]  # annotated above
        user._queues = known  # type: ignore[attr-defined]  # a memo for one request
    return known


def moment(user: User) -> datetime:
    """When the queues were read, by the database's clock."""
    read: Any = all_of(user)
    return clock.pinned() or (read[0].read_at if read else clock.now())


def sidebar(user: User) -> list[Queue]:
    """The queues in this person's sidebar: those he starred, and those that everybody has and he did not take away."""
    return [queue for queue in all_of(user) if is_in_sidebar(queue) and queue.slug not in ALWAYS]


def is_in_sidebar(queue: Any) -> bool:
    """Whether the person for whom the queue was read has it in his sidebar."""
    return queue.is_starred_out is False or (queue.is_starred_out is None and queue.is_in_sidebar)


def queue_for(user: User, slug: str) -> Queue:
    """One queue. Raises Http404 when this person has none of that address."""
    found = next((queue for queue in all_of(user) if queue.slug == slug), None)
    if found is None:
        raise Http404
    return found


def tickets_of(user: User, queue: Queue, at: datetime) -> tuple[QuerySet[Ticket], tuple[paging.Key, ...]]:
    """What stands in a queue for this person, and the order that its query names. Raises QueryError for a query that holds no longer."""
    tickets, order = queries.search(user, queue.query, at)
    return (tickets.filter(is_open=True) if queue.is_open_only else tickets), order


def counts(user: User, queues: Iterable[Queue], at: datetime) -> Mapping[str, int]:
    """How many tickets stand in each queue, by slug, exactly: one query for all queues of open tickets, one for each other.

    A queue whose query holds no longer is left out.
    """
    figures, found = {}, {}
    for queue in queues:
        try:
            condition = queries.compiled(user, queue.query, at).condition
        except QueryError:
            continue
        if queue.is_open_only:
            figures[f"queue_{queue.pk}"] = (queue.slug, Count("id", filter=condition) if condition else Count("id"))
        else:
            found[queue.slug] = queries.tickets_for(user).filter(condition).count()
    if figures:
        counted = queries.tickets_for(user).filter(is_open=True).aggregate(**{name: figure for name, (_slug, figure) in figures.items()})
        found |= {slug: counted[name] for name, (slug, _figure) in figures.items()}
    return found


def _figures(user: User, shown: Sequence[Queue], at: datetime) -> Mapping[str, int]:
    """The counts of these queues, remembered until a ticket changes."""
    meant = [
        user.pk,
        user.is_superuser,
        user.time_zone,
        sorted(user.rights),
        sorted(user.held_in_teams, key=str),
        *((queue.slug, queue.query, queue.is_open_only) for queue in shown),
    ]
    return doorbell.figures_until_change("ticket", blake2b(repr(meant).encode(), digest_size=16).hexdigest(), lambda: counts(user, shown, at))


def count(user: User, queue: Queue, at: datetime) -> int:
    """How many tickets stand in a queue, exactly; those of the sidebar were counted there."""
    known = navigation.figures(user).get(f"queue.{queue.slug}")
    return _figures(user, [queue], at).get(queue.slug, 0) if known is None else known


def sidebar_counts(user: User) -> Mapping[str, int]:
    """The figures beside the queues of the sidebar."""
    if not user.has_right("desk.access"):
        return {}
    shown = [queue for queue in all_of(user) if is_in_sidebar(queue) or queue.slug in ALWAYS]
    found = _figures(user, shown, moment(user))
    return {f"queue.{slug}": amount for slug, amount in found.items()}


def entries(user: User) -> Sequence[navigation.Entry]:
    """The sidebar's lines for this person's queues."""
    return [
        navigation.Entry(
            f"queue.{queue.slug}", queue.name, "tickets:queue", section=1, order=30 + place, args=(queue.slug,), count=f"queue.{queue.slug}", parent="queues"
        )
        for place, queue in enumerate(sidebar(user))
    ]  # fmt: skip
