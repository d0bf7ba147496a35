"""A whole product for the browser tests: web server, worker and scheduler as processes of their own, on a database of their own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg2
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for the demo 5"
BUILD = (
    f"from operations.seed import build; from alerts.actions import partitions; build.build({PASSWORD!r}, tickets=80); partitions.keep_partitions()"
)
READY_SECONDS = 60.0
FIRST_REDIS = 14  # the databases of products; those below belong to the tests themselves


def chromium() -> str | None:
    """The installed Chromium, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def on_another_database(url: str, name: str) -> str:
    """The same PostgreSQL server, another database."""
    return re.sub(r"^([a-z]+://[^/]*/)[^?]*", rf"\g<1>{name}", url)


def on_another_redis(url: str, number: int) -> str:
    """The same Redis server, another database number."""
    if url.startswith("unix://"):
        return re.sub(r"\?.*$", "", url) + f"?db={number}"
    return re.sub(r"/\d*$", "", url) + f"/{number}"


class Product:
    """Started once for all browser tests of a worker, with the demonstration company in it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.database = folder, name
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "itsm.settings",
            "DATABASE_URL": on_another_database(os.environ["DATABASE_URL"], name),
            "REDIS_URL": on_another_redis(os.environ["REDIS_URL"], FIRST_REDIS + int(re.sub(r"\D", "", name.rpartition("_")[2]) or 0)),
            "EVENKEEL_BASE_URL": self.url,
            "EVENKEEL_DATA_DIR": str(folder),
            "EVENKEEL_SECRET_KEY": settings.SECRET_KEY,
            "EVENKEEL_ENCRYPTION_KEY": settings.ENCRYPTION_KEY if isinstance(settings.ENCRYPTION_KEY, str) else settings.ENCRYPTION_KEY.decode(),
        }

    def start(self) -> None:
        """Makes the database, fills it, starts the processes and waits until the first page is there."""
        self._recreate_database()
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "shell", "-c", BUILD)
        self.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        self.spawn(
            "-m",
            "uvicorn",
            "itsm.asgi:application",
            "--port",
            str(self.port),
            "--no-access-log",
            "--log-level",
            "warning",
            "--timeout-graceful-shutdown",
            "3",
        )
        self.spawn(
            "-m", "celery", "-A", "itsm", "worker", "-Q", "critical,default,bulk", "-c", "2", "--without-gossip", "--without-mingle", "-l", "WARNING"
        )
        self.spawn("-m", "celery", "-A", "itsm", "beat", "-s", str(self.folder / "beat"), "-l", "WARNING")
        started = time.monotonic()
        while time.monotonic() - started < READY_SECONDS:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2).read()
                return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError(f"the product did not start: see {self.folder}/process.log")

    def run(self, *arguments: str) -> str:
        """Runs Python in the product's environment and answers what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts one of the product's processes."""
        with (self.folder / "process.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Reads the product's database."""
        connection = self._connect(self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends the processes and drops the database."""
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self._drop_database()

    def _connect(self, name: str) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(on_another_database(os.environ["DATABASE_URL"], name))
        connection.autocommit = True
        return connection

    def _recreate_database(self) -> None:
        self._drop_database()
        connection = self._connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.database}"')
        connection.close()

    def _drop_database(self) -> None:
        connection = self._connect("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        connection.close()
