"""Bad input, line by line (RELIABILITY A10 to A21).

Here is what other tests do not show. A10: also test_deliveries.py. A11, A17 to A19: also test_door.py. A12, A13: test_refire.py, test_folding.py. A20: test_intake.py.
A21: test_subscriptions.py (Amazon's signature is the one that is checked; other senders have the key in the address). A15: `./evenkeel prove intake`, tests/performance.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from alerts import bodies
from alerts.actions import intake, integrations
from alerts.models import Alert, InboxRow, Integration
from common import clock
from tests.alerts.conftest import Knock, outcomes


@pytest.fixture
def one(house: None) -> Integration:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_inbox")
    return integrations.create(actor=None, name="Checks", adapter="generic", incident_from_priority=None)


def send(integration: Integration, *given: bytes) -> list[InboxRow]:
    with connection.cursor() as cursor:
        for body in given:
            cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, body])
    intake.process_inbox()
    return list(InboxRow.objects.order_by("id"))


def test_the_same_delivery_a_hundred_times_at_once_is_one_alert(genie: Knock) -> None:
    """A10: one open alert, whatever arrives how often; each delivery without a name is counted."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _n: genie("POST", "/v2/alerts", {"message": "Disk full", "alias": "disk"}).status_code, range(100)))
    assert set(answers) == {202}
    assert {told["status"] for told in outcomes()} <= {"Created alert", "Increased alert count"}
    assert Alert.objects.values_list("alias", "count").get()[1] == 100


CLOCKS = [
    "-27h", "+2h", "9999-12-31T23:59:59Z", 0, "1970-01-01T00:00:00Z", -1, "0001-01-01T00:00:00Z", "yesterday", 10**18, True, None, "2026-02-30T00:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("stated", CLOCKS)
def test_a_clock_that_is_wrong_moves_nothing_of_ours(one: Integration, stated: Any) -> None:
    """A14: when the request came governs; what the tool's clock says is kept beside it where it can be, and opens and closes all the same."""
    now = clock.now()
    if isinstance(stated, str) and stated.endswith("h"):
        stated = (now + timedelta(hours=int(stated[:-1]))).isoformat()
    body = {"alias": "db1", "title": "Down", "starts_at": stated}
    send(one, orjson.dumps(body))
    alert = Alert.objects.get()
    assert abs(alert.first_occurred_at - now) < timedelta(minutes=1)
    assert alert.starts_at is None or 1970 <= alert.starts_at.year <= 2200
    send(one, orjson.dumps({**body, "status": "resolved", "ended_at": stated}))
    assert Alert.objects.get().status == "closed" or (alert.starts_at is not None and alert.starts_at > now)


SHAPES: dict[str, bytes] = {
    "cut": b'{"title": "Disk',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "NaN": b'{"title": NaN}',
    "duplicate keys": b'{"title": "a", "title": "b"}',
    "lone surrogate": b'{"title": "\\ud800"}',
    "NUL": b'{"title": "a\\u0000b"}',
    "5000 digits": b'{"title": ' + b"9" * 5000 + b"}",
    "5000 digits in a list": b"[" + b"9" * 5000 + b"]",
    "long exponent": b'{"title": 1e400}',
    "BOM": b'\xef\xbb\xbf{"title": "a"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "UTF-32": '{"title": "a"}'.encode("utf-32"),
    "gzip without its header": b"\x1f\x8b\x08\x00\x00",
    "form": b"title=a&priority=P1",
    "percents": b"%7B%22title%22",
    "XML": b"<alert/>",
    "only spaces": b" \n ",
    "a text": b'"a"',
    "true": b"true",
    "null": b"null",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "a list of nothing": b"[null, [], {}, 1]",
    "two values": b'{"title": "a"}{"title": "b"}',
    "comments": b'{"title": "a" /* b */}',
    "latin-1": '{"title": "ä"}'.encode("latin-1"),
    "overlong": b'{"title": "\xc0\xaf"}',
    "right to left": '{"title": "\u202eevil"}'.encode(),
    "wide key": b'{"' + b"k" * 70_000 + b'": 1, "title": "a"}',
    "many keys": orjson.dumps({str(n): n for n in range(20_000)}),
    "million": b'{"title": "' + b"x" * 900_000 + b'"}',
}  # fmt: skip


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
def test_a_body_of_any_shape_is_read_or_put_aside_with_a_reason(one: Integration, body: bytes) -> None:
    """A17: never a failure of ours; the worker goes on with the next one, and whoever looks at the body sees it."""
    row, good = send(one, body, b'{"title": "Good", "alias": "good"}')
    assert (row.state, bool(row.reason)) in (("done", False), ("quarantined", True))
    assert not row.reason.startswith("Could not be processed")
    assert (good.state, Alert.objects.filter(alias="good").count()) == ("done", 1)
    try:
        bodies.read(body, "")
        assert row.state == "done"
    except bodies.Broken:
        assert row.state == "quarantined"


def test_a_poison_body_waits_for_a_person_after_its_last_try_and_others_go_on(one: Integration) -> None:
    """A20: what ended its worker again and again is put aside, and can be processed again when the cause is mended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts_inbox (integration_id, body, attempts) VALUES (%s, %s, %s)", [one.pk, b'{"title": "Poison"}', intake.GIVE_UP_AT]
        )
    poison, good = send(one, b'{"title": "Good", "alias": "good"}')
    assert (poison.state, good.state) == ("quarantined", "done")
    assert intake.replay([poison.pk], actor=None) == 1
    intake.process_inbox()
    assert set(Alert.objects.values_list("message", flat=True)) == {"Good", "Poison"}
