"""Alerta (alerta.io) beside Evenkeel: the same alerts over the same client, on the same PostgreSQL server. Part of ./evenkeel bench --alerts.

It is installed from PyPI into a directory that is thrown away; where that is not possible there is no ratio. Alerta processes a request before it answers, so its rate
stands beside what Evenkeel has accepted durably and beside what is visible with full processing.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg2
from django.db import connection

from tests.performance import load

Note = Callable[[str, str, str, str, str], None]
DATABASE = "bench_alerta"
PACKAGES = ("alerta-server", "psycopg2-binary", "gunicorn", "setuptools<81")
SECONDS = 15.0


def installed(folder: Path) -> Path | None:
    """The directory of its programs; None when it cannot be installed."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
    done = subprocess.run([str(folder / "bin" / "pip"), "install", "-q", *PACKAGES], capture_output=True, text=True, check=False)
    if done.returncode:
        print(
            f"  (alerta-server cannot be installed, no ratio: {done.stderr.strip().splitlines()[-1][:120] if done.stderr.strip() else done.returncode})"
        )
        return None
    return folder / "bin"


def database() -> str:
    """A database of its own on the same server; answers its address."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    return re.sub(r"^([a-z]+://[^/]*/)[^?]*", rf"\g<1>{DATABASE}", os.environ["DATABASE_URL"])


def start(programs: Path, folder: Path, url: str, port: int) -> subprocess.Popen[bytes]:
    """Two processes of it, ready to answer. Raises TimeoutError."""
    config = folder / "alertad.conf"
    config.write_text(
        f"DATABASE_URL = {url!r}\nDATABASE_NAME = {DATABASE!r}\nAUTH_REQUIRED = False\nSECRET_KEY = 'bench'\nPLUGINS = []\nLOG_HANDLERS = []\n"
    )
    log = (folder / "alerta.log").open("wb")
    server = subprocess.Popen(
        [str(programs / "gunicorn"), "--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "alerta:create_app()"],
        env={**os.environ, "ALERTA_SVR_CONF_FILE": str(config)}, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    for _try in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/alerts", timeout=5).read()
            return server
        except OSError:
            time.sleep(0.2)
    server.terminate()
    raise TimeoutError(f"Alerta does not answer: {(folder / 'alerta.log').read_text()[-500:]}")


def alert(number: int) -> bytes:
    """One new alert in its own form."""
    return json.dumps(
        {
            "resource": f"web-{number}",
            "event": "HighLoad",
            "environment": "Production",
            "severity": "warning",
            "service": ["booking"],
            "text": "Load is above 8",
        }
    ).encode()


def rates(port: int) -> dict[str, float]:
    """New and repeated alerts a second."""
    found = {}
    for name, numbers in (("new", iter(range(10_000_000))), ("repeated", iter(lambda: 1, 0))):
        requests = (load.request("/alert", alert(number), port) for number in numbers)
        found[name] = load.run(port, requests, connections=8, seconds=SECONDS).rate
    return found


def run(port: int, note: Note) -> dict[str, float]:
    """Measures it; empty when it could not be installed or does not start."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        programs = installed(folder / "venv")
        if programs is None:
            return {}
        url = database()
        try:
            server = start(programs, folder, url, port)
        except TimeoutError as error:
            print(f"  ({error})")
            return {}
        try:
            found = rates(port)
        finally:
            server.terminate()
            server.wait(20)
            psycopg2.connect(url).close()
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    for name, rate in found.items():
        note(f"Alerta, {name} alerts, two processes", "", "", "", f"{rate:,.0f}/s")
    return found
