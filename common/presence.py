"""Who has a record open, and who is writing: facts that live for seconds and may be lost, so they stand in Redis alone (INC-25).

One hash for each record: person and page → state and the instant it lapses. Without Redis nobody is anywhere, and nothing else fails.
"""

import time
from typing import Any

from common import doorbell

SECONDS = 30
MOST_PAGES = 100
VIEWING, NOTE, REPLY = "viewing", "note", "reply"
STATES = (VIEWING, NOTE, REPLY)


def _name(subject: str, pk: int) -> str:
    return f"evenkeel:here:{subject}:{pk}"


def beat(subject: str, pk: int, person: int, page: str, state: str) -> None:
    """A page of a person shows the record and says so for the next 30 seconds. state: one of STATES."""

    def write() -> None:
        redis, name = doorbell.live_redis(), _name(subject, pk)
        if int(redis.hlen(name)) < MOST_PAGES or redis.hexists(name, f"{person}:{page}"):
            pipe = redis.pipeline(transaction=False)
            pipe.hset(name, f"{person}:{page}", f"{state}:{time.time() + SECONDS:.0f}")
            pipe.expire(name, SECONDS)
            pipe.execute()

    doorbell.best_effort("presence", write)


def leave(subject: str, pk: int, person: int, page: str) -> None:
    """The page was closed."""
    doorbell.best_effort("presence", lambda: doorbell.live_redis().hdel(_name(subject, pk), f"{person}:{page}"))


def here(subject: str, pk: int) -> dict[int, str]:
    """Person → what he does there; writing counts more than looking."""
    found: dict[int, str] = {}

    def read() -> None:
        redis, name = doorbell.live_redis(), _name(subject, pk)
        kept: Any = redis.hgetall(name)
        lapsed = []
        for field, value in kept.items():
            person, state = int(field.split(b":")[0]), value.split(b":")[0].decode()
            if float(value.split(b":")[1]) < time.time():
                lapsed.append(field)
            elif STATES.index(state) >= STATES.index(found.get(person, VIEWING)):
                found[person] = state
        if lapsed:
            redis.hdel(name, *lapsed)

    doorbell.best_effort("presence", read)
    return found
