"""Saving queues, and putting them into one's sidebar."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Team, User
from common import errors, slugs
from common.query.errors import QueryError
from fields import queries as fields
from journal import actions as journal
from tickets import events, permissions, queries, queues
from tickets.actions import creation
from tickets.models import Queue, QueueStar
from tickets.models.queues import QUERY_LENGTH

COLUMNS = ("name", "query", "is_open_only", "sort", "columns", "view", "visibility", "team")
MOST_COLUMNS, MOST_QUEUES = 10, 200


@transaction.atomic
def create_queue(*, actor: User, name: str, query: str = "", visibility: str = Queue.PERSONAL, team: Team | None = None, **more: Any) -> Queue:
    """Saves a query as a queue of the actor, who finds it in his sidebar.

    more: is_open_only, sort, columns, view. Raises Refused for a sharing that is not his to decide, Invalid for the value that is wrong:
    a query with a mistake is Invalid("query") with its place.
    """
    permissions.can_save_queue(actor, visibility, team).require()
    if Queue.objects.filter(owner=actor).count() >= MOST_QUEUES:
        raise errors.Invalid("name", _("You have %(most)d queues. Delete one first.") % {"most": MOST_QUEUES})
    wanted = _cleaned(actor, {"name": name, "query": query, "visibility": visibility, "team": team, **more})
    queue = Queue(owner=actor, slug=slugs.free(wanted["name"], Queue.objects.all(), instead="queue"), **wanted)
    queue.save(force_insert=True)
    _place(queue, actor, is_hidden=False)
    journal.record(events.QUEUE_SAVED, queue, actor=actor, name=queue.name, visibility=visibility)
    return queue


@transaction.atomic
def change_queue(queue: Queue, *, actor: User | None, **wanted: Any) -> Queue:
    """Changes a queue. Raises Refused, Invalid as create_queue does."""
    locked = Queue.objects.select_for_update(of=("self",)).get(pk=queue.pk)
    permissions.can_change_queue(actor, locked).require()
    if actor is not None and {"visibility", "team"} & set(wanted):
        permissions.can_save_queue(actor, wanted.get("visibility", locked.visibility), wanted.get("team", locked.team)).require()
    cleaned = _cleaned(actor, wanted)
    changed = [name for name, value in cleaned.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, cleaned[name])
    if changed:
        locked.save(update_fields=changed)
        journal.record(events.QUEUE_CHANGED, locked, actor=actor, name=locked.name, fields=", ".join(changed))
    return locked


@transaction.atomic
def delete_queue(queue: Queue, *, actor: User | None) -> None:
    """Deletes a queue; its tickets stay. Raises Refused, Invalid for one that ships."""
    permissions.can_change_queue(actor, queue).require()
    if queue.is_shipped:
        raise errors.Invalid("queue", _("A queue that ships cannot be deleted. Take it out of the sidebar instead."))
    journal.record(events.QUEUE_DELETED, queue, actor=actor, name=queue.name)
    queue.delete()


@transaction.atomic
def star(queue: Queue, *, actor: User) -> None:
    """Puts a queue into the actor's sidebar, after those that he starred before."""
    _place(queue, actor, is_hidden=False)


@transaction.atomic
def unstar(queue: Queue, *, actor: User) -> None:
    """Takes a queue out of the actor's sidebar, also one that everybody else has there."""
    if queue.is_in_sidebar:
        _place(queue, actor, is_hidden=True)
    else:
        QueueStar.objects.filter(queue=queue, user=actor).delete()


def _place(queue: Queue, user: User, *, is_hidden: bool) -> None:
    if not permissions.visible_queues(user, Queue.objects.filter(pk=queue.pk)).exists():
        raise errors.Refused(_("You cannot see this queue."))
    last = QueueStar.objects.filter(user=user).aggregate(last=Max("position"))["last"] or 0
    QueueStar.objects.update_or_create(
        queue_id=queue.pk, user=user, defaults={"is_hidden": is_hidden}, create_defaults={"is_hidden": is_hidden, "position": last + 1}
    )


@transaction.atomic
def arrange(slugs: Sequence[str], *, actor: User) -> None:
    """The order of the actor's sidebar; queues that he does not name keep their places after these."""
    rows = {row.slug: row for row in permissions.visible_queues(actor, Queue.objects.filter(slug__in=slugs))}
    for position, slug in enumerate(dict.fromkeys(slugs)):
        if slug in rows:
            QueueStar.objects.update_or_create(queue=rows[slug], user=actor, defaults={"position": position})


def _cleaned(actor: User | None, wanted: dict[str, Any]) -> dict[str, Any]:
    """The values to store. Raises Invalid for the one that is wrong."""
    unknown = set(wanted) - set(COLUMNS)
    if unknown:
        raise TypeError(f"A queue has no {sorted(unknown)}.")
    cleaned = dict(wanted)
    if "name" in wanted:
        cleaned["name"] = " ".join(creation.clean_text("name", wanted["name"]).split())
        if not 1 <= len(cleaned["name"]) <= 80:
            raise errors.Invalid("name", _("Give it a name of at most 80 characters."))
    if "query" in wanted:
        cleaned["query"] = _clean_query(actor, wanted["query"])
    if "columns" in wanted:
        cleaned["columns"] = _clean_columns(wanted["columns"])
    for field, known in (("sort", set(queues.SORTS)), ("view", set(dict(Queue.VIEWS))), ("visibility", set(dict(Queue.VISIBILITIES)))):
        if field in wanted and wanted[field] not in known:
            raise errors.Invalid(field, _("Choose one of %(known)s.") % {"known": ", ".join(sorted(known))})
    if wanted.get("visibility") == Queue.TEAM and wanted.get("team") is None:
        raise errors.Invalid("team", _("Choose the team that sees it."))
    if "visibility" in wanted and wanted["visibility"] != Queue.TEAM:
        cleaned["team"] = None
    return cleaned


def _clean_columns(names: Sequence[str]) -> list[str]:
    """Each column once. Raises Invalid for too many, and for one that there is not."""
    chosen = list(dict.fromkeys(names))
    known = queues.all_columns(fields.in_use())
    if len(chosen) > MOST_COLUMNS or set(chosen) - set(known):
        raise errors.Invalid("columns", _("Choose at most %(most)d of these: %(known)s.") % {"most": MOST_COLUMNS, "known": ", ".join(known)})
    return chosen


def _clean_query(actor: User | None, text: str) -> str:
    stripped = creation.clean_text("query", text).strip()
    if len(stripped) > QUERY_LENGTH:
        raise errors.Invalid("query", _("Use at most %(most)d characters.") % {"most": QUERY_LENGTH})
    if actor is not None:
        try:
            queries.compiled(actor, stripped)
        except QueryError as error:
            raise errors.Invalid("query", _("Column %(position)d: %(message)s") % {"position": error.position, "message": error.message}) from error
    return stripped
