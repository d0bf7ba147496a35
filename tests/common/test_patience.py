"""A question that takes too long is given up with a message, not with a failure (QUE-03: cost limits)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def held_up() -> Iterator[None]:
    """Nobody can read SLA clocks meanwhile."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            connection.cursor().execute("LOCK TABLE tickets_slaclock IN ACCESS EXCLUSIVE MODE")
            is_held.set()
            may_go.wait(60)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(60)
    connection.cursor().execute("SET statement_timeout = '400ms'")
    try:
        yield
    finally:
        may_go.set()
        holder.join()
        connection.cursor().execute("RESET statement_timeout")


def test_a_query_that_takes_too_long_says_how_to_ask_for_less(agent: User, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(agent)
    with held_up():
        page = client.get("/search/?jql=%22Time+to+resolution%22+%3C+1h")
        answer = client.get("/api/v1/tickets/?jql=%22Time+to+resolution%22+%3C+1h")
    assert (page.status_code, answer.status_code) == (422, 400)
    assert "Ask for less" in page.content.decode()
    assert answer.json()["error"]["code"] == "too_slow"
