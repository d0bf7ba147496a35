"""A door that other products' clients knock at."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from django.db import connection

from alerts import door
from alerts.actions import intake, integrations
from alerts.models import InboxRow, Integration


@pytest.fixture
def clients(transactional_db: None, house: None) -> Integration:
    """The integration whose key the clients carry."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE alerts_inbox")  # partitioned by hand, so the tests' flush does not know it
    return integrations.create(actor=None, name="Clients", adapter="generic", incident_from_priority=None)


@pytest.fixture
def base(clients: Integration) -> Iterator[str]:
    """Where the door listens."""
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


Knock = Callable[..., httpx.Response]


@pytest.fixture
def genie(base: str, clients: Integration) -> Knock:
    """Calls the door with the integration's key, as Opsgenie's clients do."""

    def call(method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        given = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
        headers = {"Authorization": f"GenieKey {clients.key.reveal()}", **more.pop("headers", {})}
        return httpx.request(method, base + path, headers=headers, timeout=30, **given, **more)

    return call


def outcomes() -> list[dict[str, Any]]:
    """What came of each request, in order, once all are processed."""
    intake.process_inbox()
    return [row.outcome or {} for row in InboxRow.objects.order_by("id")]
