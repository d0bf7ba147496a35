"""./evenkeel bench: what it costs, as a table. Runs against the throw-away database that the command prepared (fsync on)."""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402

from accounts import actions as accounts  # noqa: E402
from accounts.models import User  # noqa: E402
from alerts.actions import integrations, partitions  # noqa: E402
from alerts.models import Integration  # noqa: E402
from launcher.programs import WEB_PROCESSES  # noqa: E402
from operations.seed import build  # noqa: E402
from tests.performance import alerta, data, desk, grouping, load, pipeline  # noqa: E402
from tickets.models import Ticket  # noqa: E402

CONNECTIONS = 64
LOAD_SECONDS = 6.0
BEGAN = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
PAGES = 150
TICK = os.sysconf("SC_CLK_TCK")
rows: list[tuple[str, str, str, str, str]] = []


def note(what: str, median: str, p95: str, amount: str, rate: str) -> None:
    """One line of the table."""
    rows.append((what, median, p95, amount, rate))
    print(f"  {what:<58}{median:>12}{p95:>12}{amount:>16}{rate:>16}", flush=True)


def machine() -> None:
    """How fast this machine is just now: half a million sums in Python. Figures of two runs compare only beside theirs."""
    spent = []
    for _time in range(60):
        started = time.process_time()
        sum(number * number for number in range(500_000))
        spent.append((time.process_time() - started) * 1000)
    spent.sort()
    note("this machine: a fixed sum in Python", f"{spent[30]:.1f} ms", f"{spent[56]:.1f} ms", "", "")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(*command: str, keep_open: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """A process of the product, quiet."""
    log = (Path(tempfile.gettempdir()) / "evenkeel-bench.log").open("ab")
    return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=keep_open)


def start_web() -> tuple[int, list[subprocess.Popen[bytes]]]:
    """The web processes of an installation, on a socket that they share, and its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        listener.set_inheritable(True)
        command = [sys.executable, "-m", "itsm.web", str(listener.fileno())]
        processes = [start(*command, keep_open=(listener.fileno(),)) for _number in range(WEB_PROCESSES)]
        return int(listener.getsockname()[1]), processes


def start_worker(queues: str) -> subprocess.Popen[bytes]:
    """A worker of these queues."""
    words = "worker -c 1 --without-gossip --without-mingle -l ERROR -Q"
    return start(sys.executable, "-m", "celery", "-A", "itsm", *words.split(), queues)


def wait_for(port: int, path: str) -> None:
    """Until it answers. Raises TimeoutError after a minute."""
    for _try in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).read()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"nothing answers on port {port}")


def alert(number: int, prefix: str) -> dict[str, object]:
    """One firing alert as Alertmanager has it; its words are those of no other, as far as grouping can tell."""
    shard = "".join(chr(97 + number // size % 26) for size in (1, 26, 676))
    return {
        "status": "firing", "labels": {"alertname": "HighLoad", "severity": "warning", "service": "booking", "instance": f"{prefix}-{number}"},
        "annotations": {"summary": f"Load is above 8 in {prefix} shard {shard}"}, "startsAt": BEGAN, "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"{prefix}{number:012x}",
    }  # fmt: skip


def webhook(numbers: range, prefix: str) -> bytes:
    """A webhook body with these alerts."""
    return json.dumps({"version": "4", "status": "firing", "alerts": [alert(number, prefix) for number in numbers]}).encode()


def for_alertmanager(numbers: range) -> bytes:
    """The same alerts in the form of Alertmanager's own API."""
    return json.dumps(
        [{**{key: value for key, value in alert(number, "am").items() if key in ("labels", "annotations", "startsAt")}} for number in numbers]
    ).encode()


def cycle(path: str, bodies: list[bytes], port: int) -> Iterator[bytes]:
    """Prepared requests, round and round."""
    return itertools.cycle([load.request(path, body, port) for body in bodies])


def measure_accept(port: int, path: str, name: str, single: list[bytes], batch: list[bytes]) -> tuple[float, float]:
    """Posts singles, then batches of 100; answers both rates in alerts per second."""
    load.run(port, cycle(path, single, port), connections=CONNECTIONS, seconds=1.0)
    rates = []
    for label, bodies, size in (("single", single, 1), ("batches of 100", batch, 100)):
        result = load.run(port, cycle(path, bodies, port), connections=CONNECTIONS if size == 1 else 16, seconds=LOAD_SECONDS)
        if result.refused:
            print(f"    refused: {result.refused}")
        note(
            f"{name}, {label}",
            f"{result.quantile(0.5):.1f} ms",
            f"{result.quantile(0.95):.1f} ms",
            f"{len(result.latencies) * size} alerts",
            f"{result.rate * size:,.0f}/s",
        )
        rates.append(result.rate * size)
    return rates[0], rates[1]


