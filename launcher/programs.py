"""The programs of the product: what each is called, how it is started and how one knows that it is ready."""

import http.client
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from launcher import keys, owner, places, ports, postgres, redisserver
from launcher.places import CHECKOUT, State
from launcher.supervisor import Program

WEB_PROCESSES = 2
AFTER_PAGING = ["nice", "-n", "10"]  # what may wait leaves the processors to alerts and pages, above all when everything starts at once


@dataclass(frozen=True)
class Services:
    """PostgreSQL and Redis: embedded ones to run, or None where the environment names served ones."""

    database: postgres.Server | None
    redis: redisserver.Server | None

    @property
    def environment(self) -> dict[str, str]:
        """The addresses for the product's processes."""
        found = {}
        if self.database is not None:
            found["DATABASE_URL"] = self.database.url
        if self.redis is not None:
            found["REDIS_URL"] = self.redis.url
        return found


def services(state: State, is_careless: bool = False) -> Services:
    """What has to be run here, by the environment."""
    has_database = bool(os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    has_redis = bool(os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"))
    return Services(None if has_database else postgres.server(state, is_careless), None if has_redis else redisserver.server(state))


def environment(state: State, found: Services, base_url: str = "", host: str = "") -> dict[str, str]:
    """The environment of the product's processes."""
    given = {**os.environ, **keys.files(state), **found.environment, "EVENKEEL_DATA_DIR": str(state.root), "PYTHONUNBUFFERED": "1"}
    given.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    if base_url:
        given.setdefault("EVENKEEL_BASE_URL", base_url)
    if host:
        given["EVENKEEL_ALLOWED_HOSTS"] = ",".join([*filter(None, [given.get("EVENKEEL_ALLOWED_HOSTS", "")]), *ports.reachable_names(host)])
    return given


def database_program(state: State, server: postgres.Server) -> Program:
    """The embedded PostgreSQL; SIGINT is its fast stop."""
    log = state.logs / "postgres.log"
    return Program(
        "postgres",
        server.command(),
        server.environment(),
        server.data.parent,
        log,
        signal.SIGINT,
        30.0,
        server.is_ready,
        owner.switch(),
        is_foundation=True,
    )


def redis_program(state: State, server: redisserver.Server) -> Program:
    """The embedded Redis."""
    log = state.logs / "redis.log"
    return Program(
        "redis",
        server.command(),
        {"PATH": os.environ.get("PATH", "")},
        server.folder,
        log,
        is_ready=server.is_ready,
        user=owner.switch(),
        is_foundation=True,
    )


def product_programs(state: State, given: dict[str, str], listener: socket.socket) -> list[Program]:
    """Web processes that share one listening socket, the workers, and the scheduler."""
    python = str(places.python())

    def program(name: str, *command: str, keep_open: tuple[int, ...] = (), patience: float = 15.0, first: Sequence[str] = ()) -> Program:
        env = {**given, "EVENKEEL_PROCESS": f"evenkeel-{name}"}
        return Program(name, [*first, python, *command], env, CHECKOUT, state.logs / f"{name}.log", patience=patience, keep_open=keep_open)

    def worker(name: str, queues: str, processes: int, first: Sequence[str] = ()) -> Program:
        options = [
            "-Q",
            queues,
            "-c",
            str(processes),
            "-n",
            f"{name}@evenkeel",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "-l",
            "INFO",
        ]
        return program(name, "-m", "celery", "-A", "itsm", "worker", *options, first=first)

    descriptor = listener.fileno()
    web = [program(f"web-{number + 1}", "-m", "itsm.web", str(descriptor), keep_open=(descriptor,), patience=8.0) for number in range(WEB_PROCESSES)]
    beat = program("beat", "-m", "celery", "-A", "itsm", "beat", "-s", str(state.root / "beat-schedule"), "-l", "INFO")
    return [*web, worker("worker-critical", "critical", 1), worker("worker", "default,bulk", 1, AFTER_PAGING), beat]


def answers(host: str, port: int, path: str) -> bool:
    """True when the page answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1" if host in ("0.0.0.0", "") else host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
