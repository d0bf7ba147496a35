"""The door, through a real web server and a real database."""

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import psycopg2
import pytest
import uvicorn
from django.db import connection

from accounts import actions as accounts
from accounts.models import Team
from alerts import door, keeping, ledger
from alerts.actions import intake, integrations, partitions
from alerts.models import Alert, InboxRow, Integration
from incidents.models import Incident
from services import actions as services
from services.models import Tier
from tests.alerts.test_intake import firing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def integration(transactional_db: None, house: None) -> Integration:
    """Prometheus, and the tier 1 service that its alerts name."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE alerts_inbox")  # partitioned by hand, so the tests' flush does not know it
    team = Team.objects.create(slug="payments", name="Payments platform")
    services.create(actor=None, slug="payments-gateway", name="Payments gateway", tier=Tier.objects.get(pk=1), owner_team=team)
    return integrations.create(actor=None, name="Prometheus")


@pytest.fixture
def url(integration: Integration) -> Iterator[str]:
    """The webhook URL at a server that runs in a thread."""
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/ingest/{integration.key.reveal()}"
    server.should_exit = True
    thread.join()


def test_a_body_is_stored_before_the_answer(url: str, integration: Integration) -> None:
    answer = httpx.post(url, json=firing())
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    row = InboxRow.objects.get(pk=int(answer.json()["id"]))
    assert (row.integration, row.state, bytes(row.body)) == (integration, "pending", answer.request.content)


def test_fifty_threads_with_one_alias_make_one_alert_and_one_incident(url: str) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _number: httpx.post(url, json=firing(), timeout=30).status_code, range(50)))
    assert answers == [202] * 50
    intake.process_inbox()
    alert = Alert.objects.get()
    assert (alert.count, Incident.objects.count(), alert.incident) == (50, 1, Incident.objects.get())


def test_two_workers_at_once_do_not_do_the_work_twice(url: str) -> None:
    for number in range(20):
        httpx.post(url, json=firing(fingerprint=f"f{number % 4}"))
    with ThreadPoolExecutor(2) as pool:
        finished = list(pool.map(lambda _worker: _process(), range(2)))
    assert sum(finished) == 20
    assert sum(Alert.objects.values_list("count", flat=True)) == 20
    assert Incident.objects.count() == 1


def _process() -> int:
    try:
        return intake.process_inbox()
    finally:
        connection.close()


DEEP = b"[" * 200_000 + b"]" * 200_000
UNREADABLE = {
    "not JSON": b"{'a': 1}", "empty": b"", "too deep": DEEP, "NaN": b'{"a": NaN}', "infinity": b'{"a": 1e999}', "lone surrogate": b'{"a": "\\ud800"}',
    "NUL escape": b'{"a": "\\u0000"}', "NUL byte": b'{"a": "\0"}', "not UTF-8": b'{"a": "\xff"}', "a number": b"7", "cut": b'{"alerts": [',
}  # fmt: skip


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_400_with_a_reason_and_kept(url: str, body: bytes) -> None:
    answer = httpx.post(url, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "not_readable"
    row = InboxRow.objects.get()
    assert (row.state, bytes(row.body)) == ("quarantined", body)
    assert row.reason in answer.json()["error"]["message"]


def test_oversized_bodies_are_413(url: str) -> None:
    assert httpx.post(url, content=b'"' + b"x" * 1_100_000 + b'"').status_code == 413
    assert httpx.post(url, content=iter([b"x" * 600_000, b"x" * 600_000])).status_code == 413
    assert not InboxRow.objects.exists()


def test_a_gzip_bomb_is_400_and_kept_as_it_came(url: str) -> None:
    bomb = gzip.compress(b"[" + b"0," * 30_000_000 + b"0]")
    answer = httpx.post(url, content=bomb, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_readable")
    row = InboxRow.objects.get()
    assert (row.state, bytes(row.body)) == ("quarantined", bomb)


def test_a_body_that_trickles_in_is_408(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SLOWEST_SECONDS", 0.3)
    target = httpx.URL(url)
    with socket.create_connection((target.host, target.port or 80), 5) as line:
        line.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{" % target.raw_path)
        line.sendall(b'"')
        answer = line.recv(200)
    assert answer.startswith(b"HTTP/1.1 408")
    assert not InboxRow.objects.exists()


def test_gzip_is_unpacked_and_a_damaged_one_is_400(url: str) -> None:
    packed = gzip.compress(b'{"message": "x"}')
    assert httpx.post(url, content=packed, headers={"Content-Encoding": "gzip"}).status_code == 202
    assert bytes(InboxRow.objects.get().body) == b'{"message": "x"}'
    for damaged in (packed[:-6], packed + packed):
        assert httpx.post(url, content=damaged, headers={"Content-Encoding": "gzip"}).status_code == 400
    assert httpx.post(url, content=b"x", headers={"Content-Encoding": "br"}).status_code == 400


@pytest.mark.parametrize("key", ["", "ek_wrong", "a/b", "%00", "x" * 5000])
def test_unknown_keys_are_401(url: str, key: str) -> None:
    answer = httpx.post(url.rsplit("/", 1)[0] + "/" + key, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unknown_key")


def test_a_revoked_key_and_a_switched_off_integration_end_within_five_seconds(
    url: str, integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert httpx.post(url, json={}).status_code == 202
    accounts.revoke_integration_key(integration.key, actor=None)
    monkeypatch.setattr(ledger, "KEYS_FRESH", 0.0)
    monkeypatch.setattr(ledger, "KEYS_RETRY", 0.0)
    assert httpx.post(url, json={}).status_code == 401


def test_a_new_key_is_known_at_once(url: str) -> None:
    httpx.post(url, json={})
    time.sleep(ledger.KEYS_RETRY)
    other = integrations.create(actor=None, name="Second")
    assert httpx.post(url.rsplit("/", 1)[0] + "/" + other.key.reveal(), json={}).status_code == 202


def test_only_post(url: str) -> None:
    answer = httpx.get(url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_database_that_refuses_is_503_with_retry_after_and_heals(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert httpx.post(url, json={}).status_code == 202
    real = ledger._connect
    door.the_ledger()._disconnect()

    def refuse() -> None:
        raise psycopg2.OperationalError("no server")

    monkeypatch.setattr(ledger, "_connect", refuse)
    answer = httpx.post(url, json={})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    monkeypatch.setattr(ledger, "_connect", real)
    assert httpx.post(url, json={}).status_code == 202


def test_a_database_that_restarted_between_two_posts_costs_nothing(url: str) -> None:
    assert httpx.post(url, json=firing()).status_code == 202
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert httpx.post(url, json=firing()).status_code == 202
    assert InboxRow.objects.count() == 2


def test_a_backup_that_reads_the_inbox_blocks_neither_the_door_nor_the_partitions_for_long(url: str) -> None:
    with psycopg2.connect(**_parameters()) as backup, backup.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM alerts_inbox")
        started = time.monotonic()
        made, _dropped = partitions.keep_partitions()
        assert httpx.post(url, json=firing()).status_code == 202
        assert made == []
        assert time.monotonic() - started < 10
    backup.close()
    made, _dropped = partitions.keep_partitions()
    assert len(made) == partitions.AHEAD_DAYS + 1
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(made)}")  # tests of this kind commit


def _parameters() -> dict[str, object]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}


def test_one_key_takes_half_of_what_may_wait_and_leaves_the_rest_to_others(integration: Integration) -> None:
    """ALR-22: while the database stands still, a storm of one key is told to come again, and another key's alert is still taken."""
    the, body = ledger.Ledger(), b"x" * 1_000_000

    async def storm() -> list[Any]:
        with closing(psycopg2.connect(**connection.get_connection_params())) as blocker:
            blocker.cursor().execute("LOCK TABLE alerts_inbox IN ACCESS EXCLUSIVE MODE")
            first = asyncio.create_task(the.keep(integration.pk, body, "storm"))
            await asyncio.sleep(0.3)  # the flusher has it and waits for the table
            waiting = [asyncio.create_task(the.keep(integration.pk, body, "storm")) for _number in range(40)]
            other = asyncio.create_task(the.keep(integration.pk + 1, b"y", "other"))
            await asyncio.sleep(0.1)
            blocker.rollback()
            return await asyncio.gather(first, *waiting, other, return_exceptions=True)

    told = asyncio.run(storm())
    the.close()
    assert [type(one) for one in told] == [keeping.Place] * 33 + [ledger.TooMuch] * 8 + [keeping.Place]
    assert ledger.TooMuch.status == 429
