"""What the long proofs share: a product of their own that they may kill, and the tests of the suite in large."""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAL_SECONDS = float(os.environ.get("EVENKEEL_HEAL_SECONDS", "60"))
# What to kill: role → how its command line looks.
ROLES = {
    "web": r"itsm\.web",
    "worker": r"celery.*worker.*critical",
    "beat": r"celery.* beat ",
    "redis": r"redis-server",
    "postgres": r"/postgres .*-D|/postgres -D",
}
AMOUNTS = {"web": 2, "worker": 1, "beat": 1, "redis": 1, "postgres": 1}


def children_of(pid: int) -> list[int]:
    """Every process below one, by /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parents.setdefault(int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def command_of(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


def processes_of(supervisor: int, role: str) -> list[int]:
    """The processes of a role that the supervisor itself started."""
    return sorted(pid for pid in children_of(supervisor) if parent_of(pid) == supervisor and re.search(ROLES[role], command_of(pid)))


def parent_of(pid: int) -> int:
    """The parent of a process, 0 when it is gone."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0


class Product:
    """A product of its own, in a throw-away directory."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder
        own = ("EVENKEEL_", "DJANGO_", "DATABASE_", "REDIS_")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(own)} | {"EVENKEEL_DATA_DIR": str(folder)}
        command = [str(ROOT / "evenkeel"), "up", "--empty", "--port", str(port), "--data-dir", str(folder)]
        self.log = (folder.parent / "up.log").open("wb")
        self.process = subprocess.Popen(command, env=self.env, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def is_ready(self) -> bool:
        """Everything answers: web, PostgreSQL, Redis, and all processes are there."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            connection.close()
        except (OSError, ValueError, http.client.HTTPException):
            return False
        return body.get("status") == "ok" and all(len(processes_of(self.process.pid, role)) == amount for role, amount in AMOUNTS.items())

    def wait_ready(self, seconds: float) -> float:
        """How long it took. Raises TimeoutError."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if self.process.poll() is not None:
                raise RuntimeError(f"`evenkeel up` ended with {self.process.returncode}: see {self.log.name}")
            if self.is_ready():
                return time.monotonic() - started
            time.sleep(0.1)
        raise TimeoutError(f"not ready within {seconds:.0f} s")

    def manage(self, *arguments: str) -> str:
        """Runs ./evenkeel manage against this product."""
        done = subprocess.run(
            [str(ROOT / "evenkeel"), "manage", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout

    def socket_of(self, name: str) -> Path:
        """The Unix socket of the embedded PostgreSQL or Redis."""
        for pid in children_of(self.process.pid):
            command = command_of(pid)
            if name in command:
                match = re.search(r"(?:\s-k|--unixsocket|unix_socket_directories=)\s*(\S+)", command)
                if match:
                    return Path(match.group(1))
        for found in [self.folder, Path(tempfile.gettempdir())]:
            for path in found.rglob(".s.PGSQL.5432" if name == "postgres" else "redis*.sock"):
                return path.parent if name == "postgres" else path
        raise RuntimeError(f"no socket of {name} found")

    def stop(self) -> None:
        """Ends the product as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        if self.process.poll() is None:
            self.process.kill()
        self.log.close()


def database_url(product: Product) -> str:
    """What the product's own processes connect to."""
    pid = processes_of(product.process.pid, "web")[0]
    environment = (Path("/proc") / str(pid) / "environ").read_bytes().decode("utf-8", "replace")
    return next(line.partition("=")[2] for line in environment.split("\0") if line.startswith("DATABASE_URL="))


def database_user(product: Product) -> str:
    """The user in the connection's URL."""
    return re.sub(r"^.*://([^:@/]*).*$", r"\1", database_url(product)) or "postgres"


def database_name(product: Product) -> str:
    """The database in the connection's URL."""
    return re.sub(r"^[a-z]+://[^/]*/([^?]*).*$", r"\1", database_url(product)) or "postgres"


def in_large(*tests: str, **given: object) -> int:
    """Runs tests of the suite with these settings in the environment, on a throw-away database; answers the exit code."""
    env = {**os.environ, **{name: str(value) for name, value in given.items()}}
    code = subprocess.run([str(ROOT / "evenkeel"), "test", "-n0", "-q", *tests], cwd=ROOT, env=env, check=False).returncode
    print("proven" if code == 0 else "NOT proven")
    return code


def parser(name: str, doc: str | None, port: int) -> argparse.ArgumentParser:
    """The arguments of a proof with a product: its port, and the seed by which it can be repeated."""
    made = argparse.ArgumentParser(prog=f"./evenkeel prove {name}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--port", type=int, default=port)
    made.add_argument("--seed", type=int, default=int(time.time()))
    made.add_argument("--folder", type=Path, default=None, help="where the product lives; it stays there, and another proof may use it again")
    return made


def in_folder(given: Path | None, proof: Callable[[Path], bool]) -> int:
    """Runs a proof in this directory, else in one of its own, which stays when it failed; answers the exit code."""
    folder = given or Path(tempfile.mkdtemp(prefix="evenkeel-prove-"))
    folder.chmod(0o755)
    print(f"in {folder}", flush=True)
    is_good = proof(folder)
    if is_good and given is None:
        shutil.rmtree(folder, ignore_errors=True)
    print("\nproven" if is_good else f"\nNOT proven; logs in {folder}")
    return 0 if is_good else 1


def value_of(name: str, text: str) -> str:
    """What a set-up script printed as NAME=…"""
    found = re.search(rf"{name}=(\S+)", text)
    if found is None:
        raise ValueError(f"the set-up printed no {name}:\n{text}")
    return found.group(1)
