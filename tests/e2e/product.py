"""A whole product for the browser tests: web server, worker and scheduler as processes of their own, on a database of their own."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, BinaryIO

import psycopg2
from django.conf import settings

from tests import template
from tests.template import on_another_database

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for the demo 5"
BUILD = f"""
from django.core.management import call_command
from alerts.actions import partitions
from operations.seed import build
call_command("collectstatic", interactive=False, verbosity=0)
build.build({PASSWORD!r}, tickets=80)
partitions.keep_partitions()
"""
# A process of the product that runs what it is told: loading the product takes seconds, and once is enough.
TOLD = """
import contextlib, io, json, sys, traceback
import django
django.setup()
for line in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(line), {})
            is_good = True
        except Exception:
            traceback.print_exc(file=said)
            is_good = False
    print(json.dumps([is_good, said.getvalue()]), flush=True)
"""
READY_SECONDS = 180.0
FIRST_REDIS = 14  # the databases of products; those below belong to the tests themselves


def chromium() -> str | None:
    """The installed Chromium, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_port() -> int:
    """A port nobody listens on; below those that the system lends to outgoing connections, which could take it before its server does."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


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
        self.told: subprocess.Popen[str] | None = None
        self.sessions: dict[str, Any] = {}  # the cookies of each person who has signed in
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
        self.tell(BUILD)
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

    def tell(self, code: str) -> str:
        """Runs Python inside the product and answers what it printed."""
        if self.told is None:
            command = [sys.executable, "-c", TOLD]
            with self._log() as log:
                self.told = subprocess.Popen(command, cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.told.stdin is not None and self.told.stdout is not None
        self.told.stdin.write(json.dumps(code) + "\n")
        self.told.stdin.flush()
        is_good, said = json.loads(self.told.stdout.readline() or f'[false, "it ended: see {self.folder}/process.log"]')
        if not is_good:
            raise RuntimeError(f"{code}\nfailed:\n{said}")
        return str(said)

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts one of the product's processes."""
        with self._log() as log:
            process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Reads the product's database."""
        connection = psycopg2.connect(self.env["DATABASE_URL"])
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends the processes and drops the database."""
        if self.told is not None:
            self.told.communicate()
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self._drop_database()

    def _log(self) -> BinaryIO:
        return (self.folder / "process.log").open("ab")

    def _recreate_database(self) -> None:
        self._drop_database()
        original = template.made()
        with template.server() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.database}"' + (f" TEMPLATE {original}" if original else ""))
        if not original:
            self.tell("from django.core.management import call_command; call_command('migrate', verbosity=0)")

    def _drop_database(self) -> None:
        with template.server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
