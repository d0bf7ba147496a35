"""The alert pipeline under load, everything on: rules, grouping, routing, incidents (issue: acceptance by ratio and by rate).

Part of ./evenkeel bench --alerts. A web server, a worker and the database share the machine, as in a small installation. What is visible is counted in the
table that the screens read.
"""

import itertools
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, connections

from alerts.models import Integration
from services.models import Service
from tests.performance import load

Note = Callable[[str, str, str, str, str], None]
Body = Callable[[range, str], bytes]
BATCH = 100
STORM = 100_000
HELD = 60.0
SAMPLE = 0.05
LONGEST = 300.0
# Numbers are given in order by the one consumer, so the newest that is visible says how many are; clear() begins at one again.
ALERTS = "SELECT coalesce(max(number), 0) FROM alerts_alert"
OCCURRENCES = "SELECT coalesce(sum(count), 0) FROM alerts_alert"


def clear() -> None:
    """No alerts, no waiting bodies, no incidents of alerts."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE alerts_inbox")
        cursor.execute("TRUNCATE alerts_alert CASCADE")
        cursor.execute("ALTER SEQUENCE alerts_number RESTART WITH 1")


def memory_of(pids: list[int]) -> float:
    """Resident memory of processes and what they started, in MB."""
    found, waiting = 0, list(pids)
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]), []).append(int(entry.name))
            except OSError:
                continue
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            found += int((Path("/proc") / str(pid) / "statm").read_text().split()[1]) * 4096
        except OSError:
            continue
    return found / 1e6


@dataclass
class Watch:
    """Looks at the table of alerts twenty times a second, by questions that cost nothing: (when, how many alerts or occurrences are there).

    sql: how many. sent: the aliases of the quiet source and when they were posted; quiet: when they were seen.
    """

    sql: str
    seen: list[tuple[float, int]] = field(default_factory=list)
    sent: dict[str, float] = field(default_factory=dict)
    quiet: dict[str, float] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until told to end."""
        with connection.cursor() as cursor:
            while not self.is_over.wait(SAMPLE):
                cursor.execute(self.sql)
                now, amount = time.perf_counter(), int(cursor.fetchone()[0])
                self.seen.append((now, amount))
                cursor.execute(
                    "SELECT alias FROM alerts_alert WHERE alias = ANY(%s)", [[alias for alias in list(self.sent) if alias not in self.quiet]]
                )
                for (alias,) in cursor.fetchall():
                    self.quiet[alias] = now
        connections.close_all()

    def until(self, amount: int) -> float:
        """When so many were seen; waits for them. Infinite when they do not come."""
        for _wait in range(int(LONGEST / 0.1)):
            found = next((at for at, seen in self.seen if seen >= amount), None)
            if found is not None:
                return found
            time.sleep(0.1)
        return float("inf")


def run_paced(port: int, path: str, bodies: Iterator[bytes], rate: float, seconds: float, connections_: int = 8) -> load.Result:
    """Sends bodies at a steady rate, in bodies a second."""
    began = time.perf_counter()

    def paced() -> Iterator[bytes]:
        for number, body in enumerate(bodies):
            ahead = number / rate - (time.perf_counter() - began)
            if ahead > 0:
                time.sleep(ahead)
            yield load.request(path, body, port)

    return load.run(port, paced(), connections=connections_, seconds=seconds)


def distinct(body: Body, prefix: str) -> Iterator[bytes]:
    """Batches of alerts that nobody has seen."""
    return (body(range(first, first + BATCH), prefix) for first in itertools.count(0, BATCH))


