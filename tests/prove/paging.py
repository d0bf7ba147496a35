"""./evenkeel prove paging: the pager survives kill -9 of everything, again and again, and is quick when nothing is wrong (RELIABILITY M4, M5).

Starts a product of its own with a mail server beside it, and posts alerts as Prometheus does. First, idle: how long from the accepted alert to the first
page in the mail server. Then, in each round, an alert arrives, everything (web, workers, beat, redis, postgres) is killed with SIGKILL in random order within
a second, another alert is posted until the product takes it, and some earlier alert was acknowledged before. Every alert has a second step after a minute. At the end:

- no page is lost: both steps of every accepted alert reached the mail server, unless somebody acknowledged it in time;
- none is stale: no second step after an acknowledgement that was answered with 200;
- none is late: at no time was PostgreSQL ready for 15 seconds while a due page waited;
- at most one duplicate per kill, with the same Message-ID.

Exit code 0 only when all of it held.
"""

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests import proving  # noqa: E402
from tests.sink import Sink  # noqa: E402

SECOND_STEP = 60.0
BEGAN = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
LATEST = 15.0  # seconds after PostgreSQL is ready
P50, P99 = 2.0, 5.0
GRACE = 120.0
SLOWNESS = 1.5  # the mail server thinks twice up to so many seconds, so that kills hit workers that are sending
SETUP = """
from accounts import actions as accounts
from accounts.models import Team, User
from alerts.actions import integrations
from common import clock
from notifications.models import ContactMethod
from oncall.models import EscalationPolicy, EscalationStep
from services import actions as services
from services.models import Service, Tier
team, _new = Team.objects.get_or_create(slug='proof', name='Proof')
tier = Tier.objects.get(pk=1)
for number in range(%d):
    policy = EscalationPolicy.objects.create(slug=f'p{number}', name=f'Policy {number}', team=team)
    for step, name in ((0, 'first'), (1, 'second')):
        address = f'{name}-{number}@sink.example'
        user = User.objects.create(email=address, name=f'{name} {number}')
        ContactMethod.objects.create(user=user, channel='email', name='Mail', address=address, verified_at=clock.now())
        EscalationStep.objects.create(policy=policy, delay_minutes=step, target='user', user=user)
    service = services.create(actor=None, slug=f's{number}', name=f'Service {number}', tier=tier, owner_team=team)
    Service.objects.filter(pk=service.pk).update(escalation_policy=policy)
admin = accounts.create_user(actor=None, email='proof@sink.example', name='Proof', password='a password for the proof 5', roles=['admin'])
print('KEY=' + integrations.create(actor=None, name='Paging proof', adapter='alertmanager').key.reveal())
print('TOKEN=' + accounts.create_token(actor=admin, name='proof', scope='write')[1])
"""


@dataclass
class Fired:
    """An alert that was accepted, and when; and when its acknowledgement was asked for and answered."""

    number: int
    accepted_at: float
    asked_at: float | None = None
    acknowledged_at: float | None = None


