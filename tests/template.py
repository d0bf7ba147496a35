"""The database that all others of a run are copied from: the migrations run once, in a process of their own, while the workers still collect."""

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import psycopg2

NAME, HALF = "evenkeel_template", "evenkeel_template_half"
LOCK = "EVENKEEL_TEST_TEMPLATE"  # in the environment: the file that its maker holds locked
MAKERS: list[subprocess.Popen[bytes]] = []


def on_another_database(url: str, name: str) -> str:
    """The same PostgreSQL server, another database."""
    return re.sub(r"^([a-z]+://[^/]*/)[^?]*", rf"\g<1>{name}", url)


@contextlib.contextmanager
def server() -> Iterator["psycopg2.extensions.cursor"]:
    """The PostgreSQL server, for what is done to whole databases."""
    connection = psycopg2.connect(on_another_database(os.environ["DATABASE_URL"], "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def begin() -> None:
    """Starts its making. The lock is held until the maker ends, however it ends."""
    handle, path = tempfile.mkstemp(prefix="evenkeel-template-")
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.environ[LOCK] = path
    MAKERS.append(subprocess.Popen([sys.executable, "-m", "tests.template"], pass_fds=[handle], stdin=subprocess.DEVNULL, start_new_session=True))
    os.close(handle)


def end() -> None:
    """Drops it, and ends its making where nobody needed it."""
    for maker in MAKERS:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(maker.pid, signal.SIGKILL)
        maker.wait()
    with server() as cursor:
        for name in (HALF, NAME):
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    os.unlink(os.environ.pop(LOCK))


def made() -> str:
    """Its name as soon as it is there; empty where none is made or it could not be."""
    if LOCK not in os.environ:
        return ""
    with open(os.environ[LOCK]) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    with server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        return NAME if cursor.fetchone() else ""


def make() -> None:
    """Migrates an empty database; only a whole one gets the name."""
    with server() as cursor:
        for name in (HALF, NAME):
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {HALF}")
    env = {**os.environ, "DATABASE_URL": on_another_database(os.environ["DATABASE_URL"], HALF)}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=env, check=True)
    with server() as cursor:
        cursor.execute(f"ALTER DATABASE {HALF} RENAME TO {NAME}")


if __name__ == "__main__":
    make()