@dataclass
class Bench:
    """One machine under load. body: a webhook with the alerts of a range; keys: of the noisy and of the quiet source."""

    port: int
    processes: list[subprocess.Popen[bytes]]
    body: Body
    noisy: str
    quiet: str
    note: Note

    def held(self, name: str, rate: float, bodies: Iterator[bytes], sql: str, goal: str) -> None:
        """A rate held for a minute: how many a second became visible."""
        clear()
        watch = Watch(sql)
        thread = threading.Thread(target=watch.run)
        thread.start()
        began = time.perf_counter()
        result = run_paced(self.port, f"/ingest/{self.noisy}", bodies, rate / BATCH, HELD)
        ended = time.perf_counter()
        visible = max((seen for at, seen in watch.seen if at <= ended), default=0)
        watch.is_over.set()
        thread.join()
        self.note(
            f"{name}, {HELD:.0f} s, {result.rate * BATCH:,.0f}/s accepted", f"{result.quantile(0.5):.1f} ms", f"{result.quantile(0.95):.1f} ms", goal,
            f"{visible / (ended - began):,.0f}/s",
        )  # fmt: skip

    def storm(self, name: str, bodies: list[bytes], sql: str, goal: str) -> None:
        """A hundred thousand at once, and a quiet source beside them that posts five single alerts a second."""
        clear()
        watch = Watch(sql)
        thread = threading.Thread(target=watch.run)
        thread.start()

        def whisper() -> None:
            for number in itertools.count():
                if watch.is_over.wait(0.2):
                    return
                alias = f"quiet-{number}"
                watch.sent[alias] = time.perf_counter()
                body = b'{"message": "quiet", "alias": "%s"}' % alias.encode()
                load.run(self.port, iter([load.request(f"/ingest/{self.quiet}", body, self.port)]), connections=1, seconds=20)

        other = threading.Thread(target=whisper)
        other.start()
        began = time.perf_counter()
        requests = iter([load.request(f"/ingest/{self.noisy}", body, self.port) for body in bodies])
        result = load.run(self.port, requests, connections=4, seconds=LONGEST)
        visible = watch.until(STORM) - began
        time.sleep(1)
        watch.is_over.set()
        thread.join()
        other.join()
        waits = sorted(watch.quiet.get(alias, float("inf")) - at for alias, at in watch.sent.items() if at - began < visible)
        self.note(f"{name}: all visible", f"{visible:.1f} s", "", goal, f"{STORM / visible:,.0f}/s")
        self.note(f"{name}: durable accept", f"{result.quantile(0.5):.1f} ms", f"{result.quantile(0.95):.1f} ms", f"{STORM:,} alerts", "")
        if waits:
            p95 = waits[int(len(waits) * 0.95) - 1 if len(waits) > 1 else 0]
            self.note(f"{name}: the second source's", f"{statistics.median(waits):.2f} s", f"{p95:.2f} s", f"{len(waits)} alerts", "goal p95 3 s")


def run(bench: Bench) -> None:
    """Everything, and how the memory grew from after the first minute to the end."""
    pids = [one.pid for one in bench.processes]
    bench.held("distinct alerts visible", 6_000, distinct(bench.body, "h"), ALERTS, "goal 3,000/s")
    first = memory_of(pids)
    same = [bench.body(range(first, first + BATCH), "d") for first in range(0, 2_000, BATCH)]
    bench.held("duplicate alerts visible", 40_000, itertools.cycle(same), OCCURRENCES, "goal 20,000/s")
    bench.storm("storm of 100,000 distinct", list(itertools.islice(distinct(bench.body, "s"), STORM // BATCH)), ALERTS, "goal 60 s")
    bench.storm("storm of 100,000 duplicates", [same[0]] * (STORM // BATCH), OCCURRENCES, "goal 60 s")
    last = memory_of(pids)
    bench.note("resident memory, first minute and end", f"{first:.0f} MB", f"{last:.0f} MB", "goal at most 1.2", f"{last / first:.2f}")


def prepare(name: str) -> None:
    """The service of the load has a policy, so that every alert is routed; a default so that nothing opens a thousand incidents."""
    Integration.objects.filter(name=name).update(incident_from_tier=None, service=Service.objects.filter(slug="booking").first())
