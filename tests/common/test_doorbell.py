"""Hints to workers: one of a kind at a time, however often somebody rings."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from common import doorbell

TASK, QUEUE = "tests.nobody", "bulk"


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    """The queue of the tests' own Redis, emptied."""
    doorbell.live_redis().delete(QUEUE, doorbell.AWAITED + TASK)
    yield
    doorbell.live_redis().delete(QUEUE, doorbell.AWAITED + TASK)


def waiting() -> int:
    return int(str(doorbell.live_redis().llen(QUEUE)))


def test_a_storm_of_rings_is_one_hint_until_a_worker_takes_it() -> None:
    for _time in range(100):
        doorbell.send(TASK, QUEUE)
    assert (waiting(), doorbell.is_awaited(TASK)) == (1, True)
    doorbell.taken(TASK)
    assert not doorbell.is_awaited(TASK)
    doorbell.send(TASK, QUEUE)
    assert waiting() == 2


def test_what_is_lost_does_not_hold_up_the_next_for_long() -> None:
    doorbell.send(TASK, QUEUE)
    assert 0 < int(str(doorbell.live_redis().ttl(doorbell.AWAITED + TASK))) <= doorbell.AWAITED_SECONDS


@pytest.mark.django_db(transaction=True)
def test_it_rings_after_the_commit_and_not_at_all_without_one() -> None:
    with transaction.atomic():
        doorbell.ring(TASK, QUEUE)
        assert waiting() == 0
    assert waiting() == 1
    doorbell.taken(TASK)
    with pytest.raises(RuntimeError), transaction.atomic():
        doorbell.ring(TASK, QUEUE)
        raise RuntimeError
    assert waiting() == 1


def test_what_the_broker_refused_is_not_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_more: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broker, pytest.raises(ConnectionError):
        broker.setattr("common.doorbell.current_app.send_task", refuse)
        doorbell.send(TASK, QUEUE)
    assert not doorbell.is_awaited(TASK)
