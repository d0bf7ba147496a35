"""A mail server for tests and proofs: keeps what it gets, with the monotonic instant at which it took it."""

import email
import random
import socketserver
import threading
import time
from email.message import Message as Mail
from types import TracebackType
from typing import Self


class Sink(socketserver.ThreadingTCPServer):
    """`answers` are what it says to RCPT TO, one for each try, then 250. slowness: how many seconds it thinks, at most, before it takes a mail and before it says so."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: list[Mail] = []
        self.taken_at: list[float] = []
        self.answers: list[str] = []
        self.slowness = 0.0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()

    def take(self, mail: Mail) -> None:
        """Keeps a mail."""
        self.taken_at.append(time.monotonic())
        self.mails.append(mail)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in mid-sentence is no news."""


class Session(socketserver.StreamRequestHandler):
    """One conversation of RFC 5321."""

    server: Sink

    def say(self, line: str) -> None:
        """One line of an answer."""
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        """Until the client says goodbye."""
        self.say("220 sink")
        for raw in self.rfile:
            verb = raw.strip().upper().split(b" ")[0].split(b":")[0]
            if verb == b"RCPT":
                self.say(self.server.answers.pop(0) if self.server.answers else "250 ok")
            elif verb == b"DATA":
                self.say("354 go on")
                self._take_data()
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 sink")

    def _take_data(self) -> None:
        """A mail counts once its last line is there."""
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                self._think()
                self.server.take(email.message_from_bytes(b"".join(lines)))
                self._think()
                self.say("250 taken")
                return
            lines.append(line)

    def _think(self) -> None:
        time.sleep(random.uniform(0, self.server.slowness))
