"""One web process on a listening socket that the supervisor made: `python -m itsm.web <file descriptor>`."""

import asyncio
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE_SECONDS = 3
KEEP_ALIVE_SECONDS = 75
PACKET = 64 * 1024


class Together:
    """A connection's transport that sends what is written in one turn of the event loop at once: the head of an answer does not travel alone.

    That is half of the system calls and of the client's awakenings. Everything else is the transport's own.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._waiting: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Sends it with what is written next, at the end of this turn; a full packet leaves at once."""
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= PACKET:
            self._send()

    def close(self) -> None:
        """Sends what waits and closes."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        if waiting and not self._transport.is_closing():  # the client may have gone since
            self._transport.write(b"".join(waiting))


class Protocol(HttpToolsProtocol):
    """Uvicorn's, with whole answers, and with one timer a connection instead of one an answer: a timer costs as much as reading a request."""

    _idle_since: float | None = None
    _timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """A client connects."""
        super().connection_made(Together(transport, self.loop))  # type: ignore[arg-type]  # it has what uvicorn calls
        self._idle_since = self.loop.time()
        self._timer = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; nothing keeps it in memory."""
        self._timer.cancel()
        super().connection_lost(exc)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def on_response_complete(self) -> None:
        """The next request of those that came together begins, or the connection is idle."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_since = self.loop.time()

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection that was idle for long enough, or looks again when it may have been."""
        if self.transport.is_closing():
            return
        now = self.loop.time()
        since = now if self._idle_since is None else self._idle_since
        if since + self.timeout_keep_alive <= now:
            self.transport.close()
        else:
            self._timer = self.loop.call_at(since + self.timeout_keep_alive, self.timeout_keep_alive_handler)


def main(descriptor: int) -> None:
    """Serves until it is told to stop. A client's keep-alive connection outlasts the pauses of a monitoring tool."""
    config = uvicorn.Config(
        "itsm.asgi:application",
        http=Protocol,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        server_header=False,
        proxy_headers=True,
        backlog=2048,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