@dataclass
class Watch:
    """When PostgreSQL answered: intervals of the monotonic clock, the last one open."""

    product: proving.Product
    user: str
    name: str
    folder: Path
    up: list[list[float]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Asks ten times a second."""
        connection = None
        while not self.is_over.wait(0.1):
            try:
                connection = connection or self.connect()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except psycopg2.Error:
                connection = None
                self._note(is_up=False)
            else:
                self._note(is_up=True)

    def connect(self) -> "psycopg2.extensions.connection":
        """A connection to the product's database."""
        connection = psycopg2.connect(host=str(self.folder), user=self.user, dbname=self.name, connect_timeout=2)
        connection.autocommit = True
        return connection

    def _note(self, *, is_up: bool) -> None:
        now, is_open = time.monotonic(), bool(self.up) and self.up[-1][1] == float("inf")
        if is_up and not is_open:
            self.up.append([now, float("inf")])
        elif not is_up and is_open:
            self.up[-1][1] = now

    def longest_wait(self, begin: float, end: float) -> float:
        """The longest time between two instants in which PostgreSQL was there without a pause."""
        return max((min(until, end) - max(since, begin) for since, until in self.up if until > begin and since < end), default=0.0)


class Proof:
    """One run."""

    def __init__(self, product: proving.Product, sink: Sink, chance: random.Random, key: str, token: str, watch: Watch) -> None:
        self.product, self.sink, self.chance, self.key, self.token, self.watch = product, sink, chance, key, token, watch
        self.fired: list[Fired] = []
        self.kills = 0

    def fire(self) -> Fired:
        """Posts the next alert until it is accepted."""
        number = len(self.fired)
        labels = {"alertname": f"Proof{number}", "severity": "critical", "service": f"s{number}"}
        alert = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": BEGAN, "fingerprint": f"{number:016x}"}
        body = json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode()
        while self.ask("POST", f"/ingest/{self.key}", body, {"Content-Type": "application/json"}) != 202:
            time.sleep(0.1)
        self.fired.append(Fired(number, time.monotonic()))
        return self.fired[-1]

    def ask(self, method: str, path: str, body: bytes = b"", headers: "dict[str, str] | None" = None) -> int:
        """The status of an answer, 0 without one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=15)
        try:
            connection.request(method, path, body, {"Host": "localhost", **(headers or {})})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def acknowledge(self, one: Fired) -> None:
        """Somebody answers an alert over the API."""
        connection = self.watch.connect()
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM alerts_alert WHERE alias = %s OR message LIKE %s", [f"{one.number:016x}", f"%Proof{one.number}%"])
            numbers = [row[0] for row in cursor.fetchall()]
        connection.close()
        one.asked_at = time.monotonic()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if self.ask("POST", f"/api/v1/alerts/{min(numbers)}/acknowledge/", b"{}", headers) == 200:
            one.acknowledged_at = time.monotonic()

    def arrivals(self, address: str) -> list[tuple[float, str]]:
        """When mails to an address came, with their Message-ID."""
        return [(at, str(mail["Message-ID"])) for at, mail in zip(self.sink.taken_at, list(self.sink.mails), strict=False) if mail["To"] == address]

    def wait_for(self, one: Fired, name: str = "first", seconds: float = GRACE) -> float | None:
        """When the page of a step arrived; None when it did not in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.arrivals(f"{name}-{one.number}@sink.example")
            if found:
                return found[0][0]
            time.sleep(0.02)
        return None

    def idle(self, amount: int) -> bool:
        """How quick the first page is when nothing else happens."""
        took = []
        for _number in range(amount):
            time.sleep(self.chance.uniform(0.5, 2.5))
            one = self.fire()
            arrived = self.wait_for(one)
            took.append(arrived - one.accepted_at if arrived is not None else float("inf"))
        took.sort()
        p50, p99 = statistics.median(took), took[min(len(took) - 1, int(len(took) * 0.99))]
        print(f"idle: {amount} first pages, accepted to mail server p50 {p50:.2f} s, p99 {p99:.2f} s, slowest {took[-1]:.2f} s", flush=True)
        return p50 < P50 and p99 < P99

    def settle(self) -> None:
        """Waits for the second steps of the idle time: five pages in five seconds leave at most (the throttles), so they would hold back those of the first rounds."""
        for one in self.fired:
            self.wait_for(one, "second", SECOND_STEP + GRACE)

    def round(self, number: int) -> None:
        """An alert, perhaps an answer, the end of everything, another alert."""
        before = self.fire()
        time.sleep(self.chance.uniform(0, 3))
        open_ones = [one for one in self.fired if one.asked_at is None and 5 < time.monotonic() - one.accepted_at < SECOND_STEP - 15]
        if open_ones and self.chance.random() < 0.5:
            self.acknowledge(self.chance.choice(open_ones))
        pids = [pid for pid in proving.children_of(self.product.process.pid) if proving.parent_of(pid) == self.product.process.pid]
        self.chance.shuffle(pids)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            time.sleep(self.chance.uniform(0, 0.15))
        self.kills += 1
        time.sleep(0.3)
        after = self.fire()
        self.product.wait_ready(proving.HEAL_SECONDS)
        waits = []
        for one in (before, after):
            arrived = self.wait_for(one)
            waits.append(self.watch.longest_wait(one.accepted_at, arrived if arrived is not None else time.monotonic()))
        print(f"  round {number:>2}: {len(pids)} killed, pages after {waits[0]:.1f} and {waits[1]:.1f} s of PostgreSQL", flush=True)

    def verdict(self, latest: float, *, is_patient: bool) -> bool:
        """Waits for the last second steps, then judges every alert; without patience no second step is missed."""
        for one in self.fired:
            if one.asked_at is None and is_patient:
                self.wait_for(one, "second", max(0.0, one.accepted_at + SECOND_STEP + GRACE - time.monotonic()))
        lost, late, stale, keys, waits, duplicates = 0, 0, 0, 0, [], 0
        for one in self.fired:
            for name, due in (("first", one.accepted_at), ("second", one.accepted_at + SECOND_STEP)):
                came = self.arrivals(f"{name}-{one.number}@sink.example")
                duplicates += max(0, len(came) - 1)
                keys += max(0, len({key for _at, key in came}) - 1)
                is_answered = name == "second" and one.asked_at is not None
                if not is_answered and (is_patient or name == "first"):
                    lost += not came
                    waits.append(self.watch.longest_wait(due, came[0][0] if came else time.monotonic()))
                    late += waits[-1] > latest
                elif is_answered and one.acknowledged_at is not None:
                    stale += sum(at > one.acknowledged_at for at, _key in came)
        answered = sum(one.acknowledged_at is not None for one in self.fired)
        print(f"\n{len(self.fired)} alerts, {len(self.sink.mails)} mails, {answered} acknowledged, everything killed {self.kills} times")
        print(f"longest that PostgreSQL was ready while a due page waited: {max(waits):.1f} s, median {statistics.median(waits):.1f} s")
        figures = {"pages lost": lost, "pages late": late, "pages stale": stale, "second keys of one page": keys}
        for meaning, figure in figures.items():
            print(f"  {'ok ' if not figure else 'BAD'} {meaning}: {figure}")
        print(f"  {'ok ' if duplicates <= self.kills else 'BAD'} duplicates: {duplicates} of at most {self.kills}")
        return not any(figures.values()) and duplicates <= self.kills


def prove(options: argparse.Namespace, folder: Path, sink: Sink) -> bool:
    """Runs everything; True when all held."""
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
    product = proving.Product(options.port, folder / "state")
    watch = None
    try:
        print(f"ready after {product.wait_ready(600):.0f} s", flush=True)
        said = product.manage("shell", "-c", SETUP % (options.rounds * 2 + options.idle))
        key, token = proving.value_of("KEY", said), proving.value_of("TOKEN", said)
        watch = Watch(product, proving.database_user(product), proving.database_name(product), product.socket_of("postgres"))
        threading.Thread(target=watch.run, daemon=True).start()
        proof = Proof(product, sink, random.Random(options.seed), key, token, watch)
        is_quick = proof.idle(options.idle) if options.idle else True
        proof.settle()
        sink.slowness = SLOWNESS
        for number in range(1, options.rounds + 1):
            proof.round(number)
        return proof.verdict(options.latest, is_patient=not options.brief) and is_quick
    finally:
        if watch is not None:
            watch.is_over.set()
        product.stop()


def main() -> int:
    """Runs the proof; 0 when everything held."""
    parser = proving.parser("paging", __doc__, 8792)
    parser.add_argument("--rounds", type=int, default=50, help="how often everything is killed (default 50)")
    parser.add_argument("--idle", type=int, default=50, help="how many first pages are timed (default 50)")
    parser.add_argument("--latest", type=float, default=LATEST, help="seconds that PostgreSQL may be ready while a due page waits (default 15)")
    parser.add_argument("--brief", action="store_true", help="do not wait for the second steps, a minute after the first")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rounds} rounds, {options.idle} first pages", flush=True)
    with Sink() as sink:
        return proving.in_folder(options.folder, lambda folder: prove(options, folder, sink))


if __name__ == "__main__":
    sys.exit(main())
