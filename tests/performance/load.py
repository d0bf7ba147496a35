"""A small HTTP load client: keep-alive connections that post one prepared body after the other. The same client measures every server."""

import asyncio
import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """Latencies in seconds of answered requests, the refused ones by status, and how long the run took."""

    latencies: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The latency in milliseconds below which this share of requests stayed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else float("nan")


class _Connection(asyncio.Protocol):
    """One connection that sends the next request when the answer to the last one is complete."""

    def __init__(self, requests: Iterator[bytes], result: Result, until: Callable[[], bool], done: "asyncio.Future[None]") -> None:
        self.requests, self.result, self.until, self.done = requests, result, until, done
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        request = None if self.until() else next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, mark, rest = self.buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        place = lower.find(b"content-length:")
        length = int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        status = int(head[9:12])
        if 200 <= status < 300:
            self.result.latencies.append(time.perf_counter() - self.sent_at)
        else:
            self.result.refused[status] = self.result.refused.get(status, 0) + 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _same(connection: _Connection) -> _Connection:
    """A factory for asyncio that hands out one prepared connection."""
    return connection


def request(path: str, body: bytes, port: int, method: str = "POST", headers: str = "") -> bytes:
    """A complete HTTP/1.1 request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def run(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Result:
    """Sends for so many seconds over so many connections."""
    result = Result()

    async def load() -> None:
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        waiting = []

        def is_over() -> bool:
            return time.perf_counter() - started > seconds

        for _number in range(connections):
            done: asyncio.Future[None] = loop.create_future()
            one = _Connection(requests, result, is_over, done)
            await loop.create_connection(functools.partial(_same, one), "127.0.0.1", port)
            waiting.append(done)
        await asyncio.gather(*waiting)
        result.seconds = time.perf_counter() - started

    asyncio.run(load())
    return result