def bench_door(port: int, key: str) -> tuple[float, float]:
    """Durable accept, and the same posts to Alertmanager when it is installed; answers both own rates."""
    own = measure_accept(
        port,
        f"/ingest/{key}",
        "durable accept",
        [webhook(range(n, n + 1), "b") for n in range(500)],
        [webhook(range(n, n + 100), "c") for n in range(0, 5000, 100)],
    )
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        print("  (prometheus-alertmanager is not installed: no ratio)")
        return own
    with tempfile.TemporaryDirectory() as folder:
        config, other = Path(folder) / "am.yml", free_port()
        config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
        manager = start(
            program,
            f"--config.file={config}",
            f"--storage.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{other}",
            "--cluster.listen-address=",
            "--log.level=error",
        )
        try:
            wait_for(other, "/-/ready")
            single = [for_alertmanager(range(n, n + 1)) for n in range(500)]
            batch = [for_alertmanager(range(n, n + 100)) for n in range(0, 5000, 100)]
            theirs = measure_accept(other, "/api/v2/alerts", "Alertmanager (memory only)", single, batch)
        finally:
            manager.terminate()
            manager.wait(10)
    note("ratio to Alertmanager, single", "", "", "goal 0.4", f"{own[0] / theirs[0]:.2f}")
    note("ratio to Alertmanager, batches of 100", "", "", "goal 1.0", f"{own[1] / theirs[1]:.2f}")
    return own


