"""A10: what a tool sends again is kept once, when the tool says that it is the same delivery."""

import asyncio
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from alerts import deliveries, keeping, ledger
from alerts.actions import intake, partitions
from alerts.models import Alert, Delivery, InboxRow, Integration
from common import clock
from tests.alerts.conftest import Knock

CLOUD_EVENT = {"specversion": "1.0", "id": "A234", "source": "/sensors", "type": "alarm"}
SNS = {"Type": "Notification", "MessageId": "22b8-1", "TopicArn": "arn:aws:sns:eu-north-1:1:t"}
PAGERDUTY = {"event": {"id": "01D", "event_type": "incident.triggered", "data": {}}}


@pytest.mark.parametrize(
    ("headers", "value", "name"),
    [
        ({"idempotency-key": "a-1"}, {}, "idempotency-key:a-1"),
        ({"x-github-delivery": "72d3162e", "x-github-event": "status"}, {}, "x-github-delivery:72d3162e"),
        ({"x-amz-sns-message-id": "22b8-1"}, SNS, "x-amz-sns-message-id:22b8-1"),
        ({}, SNS, "x-amz-sns-message-id:22b8-1"),
        ({"webhook-id": "msg_1", "webhook-timestamp": "1"}, {}, "webhook-id:msg_1"),
        ({"x-atlassian-webhook-identifier": "w7"}, {}, "x-atlassian-webhook-identifier:w7"),
        ({"ce-id": "A234", "ce-source": "/sensors"}, {"x": 1}, "ce:/sensors:A234"),
        ({}, CLOUD_EVENT, "ce:/sensors:A234"),
        ({}, PAGERDUTY, "pagerduty:01D"),
        ({"x-request-id": "new-for-each-attempt", "request-id": "so-is-this"}, {"id": 7, "message": "x"}, ""),
        ({"idempotency-key": " "}, [CLOUD_EVENT], ""),
        ({}, {"event": "push", "MessageId": "alone"}, ""),
    ],
)
def test_what_names_a_delivery(headers: dict[str, str], value: Any, name: str) -> None:
    assert deliveries.of(headers, value) == name


@pytest.mark.parametrize("odd", ["x" * 5_000, "a\0b", "a\nb"])
def test_a_name_of_any_shape_can_be_stored(odd: str) -> None:
    found = deliveries.of({}, {**CLOUD_EVENT, "id": odd})
    assert (len(found), found.isalnum()) == (64, True)


@pytest.fixture
def send(base: str, clients: Integration) -> Any:
    """Posts to the integration's own address."""

    def post(body: Any, **headers: str) -> httpx.Response:
        return httpx.post(f"{base}/ingest/{clients.key.reveal()}", json=body, headers=headers, timeout=30)

    return post


@pytest.mark.django_db(transaction=True)
def test_one_delivery_from_a_hundred_threads_at_once_is_one_event(send: Any) -> None:
    barrier = threading.Barrier(100)

    def deliver(_number: int) -> tuple[int, bytes]:
        barrier.wait(30)
        answer = send({"message": "Disk full", "host": "db-1"}, **{"Idempotency-Key": "one"})
        return answer.status_code, answer.content

    with ThreadPoolExecutor(100) as pool:
        answers = set(pool.map(deliver, range(100)))
    row = InboxRow.objects.get()
    assert answers == {(202, b'{"id":"%d","status":"accepted"}' % row.pk)}
    intake.process_inbox()
    assert Alert.objects.get().count == 1
    send({"message": "Disk full", "host": "db-1"}, **{"Idempotency-Key": "one"})
    send({"message": "Disk full", "host": "db-1"}, **{"Idempotency-Key": "two"})
    send({"message": "Disk full", "host": "db-1"})
    intake.process_inbox()
    assert Alert.objects.get().count == 3


@pytest.mark.django_db(transaction=True)
def test_another_integration_and_what_could_not_be_read_are_not_the_same_delivery(send: Any, base: str, clients: Integration) -> None:
    named = {"Idempotency-Key": "one"}
    assert [httpx.post(f"{base}/ingest/{clients.key.reveal()}", content=b"{", headers=named).status_code for _time in range(2)] == [400, 400]
    assert send({"message": "mended"}, **named).status_code == 202
    assert sorted(InboxRow.objects.values_list("state", flat=True)) == ["pending", "quarantined", "quarantined"]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_client_of_opsgenie_that_tries_again_gets_the_request_id_of_the_first_time(genie: Knock) -> None:
    answers = [genie("POST", "/v2/alerts", {"message": "x"}, headers={"Idempotency-Key": "k"}).json()["requestId"] for _time in range(3)]
    assert answers == [str(InboxRow.objects.get().request_id)] * 3


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_hear_the_same_deliveries_at_once_keep_each_once(clients: Integration) -> None:
    ledgers = [ledger.Ledger(), ledger.Ledger()]

    async def hear(the: ledger.Ledger, names: list[str]) -> list[keeping.Place]:
        waiting = [the.keep(clients.pk, name.encode(), "", keeping.Request(str(uuid.uuid4()), "ingest", {}), name) for name in names]
        return list(await asyncio.gather(*waiting))

    names = [f"d{number}" for number in range(60)]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda given: asyncio.run(hear(*given)), zip(ledgers, (names, names[::-1]), strict=True)))
    for the in ledgers:
        the.close()
    assert told[0] == told[1][::-1]
    assert sorted(bytes(body).decode() for body in InboxRow.objects.values_list("body", flat=True)) == sorted(names)


@pytest.mark.django_db
def test_names_of_deliveries_are_forgotten_after_three_days(house: None) -> None:
    for hours in (1, 71, 73, 300):
        row = Delivery.objects.create(integration_id=1, delivery_id=f"{hours} hours", row_id=hours)
        Delivery.objects.filter(pk=row.pk).update(came_at=clock.now() - timedelta(hours=hours))
    assert partitions.forget_deliveries() == 2
    assert set(Delivery.objects.values_list("delivery_id", flat=True)) == {"1 hours", "71 hours"}
