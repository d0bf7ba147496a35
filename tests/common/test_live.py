"""The stream of live screens: who may listen, what arrives, and what happens when Redis or the session goes away."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from accounts.models import User
from common import doorbell, live

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("live")]

PATIENCE = 60.0


class Listener:
    """A browser at the stream: collects what the application sends."""

    def __init__(self, cookie: str = "", method: str = "GET", query: str = "") -> None:
        name = settings.SESSION_COOKIE_NAME
        headers = [(b"cookie", f"other=1; {name}={cookie}".encode())] if cookie else []
        self.scope = {"type": "http", "method": method, "path": "/events/stream", "headers": headers, "query_string": query.encode()}
        self.status = 0
        self.received = b""
        self.is_gone = asyncio.Event()
        self.task = asyncio.create_task(live.app(self.scope, self._receive, self._send))

    async def _receive(self) -> MutableMapping[str, Any]:
        await self.is_gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.received += message.get("body", b"")

    async def until(self, text: bytes) -> None:
        """Waits for a text in the stream."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.received:
                assert not self.task.done(), f"ended with status {self.status}: {self.received!r}"
                await asyncio.sleep(0.01)

    async def ended(self) -> int:
        """Waits for the end and answers the status."""
        await asyncio.wait_for(self.task, PATIENCE)
        return self.status


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Runs a story beside a started and stopped stream application."""

    async def whole() -> None:
        await live.startup()
        try:
            await story()
        finally:
            await live.shutdown()

    asyncio.run(whole())


def session_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def subscribed() -> None:
    """Waits until this process listens to Redis."""
    async with asyncio.timeout(PATIENCE):
        while not dict(doorbell.live_redis().pubsub_numsub(doorbell.LIVE_CHANNEL))[doorbell.LIVE_CHANNEL.encode()]:
            await asyncio.sleep(0.01)


def announce_assignment() -> None:
    with transaction.atomic():
        doorbell.announce("ticket", 7, "ticket.assigned")


def test_a_change_reaches_an_agent(agent: User, sign_in: Callable[[User], Client]) -> None:
    cookie = session_of(sign_in(agent))

    async def story() -> None:
        await subscribed()
        listener = Listener(cookie)
        await listener.until(b"welcome")

        await asyncio.to_thread(announce_assignment)

        await listener.until(b"ticket.assigned")
        line = next(line for line in listener.received.split(b"\n") if line.startswith(b"data: "))
        assert json.loads(line.removeprefix(b"data: ")) == {"subject": "ticket", "id": 7, "event": "ticket.assigned"}
        listener.is_gone.set()
        assert await listener.ended() == 200

    run(story)


def test_a_page_hears_what_changed_since_it_was_asked_for(agent: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = session_of(sign_in(agent))

    async def story() -> None:
        await subscribed()
        listener = Listener(cookie)
        await listener.until(b"welcome")
        await asyncio.to_thread(announce_assignment)
        await listener.until(b"ticket.assigned")

        monkeypatch.setattr(live._hub, "knows_since", float("-inf"))
        late = Listener(cookie, query="age=60000")
        await late.until(b"ticket.assigned")
        assert b"resync" not in late.received
        monkeypatch.setattr(live._hub, "knows_since", float("inf"))
        await Listener(cookie, query="age=60000").until(b"event: resync")

    run(story)


@pytest.mark.parametrize("query", ["", "age=", "age=x", "age=-1", "age=²", "age=" + "9" * 400])
def test_an_age_that_says_nothing_is_passed_over(query: str) -> None:
    assert live._asked_at({"query_string": query.encode()}) is None


def test_strangers_and_requesters_are_refused(requester: User, sign_in: Callable[[User], Client]) -> None:
    cookie = session_of(sign_in(requester))

    async def story() -> None:
        assert await Listener().ended() == 403
        assert await Listener("no such session").ended() == 403
        assert await Listener(cookie).ended() == 403
        assert await Listener(cookie, "POST").ended() == 405

    run(story)


def test_the_stream_survives_the_loss_of_redis_and_asks_to_read_again(agent: User, sign_in: Callable[[User], Client]) -> None:
    cookie = session_of(sign_in(agent))

    async def story() -> None:
        await subscribed()
        listener = Listener(cookie)
        await listener.until(b"welcome")

        doorbell.live_redis().client_kill_filter(_type="pubsub")

        await listener.until(b"event: resync")
        await asyncio.to_thread(announce_assignment)
        await listener.until(b"ticket.assigned")

    run(story)


def test_one_person_holds_six_streams(agent: User, sign_in: Callable[[User], Client]) -> None:
    cookie = session_of(sign_in(agent))

    async def story() -> None:
        listeners = [Listener(cookie) for _number in range(live.STREAMS_PER_PERSON)]
        for listener in listeners:
            await listener.until(b"welcome")
        assert await Listener(cookie).ended() == 429

        listeners[0].is_gone.set()
        await listeners[0].ended()

        again = Listener(cookie)
        await again.until(b"welcome")

    run(story)


def test_signing_out_ends_the_stream(agent: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(live, "SESSION_SECONDS", 0.1)
    cookie = session_of(sign_in(agent))

    async def story() -> None:
        listener = Listener(cookie)
        await listener.until(b"still here")

        await asyncio.to_thread(Session.objects.all().delete)

        assert await listener.ended() == 200

    run(story)


def test_a_stopping_server_ends_its_streams(agent: User, sign_in: Callable[[User], Client]) -> None:
    cookie = session_of(sign_in(agent))

    async def story() -> None:
        listener = Listener(cookie)
        await listener.until(b"welcome")

        await live.shutdown()

        assert await listener.ended() == 200

    run(story)
