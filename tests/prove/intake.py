"""./evenkeel prove intake: ten thousand alerts while processes are killed at random and Redis is flushed.

Starts a product of its own in a throw-away directory, posts as monitoring tools do (again until 202), and again and again, two seconds after all is ready, kills
one of web, worker, beat, redis, postgres with SIGKILL. At the end: every accepted body is stored and was processed once, no alias has two open alerts, no
alias has two incidents, nothing waits and nothing is dead. Exit code 0 only then.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

ROOT = Path(__file__).resolve().parents[2]
ALIASES, CRITICAL = 1_000, 60
HEAL_SECONDS = 60.0
SETUP = """
from accounts.models import Team
from alerts.actions import integrations
from services import actions as services
from services.models import Tier
team, _new = Team.objects.get_or_create(slug='proof', name='Proof')
services.create(actor=None, slug='proof-service', name='Proof service', tier=Tier.objects.get(pk=1), owner_team=team)
print('KEY=' + integrations.create(actor=None, name='Proof', adapter='alertmanager').key.reveal())
"""
# What to kill: role → how its command line looks.
ROLES = {
    "web": r"itsm\.web",
    "worker": r"celery.*worker.*critical",
    "beat": r"celery.* beat ",
    "redis": r"redis-server",
    "postgres": r"/postgres .*-D|/postgres -D",
}
AMOUNTS = {"web": 2, "worker": 1, "beat": 1, "redis": 1, "postgres": 1}


@dataclass
class Score:
    """What happened, counted."""

    accepted: set[int] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    heals: list[float] = field(default_factory=list)
    flushes: int = 0


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
            timeout=120,
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


def body_of(number: int) -> bytes:
    """The webhook of alert `number`: one of a thousand aliases, the first sixty of them critical on a tier 1 service."""
    alias = number % ALIASES
    severity = "critical" if alias < CRITICAL else "warning"
    labels = {
        "alertname": f"Proof{alias}",
        "severity": severity,
        "service": "proof-service",
        "instance": f"host-{alias}",
    }
    alert = {
        "status": "firing",
        "labels": labels,
        "annotations": {},
        "startsAt": "2026-11-22T00:00:00Z",
        "fingerprint": f"{alias:016x}",
    }
    return json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode()


def post_until_accepted(port: int, key: str, numbers: "list[int]", score: Score, lock: threading.Lock, pause: float) -> None:
    """A monitoring tool: posts one body after the other, each again until it is accepted."""
    connection: http.client.HTTPConnection | None = None
    for number in numbers:
        while True:
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=15)
                connection.request("POST", f"/ingest/{key}", body_of(number), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException) as error:
                with lock:
                    score.answers[type(error).__name__] += 1
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.3)
                continue
            with lock:
                score.answers[str(answer.status)] += 1
            if answer.status == 202:
                with lock:
                    score.accepted.add(int(json.loads(said)["id"]))
                break
            time.sleep(0.3)
        time.sleep(pause)


def kill_at_random(product: Product, score: Score, wanted: int, chance: random.Random, still_posting: threading.Event) -> None:
    """Two seconds after all is ready, kills one; again until enough were killed."""
    while sum(score.kills.values()) < wanted or still_posting.is_set():
        if sum(score.kills.values()) >= wanted:
            return
        time.sleep(2)
        role = chance.choice(list(ROLES))
        running = processes_of(product.process.pid, role)
        if not running:
            continue
        os.kill(chance.choice(running), signal.SIGKILL)
        score.kills[role] += 1
        time.sleep(0.2)
        healed = product.wait_ready(HEAL_SECONDS)
        score.heals.append(healed)
        print(
            f"  kill {sum(score.kills.values()):>3} {role:<9} healed in {healed:4.1f} s, accepted {len(score.accepted)}",
            flush=True,
        )


def flush_redis(product: Product, score: Score, until: threading.Event) -> None:
    """Empties Redis every ten seconds."""
    while not until.wait(10):
        with contextlib.suppress(redis.RedisError, RuntimeError, OSError):
            redis.Redis(unix_socket_path=str(product.socket_of("redis-server")), socket_timeout=2).flushall()
            score.flushes += 1


CHECKS = {
    "accepted bodies that are not stored": "SELECT count(*) FROM unnest(%(accepted)s::bigint[]) a(id) WHERE NOT EXISTS (SELECT 1 FROM alerts_inbox i WHERE i.id = a.id)",
    "accepted bodies that were not processed": "SELECT count(*) FROM alerts_inbox WHERE state <> 'done'",
    "difference between processed bodies and counted events": (
        "SELECT abs((SELECT count(*) FROM alerts_inbox WHERE state = 'done') - (SELECT coalesce(sum(count), 0) FROM alerts_alert))::bigint"
    ),
    "aliases with more than one open alert": "SELECT count(*) FROM (SELECT 1 FROM alerts_alert WHERE status <> 'closed' GROUP BY alias HAVING count(*) > 1) x",
    "aliases with more than one alert": "SELECT count(*) FROM (SELECT 1 FROM alerts_alert GROUP BY alias HAVING count(*) > 1) x",
    "aliases with more than one incident": "SELECT count(*) FROM (SELECT 1 FROM alerts_alert GROUP BY alias HAVING count(DISTINCT incident_id) > 1) x",
    "difference between incidents and critical aliases": f"SELECT abs((SELECT count(*) FROM incidents_incident) - {CRITICAL})",
    "incidents without an alert": "SELECT count(*) FROM incidents_incident i WHERE NOT EXISTS (SELECT 1 FROM alerts_alert a WHERE a.incident_id = i.ticket_id)",
    "reactions that are dead": "SELECT count(*) FROM journal_delivery WHERE state = 'dead'",
}


def verdict(product: Product, score: Score) -> bool:
    """Waits until nothing is pending, then checks what must be true; prints every figure."""
    database = psycopg2.connect(host=str(product.socket_of("postgres")), user=database_user(product), dbname=database_name(product))
    database.autocommit = True
    with database.cursor() as cursor:
        for _second in range(60):
            cursor.execute("SELECT count(*) FROM alerts_inbox WHERE state = 'pending'")
            if cursor.fetchone()[0] == 0:
                break
            time.sleep(1)
        cursor.execute("SELECT count(*), (SELECT count(*) FROM alerts_alert), (SELECT count(*) FROM incidents_incident) FROM alerts_inbox")
        stored, alerts, incidents = cursor.fetchone()
        print(
            f"\naccepted {len(score.accepted)}, stored {stored} (the difference was committed and its answer lost), alerts {alerts}, incidents {incidents}"
        )
        print(
            f"kills {sum(score.kills.values())} {dict(score.kills)}, slowest healing {max(score.heals, default=0):.1f} s, Redis flushed {score.flushes} times"
        )
        print(f"answers {dict(score.answers)}\n")
        is_good = True
        for meaning, sql in CHECKS.items():
            cursor.execute(sql, {"accepted": sorted(score.accepted)})
            figure = cursor.fetchone()[0]
            is_good = is_good and figure == 0
            print(f"  {'ok ' if figure == 0 else 'BAD'} {meaning}: {figure}")
    database.close()
    return is_good


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


def main() -> int:
    """Runs the proof; 0 when everything held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="evenkeel-prove-"))
    print(f"seed {options.seed}, {options.alerts} alerts, {options.kills} kills, in {folder}", flush=True)
    folder.chmod(0o755)
    product = Product(options.port, folder / "state")
    score, lock, posting, finished = Score(), threading.Lock(), threading.Event(), threading.Event()
    is_good = False
    try:
        print(f"ready after {product.wait_ready(600):.0f} s", flush=True)
        key = re.search(r"KEY=(\S+)", product.manage("shell", "-c", SETUP)).group(1)  # type: ignore[union-attr]
        posting.set()
        pause = options.kills * 6.0 * 4 / options.alerts
        posters = [
            threading.Thread(
                target=post_until_accepted,
                args=(options.port, key, list(range(part, options.alerts, 4)), score, lock, pause),
            )
            for part in range(4)
        ]
        flusher = threading.Thread(target=flush_redis, args=(product, score, finished))
        for thread in [*posters, flusher]:
            thread.start()
        kill_at_random(product, score, options.kills, random.Random(options.seed), posting)
        for thread in posters:
            thread.join()
        finished.set()
        flusher.join()
        product.wait_ready(HEAL_SECONDS)
        is_good = verdict(product, score)
    finally:
        finished.set()
        product.stop()
        if is_good:
            shutil.rmtree(folder, ignore_errors=True)
    print("\nproven" if is_good else f"\nNOT proven; logs in {folder}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
