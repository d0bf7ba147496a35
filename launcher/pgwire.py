"""Just enough of PostgreSQL's protocol to ask the embedded server a question over its socket, without a driver.

Source: PostgreSQL documentation, "Frontend/Backend Protocol", simple query flow. Authentication is `trust`: the socket's folder is private.
"""

import socket
import struct
from pathlib import Path

PROTOCOL = 196608


class Refused(Exception):
    """The server answered with an error, or is not there."""


def ask(sockets: Path, sql: str, database: str = "postgres", user: str = "evenkeel", seconds: float = 5) -> list[list[str]]:
    """The rows that the server returns, as texts. Raises Refused."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        try:
            line.connect(str(sockets / ".s.PGSQL.5432"))
            startup = struct.pack("!i", PROTOCOL) + f"user\0{user}\0database\0{database}\0\0".encode()
            line.sendall(struct.pack("!i", len(startup) + 4) + startup)
            _until_ready(line)
            query = sql.encode() + b"\0"
            line.sendall(b"Q" + struct.pack("!i", len(query) + 4) + query)
            return _until_ready(line)
        except OSError as error:
            raise Refused(str(error)) from error


def _until_ready(line: socket.socket) -> list[list[str]]:
    """Reads messages up to ReadyForQuery."""
    rows: list[list[str]] = []
    problem = ""
    while True:
        kind, body = _message(line)
        if kind == b"D":
            rows.append(_row(body))
        elif kind == b"E":
            problem = _reason(body)
            if "FATAL" in problem:
                raise Refused(problem)
        elif kind == b"Z":
            if problem:
                raise Refused(problem)
            return rows


def _message(line: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(line, 5)
    return head[:1], _exactly(line, struct.unpack("!i", head[1:])[0] - 4)


def _exactly(line: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = line.recv(count - len(parts))
        if not part:
            raise Refused("the server closed the connection")
        parts += part
    return bytes(parts)


def _row(body: bytes) -> list[str]:
    cells, at = [], 2
    for _cell in range(struct.unpack("!h", body[:2])[0]):
        (size,) = struct.unpack("!i", body[at : at + 4])
        at += 4
        cells.append(body[at : at + size].decode() if size >= 0 else "")
        at += max(size, 0)
    return cells


def _reason(body: bytes) -> str:
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    return f"{fields.get(b'S', '')}: {fields.get(b'M', '')}"
