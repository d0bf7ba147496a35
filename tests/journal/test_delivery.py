"""Recording and delivering."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from common import clock
from journal import actions, catalogue, handlers
from journal.models import Delivery, Entry

HEARD: list[int] = []


@pytest.fixture
def listener(house: None) -> Iterator[str]:
    """An event of this test with a handler that can be told to fail."""
    HEARD.clear()
    catalogue.declare("test.rang", "{actor} rang {bell}")

    @handlers.on("test.rang")
    def hear(entry: Entry) -> None:
        if entry.data["bell"] == "broken":
            raise ValueError("no sound")
        HEARD.append(entry.pk)

    yield handlers.name_of(hear)
    handlers._handlers.pop("test.rang")
    catalogue._events.pop("test.rang")


def test_record_needs_a_transaction_and_a_declared_event(transactional_db: None, house: None) -> None:
    subject = User.objects.create_user("a@example.com", name="Ann")
    with pytest.raises(RuntimeError, match="atomic"):
        actions.record("user.signed_in", subject)
    with transaction.atomic(), pytest.raises(LookupError):
        actions.record("user.exploded", subject)
    assert not Entry.objects.filter(subject_type="user").exists()


def test_an_entry_reaches_each_handler_once(listener: str, agent: User) -> None:
    with transaction.atomic():
        entry = actions.record("test.rang", agent, actor=agent, bell="front")
    assert entry.sentence == "Hanna Agent rang front"
    assert actions.deliver_due() == 1
    assert actions.deliver_due() == 0
    assert [entry.pk] == HEARD


def test_a_failing_handler_is_tried_again_and_ends_as_a_dead_letter(listener: str, agent: User) -> None:
    entry = actions.record("test.rang", agent, bell="broken")
    now = clock.now()
    for attempt in range(actions.MAX_ATTEMPTS):
        with clock.shifted(now + timedelta(hours=attempt)):
            actions.deliver_due()
    dead = Delivery.objects.get(entry=entry)
    assert (dead.state, dead.attempts, dead.last_error) == (Delivery.DEAD, actions.MAX_ATTEMPTS, "ValueError: no sound")
    assert actions.replay(dead, actor=agent).state == Delivery.PENDING


def test_a_handler_that_fails_leaves_nothing_behind(listener: str, agent: User) -> None:
    actions.record("test.rang", agent, bell="broken")
    actions.deliver_due()
    assert HEARD == []


def test_muted_entries_reach_nobody(listener: str, agent: User) -> None:
    with actions.muted():
        actions.record("test.rang", agent, bell="front")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE journal_entry SET event = 'x'", "DELETE FROM journal_entry"])
def test_the_database_refuses_to_change_history(agent: User, statement: str) -> None:
    assert Entry.objects.exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