def bench_visible(port: int, key: str) -> None:
    """From 202 to listed, at a thousand new alerts a second for ten seconds."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE alerts_alert CASCADE")
        cursor.execute("DELETE FROM alerts_inbox WHERE state = 'pending'")
    worker = start_worker("critical")
    time.sleep(5)
    accepted: list[float] = []
    seen: list[tuple[float, int]] = []
    stop = threading.Event()

    def watch() -> None:
        with connection.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("SELECT count(*) FROM alerts_alert")
                seen.append((time.perf_counter(), cursor.fetchone()[0]))
                time.sleep(0.02)
        connection.close()

    def paced() -> Iterator[bytes]:
        began = time.perf_counter()
        for number in range(10_000):
            ahead = number / 1000 - (time.perf_counter() - began)
            if ahead > 0:
                time.sleep(ahead)
            accepted.append(time.perf_counter())
            yield load.request(f"/ingest/{key}", webhook(range(number, number + 1), "v"), port)

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = load.run(port, paced(), connections=8, seconds=30)
    for _wait in range(100):
        if seen and seen[-1][1] >= 10_000:
            break
        time.sleep(0.1)
    stop.set()
    watcher.join()
    worker.terminate()
    worker.wait(30)
    delays, place = [], 0
    for number, at in enumerate(accepted):
        while place < len(seen) and seen[place][1] <= number:
            place += 1
        delays.append((seen[place][0] - at) if place < len(seen) else float("inf"))
    delays.sort()
    note(
        "accept to visible at 1,000 new alerts/s", f"{delays[len(delays) // 2] * 1000:.0f} ms", f"{delays[int(len(delays) * 0.95)] * 1000:.0f} ms",
        f"{len(delays)} alerts", f"{result.rate:,.0f}/s",
    )  # fmt: skip


def server_cpu(web: list[int]) -> float:
    """CPU seconds that the web server's processes and this database's backends used so far."""
    used = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        is_backend = command.startswith(b"postgres:") and b"idle" in command or b"web-bench" in command
        if int(entry.name) in web or is_backend:
            used += (int(stat[11]) + int(stat[12])) / TICK
    return used


def bench_page(port: int, web: list[int], name: str, path: str, headers: str, amount: str) -> float:
    """One page again and again over one connection; answers server CPU milliseconds per request."""
    requests = [load.request(path, b"", port, "GET", headers)]
    warm = load.run(port, itertools.islice(itertools.cycle(requests), 64), connections=16, seconds=60)
    if warm.refused:
        raise RuntimeError(f"{path} answers {warm.refused}")
    before = server_cpu(web)
    result = load.run(port, itertools.islice(itertools.cycle(requests), PAGES), connections=1, seconds=120)
    cpu = (server_cpu(web) - before) / PAGES * 1000
    note(name, f"{result.quantile(0.5):.1f} ms", f"{result.quantile(0.95):.1f} ms", amount, f"{cpu:.1f} ms CPU")
    return cpu


def bench_pages(port: int, web: list[int], user: User, amount: int) -> dict[str, float]:
    """The pages at one size of the table."""
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session.create()
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={session.session_key}\r\n"
    _token, secret = accounts.create_token(actor=user, name=f"bench {amount}")
    size = f"{amount:,} tickets"
    key = Ticket.objects.filter(is_open=True, is_restricted=False).order_by("-id").values_list("key", flat=True)[0]
    return {
        "empty": bench_page(port, web, "empty page (the shell and an empty queue)", "/queues/open/?q=nothingmatchesthis", cookie, size),
        "queue": bench_page(port, web, "queue page", "/queues/open/", cookie, size),
        "incident": bench_page(port, web, "incident page", f"/incidents/{key}/", cookie, size),
        "api": bench_page(port, web, "API list", "/api/v1/incidents/?state=open", f"Authorization: Bearer {secret}\r\n", size),
    }


def bench_desk(port: int, web: list[int], user: User) -> None:
    """The desk at 10,000 and at a million tickets."""
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session.create()
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={session.session_key}\r\n"
    large = int(next((word for word in sys.argv[2:] if word.isdigit()), 1_000_000))
    for first, last, amount in ((10_001, 20_000, 10_000), (20_001, 10_000 + large, large)):
        desk.fill(first, last)
        desk.run(amount, user, note, lambda name, path, size: bench_page(port, web, name, path, cookie, size))


def bench_alerts(port: int, web: list[subprocess.Popen[bytes]], key: str) -> None:
    """The door beside Alertmanager, then the pipeline with everything on."""
    single, _batch = bench_door(port, key)
    workers = [start_worker("critical"), start_worker("default,bulk")]
    time.sleep(8)
    try:
        pipeline.prepare("Prometheus, Oslo DC1")
        quiet = integrations.create(actor=None, name="Quiet source", adapter="generic", incident_from_priority=None)
        pipeline.run(pipeline.Bench(port, [*web, *workers], webhook, key, quiet.key.reveal(), note))
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(30)
    theirs = alerta.run(free_port(), note)
    if theirs:
        note("ratio to Alerta, single posts", "", "", "goal 50", f"{single / theirs['new']:.0f}")


def main() -> int:
    """Runs everything and prints the table; --desk measures the desk at a million tickets instead, --alerts the alert pipeline under
    load, --grouping the groups of alerts alone.
    """
    if "--grouping" in sys.argv:
        return grouping.main()
    build.build("bench password 1", tickets=40)
    partitions.keep_partitions()
    key = Integration.objects.get(name="Prometheus, Oslo DC1").key.reveal()
    user = User.objects.get(email=build.email_of("Hanna Lindqvist"))
    port, web = start_web()
    print(f"\n  {'what':<58}{'median':>12}{'p95':>12}{'rows':>16}{'rate or cost':>16}")
    try:
        wait_for(port, "/healthz")
        machine()
        if "--desk" in sys.argv:
            bench_desk(port, [one.pid for one in web], user)
            return 0
        if "--alerts" in sys.argv:
            bench_alerts(port, web, key)
            return 0
        bench_door(port, key)
        bench_visible(port, key)
        data.fill_tickets(10_001, 20_000)
        small = bench_pages(port, [one.pid for one in web], user, 10_000)
        data.fill_tickets(20_001, 110_000)
        large = bench_pages(port, [one.pid for one in web], user, 100_000)
    finally:
        machine()
        for one in web:
            one.terminate()
            one.wait(30)
    note(
        "queue page against empty page, 100,000 tickets",
        "",
        "",
        "goal at most 4",
        f"{large['queue'] / large['empty']:.2f}",
    )
    note(
        "queue page, 100,000 against 10,000",
        "",
        "",
        "goal within 20 %",
        f"{(large['queue'] / small['queue'] - 1) * 100:+.0f} %",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
