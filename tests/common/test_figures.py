"""Figures that are remembered until a record of their type changes."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.db import transaction

from common import doorbell


class Counter:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Mapping[str, int]:
        self.asked += 1
        return {"open": self.asked}


@pytest.mark.django_db(transaction=True)
def test_figures_hold_until_a_record_of_their_type_changes() -> None:
    count, key = Counter(), str(uuid4())
    assert doorbell.figures_until_change("ticket", key, count) == {"open": 1}
    doorbell.announce("alert", 7, "alert.created")
    assert doorbell.figures_until_change("ticket", key, count) == {"open": 1}
    doorbell.announce("ticket", 7, "ticket.changed")
    assert doorbell.figures_until_change("ticket", key, count) == {"open": 2}
    assert doorbell.figures_until_change("ticket", str(uuid4()), count) == {"open": 3}


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_remembered() -> None:
    count, key = Counter(), str(uuid4())
    with transaction.atomic():
        assert [doorbell.figures_until_change("ticket", key, count)["open"] for _time in range(2)] == [1, 2]
    assert doorbell.figures_until_change("ticket", key, count) == {"open": 3}


@pytest.mark.django_db(transaction=True)
def test_what_changes_while_it_is_counted_is_counted_again() -> None:
    key, later = str(uuid4()), Counter()

    def count() -> Mapping[str, int]:
        doorbell.announce("ticket", 7, "ticket.changed")
        return {"open": 99}

    assert doorbell.figures_until_change("ticket", key, count) == {"open": 99}
    assert doorbell.figures_until_change("ticket", key, later) == {"open": 1}
