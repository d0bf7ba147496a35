"""The query language over tickets: what each query finds, for whom, and in which order."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from common import errors
from common.query import asking, suggesting
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


@pytest.mark.parametrize(
    ("who", "text", "expected"),
    [
        ("manager", "assi|", [("field", "assignee")]),
        ("manager", "status = New and pri|", [("field", "priority")]),
        ("manager", "'time to re|'", [("field", "timeToResolution")]),
        ("manager", "seats|", [("field", '"Seats affected"')]),
        ("manager", "priority |", [("operator", "="), ("operator", "!="), ("operator", "in")]),
        ("manager", "summary |", [("operator", "="), ("operator", "!="), ("operator", "in")]),
        ("manager", "resolution is |", [("keyword", "EMPTY"), ("keyword", "not EMPTY")]),
        ("manager", "status = res|", [("value", "Resolved")]),
        ("manager", "status = |x", [("value", "New"), ("value", "Triage")]),
        ("manager", "status in (New, in|", [("value", '"In progress"')]),
        ("manager", "assignee = cur|", [("function", "currentUser()")]),
        ("manager", "assignee = 'han|", [("value", "hanna.agent@example.com")]),
        ("manager", "assignee in m|", [("function", 'membersOf("team")')]),
        ("manager", "service = pay|", [("value", '"Payments gateway"')]),
        ("manager", "region = |", [("value", "North"), ("value", '"South East"')]),
        ("manager", "priority = P1 |", [("keyword", "AND"), ("keyword", "OR"), ("keyword", "ORDER BY")]),
        ("manager", "priority = P1 o|", [("keyword", "OR"), ("keyword", "ORDER BY")]),
        ("manager", "(priority = P1 |", [("keyword", ")"), ("keyword", "AND")]),
        ("manager", "order by crea|", [("field", "created")]),
        ("manager", "order by created |", [("keyword", "ASC"), ("keyword", "DESC")]),
        ("manager", "labels = v|", [("value", "vip")]),
        ("manager", "nosuch = |", []),
        ("jonas", "assignee = 'han|", []),
        ("jonas", "service = pay|", []),
        ("jonas", "labels = v|", []),
        ("jonas", "seats|", []),
    ],
)
def test_what_is_offered_at_the_cursor(cast: Cast, who: str, text: str, expected: list[tuple[str, str]]) -> None:
    asker = asking.Asker(cast.people[who], NOW, ZoneInfo("UTC"))
    found = suggesting.suggest(text.replace("|", ""), text.index("|"), "ticket", asker)
    assert [(one.kind, one.text) for one in found.suggestions][: len(expected) or None] == expected


@pytest.mark.parametrize(("text", "span"), [("assi|", (0, 4)), ("a = 'ha|n'", (4, 9)), ("status = re|solved and", (9, 17)), ("status = |", (9, 9))])
def test_a_suggestion_replaces_the_word_at_the_cursor(cast: Cast, text: str, span: tuple[int, int]) -> None:
    asker = asking.Asker(cast.people["manager"], NOW, ZoneInfo("UTC"))
    found = suggesting.suggest(text.replace("|", ""), text.index("|"), "ticket", asker)
    assert (found.start, found.end) == span


def test_every_beginning_of_a_query_can_be_completed(cast: Cast) -> None:
    texts = ["priority >= P2 and asignee is EMPTY order by created desc, x", *(cast.text(text) for text, _rows in TABLE[::4])]
    for text in texts:
        for cursor in range(0, len(text) + 1, 3):
            asker = asking.Asker(cast.people["manager"], NOW, ZoneInfo("UTC"))
            found = suggesting.suggest(text, cursor, "ticket", asker)
            assert 0 <= found.start <= cursor <= found.end <= len(text)
            assert all(one.text for one in found.suggestions)
