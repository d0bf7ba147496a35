"""A lease is short, and renewed while its holder lives."""

import threading
import time
from datetime import timedelta

import pytest

from common import clock, leases
from notifications.models import Message


def lease_of(message: Message) -> float | None:
    until = Message.objects.values_list("lease_until", flat=True).get(pk=message.pk)
    return until.timestamp() if until else None


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_the_work_lasts_and_what_is_finished_stays_finished() -> None:
    at = clock.now()
    first, second = [Message.objects.create(address="a@example.com", idempotency_key=f"k{n}", due_at=at) for n in (1, 2)]
    claimed = leases.claim(Message.objects.order_by("pk"), at=at, seconds=1, limit=2)
    with leases.kept(claimed, seconds=1):
        Message.objects.filter(pk=second.pk).update(lease_until=None)
        time.sleep(1.5)
        assert not leases.claim(Message.objects.filter(pk=first.pk), at=clock.now(), seconds=1, limit=2)
    assert lease_of(second) is None
    assert (lease_of(first) or 0) > (at + timedelta(seconds=1.4)).timestamp()
    left = [thread for thread in threading.enumerate() if thread.name.endswith("(_renew)")]
    assert not left
    assert leases.claim(Message.objects.filter(pk=first.pk), at=clock.now() + timedelta(seconds=2), seconds=1, limit=2) == [first]
