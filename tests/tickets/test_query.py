"""The query language over tickets: what each query finds, for whom, and in which order."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from common import errors
from common.query.errors import QueryError
from tests.tickets import query_cast
from tests.tickets.query_cast import NOW, Cast
from tests.tickets.query_table import ERRORS, ORDERS, SIGHT, TABLE
from tickets import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The fifteen tickets, once for the whole module; nothing here changes them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield query_cast.build()
        transaction.set_rollback(True)


def found(cast: Cast, who: str, text: str) -> str:
    rows, _order = queries.search(cast.people[who], cast.text(text), NOW)
    return cast.rows(rows)


def test_the_table_is_long_enough() -> None:
    assert len({query for query, _rows in TABLE}) >= 120


@pytest.mark.parametrize(("text", "rows"), TABLE, ids=[text for text, _rows in TABLE])
def test_a_query_finds(cast: Cast, text: str, rows: str) -> None:
    assert found(cast, "manager", text) == rows


@pytest.mark.parametrize(("who", "text", "rows"), SIGHT)
def test_a_query_shows_nobody_more_than_he_may_see(cast: Cast, who: str, text: str, rows: str) -> None:
    assert found(cast, who, text) == rows


@pytest.mark.parametrize(("text", "position", "part"), ERRORS, ids=[text for text, _position, _part in ERRORS])
def test_an_error_says_where_and_what(cast: Cast, text: str, position: int, part: str) -> None:
    with pytest.raises(QueryError) as error:
        found(cast, "manager", text)
    assert (error.value.position, part in error.value.message) == (position, True), error.value.message


@pytest.mark.parametrize(("text", "letters"), ORDERS, ids=[text for text, _letters in ORDERS])
@pytest.mark.parametrize("size", [1, 4, 50])
def test_pages_follow_the_order(cast: Cast, text: str, letters: str, size: int) -> None:
    rows, order = queries.search(cast.people["manager"], cast.text(text), NOW)
    seen, mark = "", None
    while True:
        page = queries.page(rows, sort="", order=order, size=size, after=mark)
        seen += "".join(cast.letters[row.key] for row in page.rows)
        mark = page.next_mark
        if mark is None:
            break
    assert seen == letters


def test_a_mark_of_another_order_is_refused(cast: Cast) -> None:
    rows, order = queries.search(cast.people["manager"], "order by summary", NOW)
    mark = queries.page(rows, sort="", order=order, size=2).next_mark
    with pytest.raises(errors.Invalid):
        queries.page(rows, sort="work", size=2, after=mark)
