"""The doorbell: hints that work is waiting, or that a screen is out of date. Never the work itself.

Whatever must happen is a row in PostgreSQL first. A lost hint costs seconds (a tick rings again), never an event.
"""

import logging
import time
from collections.abc import Callable, Mapping
from functools import cache

import orjson
import redis
from celery import current_app
from django.conf import settings
from django.db import connection, transaction

log = logging.getLogger(__name__)

LIVE_CHANNEL = "evenkeel:live"
CHANGES = "evenkeel:changes:"
FIGURES = "evenkeel:figures:"
FIGURES_SECONDS = 10
SILENCE_AFTER_FAILURE = 2.0
AWAITED = "evenkeel:awaited:"
AWAITED_SECONDS = 5
EXPIRES_SECONDS = 60

_deaf_until: dict[str, float] = {}


@cache
def live_redis() -> redis.Redis:
    """This process's connection pool for live announcements; short timeouts, because a screen can wait and a user cannot."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def ring(task: str, queue: str = "default") -> None:
    """After the commit, hint to the workers that `task` has something to do: once per transaction, by name, best effort."""
    _once_at_commit(("ring", task), lambda: best_effort("broker", lambda: send(task, queue)))


def send(task: str, queue: str) -> None:
    """The hint itself, unless one is on its way that no worker has taken yet: a storm leaves no heap of hints. Raises what the broker says when it is down."""
    if not live_redis().set(AWAITED + task, 1, nx=True, ex=AWAITED_SECONDS):
        return
    try:
        current_app.send_task(task, queue=queue, ignore_result=True, retry=False, expires=EXPIRES_SECONDS)
    except Exception:
        taken(task)  # nothing is on its way: whoever rings next is heard
        raise


def taken(task: str) -> None:
    """A worker begins with the task: whoever rings from now on is not heard by it."""
    best_effort("live", lambda: live_redis().delete(AWAITED + task))


def is_awaited(task: str) -> bool:
    """Whether a hint is on its way."""
    found: list[object] = []
    best_effort("live", lambda: found.append(live_redis().exists(AWAITED + task)))
    return bool(found and found[0])


def announce(subject_type: str, subject_id: int, event: str) -> None:
    """After the commit, tell open screens that a record changed; id 0 means many of this type. Lossy: a screen that misses it polls."""
    message = orjson.dumps({"subject": subject_type, "id": subject_id, "event": event})

    def send() -> None:
        with live_redis().pipeline(transaction=False) as both:
            both.incr(CHANGES + subject_type)
            both.publish(LIVE_CHANNEL, message)
            both.execute()

    _once_at_commit(("announce", message), lambda: best_effort("live", send))


def figures_until_change(subject_type: str, key: str, count: Callable[[], Mapping[str, int]]) -> Mapping[str, int]:
    """What `count` answers, remembered until a record of this type changes, and at most ten seconds, because time changes figures too.

    Inside a transaction, and without Redis, it counts anew. key: everything else that the figures depend on.
    """
    if connection.in_atomic_block:
        return count()
    known: list[bytes | None] = []
    best_effort("live", lambda: known.extend(live_redis().mget(CHANGES + subject_type, FIGURES + key)))  # type: ignore[arg-type]  # redis types both clients at once
    if not known:
        return count()
    changes = (known[0] or b"0").decode()
    kept = orjson.loads(known[1]) if known[1] else None
    if kept is not None and kept["changes"] == changes:
        return kept["figures"]  # type: ignore[no-any-return]  # as it was written below
    figures = count()
    best_effort("live", lambda: live_redis().set(FIGURES + key, orjson.dumps({"changes": changes, "figures": figures}), ex=FIGURES_SECONDS))
    return figures


def best_effort(bell: str, act: Callable[[], object]) -> None:
    """Rings unless this bell failed within the last two seconds: a dead Redis must not slow the work down."""
    if time.monotonic() < _deaf_until.get(bell, 0.0):
        return
    try:
        act()
    except Exception as error:  # the broker may be down in any way at all: a tick rings again, a screen polls
        _deaf_until[bell] = time.monotonic() + SILENCE_AFTER_FAILURE
        log.warning("%s does not hear the doorbell: %s", bell, error)


def _once_at_commit(hint: tuple[str, object], act: Callable[[], None]) -> None:
    """Registers `act` unless the running transaction already holds the same hint."""
    if any(getattr(known[1], "hint", None) == hint for known in connection.run_on_commit):
        return
    act.hint = hint  # type: ignore[attr-defined]  # a mark on the function, read above
    transaction.on_commit(act)
