"""./evenkeel prove intake: a hundred thousand alerts while processes are killed, PostgreSQL is stopped and Redis is flushed (RELIABILITY M1, M2, M3).

Starts a product of its own in a throw-away directory, posts as monitoring tools do (again until 202), and again and again, two seconds after all is ready, kills
one of web, worker, beat, redis, postgres with SIGKILL; every minute PostgreSQL is stopped in its immediate mode; every ten seconds Redis is emptied. At the end:
every accepted body is stored and was processed once, no alias has two open alerts or two incidents, every critical alert has its incident, nothing waits and
nothing is dead. Exit code 0 only then.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests import proving  # noqa: E402
from tests.proving import Product  # noqa: E402

POSTERS = 8
BEGAN = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
ALIASES, CRITICAL = 1_000, 60
SETUP = """
from accounts.models import Team
from alerts.actions import integrations
from services import actions as services
from services.models import Tier
team, _new = Team.objects.get_or_create(slug='proof', name='Proof')
services.create(actor=None, slug='proof-service', name='Proof service', tier=Tier.objects.get(pk=1), owner_team=team)
print('KEY=' + integrations.create(actor=None, name='Proof', adapter='alertmanager').key.reveal())
"""


@dataclass
class Score:
    """What happened, counted."""

    accepted: set[int] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    heals: list[float] = field(default_factory=list)
    flushes: int = 0
    stops: int = 0


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
        "startsAt": BEGAN,
        "fingerprint": f"in{alias:014x}",
    }
    return json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode()


def post_until_accepted(port: int, key: str, numbers: range, score: Score, lock: threading.Lock, pause: float) -> None:
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
        role = chance.choice(list(proving.ROLES))
        running = proving.processes_of(product.process.pid, role)
        if not running:
            continue
        os.kill(chance.choice(running), signal.SIGKILL)
        score.kills[role] += 1
        time.sleep(0.2)
        healed = product.wait_ready(proving.HEAL_SECONDS)
        score.heals.append(healed)
        print(
            f"  kill {sum(score.kills.values()):>3} {role:<9} healed in {healed:4.1f} s, accepted {len(score.accepted)}",
            flush=True,
        )


def stop_postgres(product: Product, score: Score, pause: float, until: threading.Event) -> None:
    """Stops PostgreSQL at once, without a checkpoint, as `pg_ctl -m immediate stop` does; what looks after the processes starts it again."""
    while not until.wait(pause):
        for pid in proving.processes_of(product.process.pid, "postgres"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
                score.stops += 1


def flush_redis(product: Product, score: Score, until: threading.Event) -> None:
    """Empties Redis every ten seconds."""
    while not until.wait(10):
        with contextlib.suppress(redis.RedisError, RuntimeError, OSError):
            redis.Redis(unix_socket_path=str(product.socket_of("redis-server")), socket_timeout=2).flushall()
            score.flushes += 1


CHECKS = {
    "accepted bodies that are not stored": "SELECT count(*) FROM unnest(%(accepted)s::bigint[]) a(id) WHERE NOT EXISTS (SELECT 1 FROM alerts_inbox i WHERE i.id = a.id)",
    "accepted bodies that were not processed": "SELECT count(*) FROM alerts_inbox WHERE state <> 'done' AND integration_id = %(mine)s",
    "difference between processed bodies and counted events": (
        "SELECT abs((SELECT count(*) FROM alerts_inbox WHERE state = 'done' AND integration_id = %(mine)s)"
        " - (SELECT coalesce(sum(count), 0) FROM alerts_alert WHERE integration_id = %(mine)s))::bigint"
    ),
    "aliases with more than one open alert": "SELECT count(*) FROM (SELECT 1 FROM alerts_alert WHERE status <> 'closed' GROUP BY alias HAVING count(*) > 1) x",
    "aliases with more than one alert": "SELECT count(*) FROM (SELECT 1 FROM alerts_alert GROUP BY alias HAVING count(*) > 1) x",
    "aliases with more than one incident": "SELECT count(*) FROM (SELECT 1 FROM alerts_alert GROUP BY alias HAVING count(DISTINCT incident_id) > 1) x",
    "difference between alerts and the aliases that were posted": "SELECT abs((SELECT count(*) FROM alerts_alert WHERE integration_id = %(mine)s) - %(aliases)s)",
    "critical alerts without an incident": "SELECT count(*) FROM alerts_alert WHERE priority = 1 AND incident_id IS NULL AND integration_id = %(mine)s",
    "incidents without an alert": "SELECT count(*) FROM incidents_incident i WHERE NOT EXISTS (SELECT 1 FROM alerts_alert a WHERE a.incident_id = i.ticket_id)",
    "reactions that are dead": "SELECT count(*) FROM journal_delivery WHERE state = 'dead'",
}


def verdict(product: Product, score: Score, aliases: int) -> bool:
    """Waits until nothing is pending, then checks what must be true; prints every figure."""
    database = psycopg2.connect(host=str(product.socket_of("postgres")), user=proving.database_user(product), dbname=proving.database_name(product))
    database.autocommit = True
    with database.cursor() as cursor:
        for _second in range(300):
            cursor.execute("SELECT count(*) FROM alerts_inbox WHERE state = 'pending'")
            if cursor.fetchone()[0] == 0:
                break
            time.sleep(1)
        cursor.execute("SELECT id FROM alerts_integration WHERE name = 'Proof'")
        mine = cursor.fetchone()[0]
        cursor.execute("SELECT count(*), (SELECT count(*) FROM alerts_alert), (SELECT count(*) FROM incidents_incident) FROM alerts_inbox")
        stored, alerts, incidents = cursor.fetchone()
        print(
            f"\naccepted {len(score.accepted)}, stored {stored} (the difference was committed and its answer lost), alerts {alerts}, incidents {incidents}"
        )
        print(
            f"kills {sum(score.kills.values())} {dict(score.kills)}, slowest healing {max(score.heals, default=0):.1f} s, Redis flushed {score.flushes} times, "
            f"PostgreSQL stopped {score.stops} times"
        )
        print(f"answers {dict(score.answers)}\n")
        is_good = True
        for meaning, sql in CHECKS.items():
            cursor.execute(sql, {"accepted": sorted(score.accepted), "aliases": aliases, "mine": mine})
            figure = cursor.fetchone()[0]
            is_good = is_good and figure == 0
            print(f"  {'ok ' if figure == 0 else 'BAD'} {meaning}: {figure}")
    database.close()
    return is_good


def prove(options: argparse.Namespace, folder: Path) -> bool:
    """Runs everything; True when all held."""
    product = Product(options.port, folder / "state")
    score, lock, posting, finished = Score(), threading.Lock(), threading.Event(), threading.Event()
    try:
        print(f"ready after {product.wait_ready(600):.0f} s", flush=True)
        key = proving.value_of("KEY", product.manage("shell", "-c", SETUP))
        posting.set()
        pause = options.kills * 5.0 * options.posters / options.alerts
        shares = [range(part, options.alerts, options.posters) for part in range(options.posters)]
        posters = [threading.Thread(target=post_until_accepted, args=(options.port, key, share, score, lock, pause)) for share in shares]
        others = [
            threading.Thread(target=flush_redis, args=(product, score, finished)),
            threading.Thread(target=stop_postgres, args=(product, score, options.stop_every, finished)),
        ]
        for thread in [*posters, *others]:
            thread.start()
        kill_at_random(product, score, options.kills, random.Random(options.seed), posting)
        for thread in posters:
            thread.join()
        finished.set()
        for thread in others:
            thread.join()
        product.wait_ready(proving.HEAL_SECONDS)
        return verdict(product, score, min(options.alerts, ALIASES))
    finally:
        finished.set()
        product.stop()


def main() -> int:
    """Runs the proof; 0 when everything held."""
    parser = proving.parser("intake", __doc__, 8790)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--stop-every", type=float, default=60, help="seconds between immediate stops of PostgreSQL (default 60)")
    parser.add_argument("--posters", type=int, default=POSTERS, help=f"monitoring tools at once (default {POSTERS})")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.alerts} alerts, {options.kills} kills", flush=True)
    return proving.in_folder(options.folder, lambda folder: prove(options, folder))


if __name__ == "__main__":
    sys.exit(main())
