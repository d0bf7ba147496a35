"""./evenkeel prove soak: nothing goes wrong when nothing is broken (RELIABILITY M9, M10).

Starts a product of its own with a mail server beside it and posts alerts at a steady pace, as Prometheus does: of 600 aliases on 30 services some fire, some
fire on, some are over, and people acknowledge some. Each service has a policy of two steps. Nothing is killed. At the end:

- every accepted alert was processed, and no alias has two open alerts;
- the auditor, which ran every minute, found nothing and repaired nothing;
- no message reached the mail server twice, and no two messages carried the same page to the same address.

Exit code 0 only when all of it held.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests import proving  # noqa: E402
from tests.prove import paging  # noqa: E402
from tests.sink import Sink  # noqa: E402

SERVICES, ALIASES = 30, 600
QUIET = 90.0  # the last steps and one more audit
REPORT = """
import json
from django.db import connection
from django.db.models import Count, Max, Sum
from alerts.models import Alert, InboxRow
from incidents.models import Incident
from notifications.models import Message, Page
from operations.models import Audit, Probe
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM (SELECT alias FROM alerts_alert WHERE status <> 'closed' GROUP BY alias HAVING count(*) > 1) x")
    doubled_alerts = cursor.fetchone()[0]
    cursor.execute("SELECT count(*) FROM (SELECT page_id, contact_id FROM notifications_message WHERE page_id IS NOT NULL AND state = 'sent' "
                   "AND channel = 'email' GROUP BY page_id, contact_id HAVING count(*) > 1) x")
    doubled_pages = cursor.fetchone()[0]
audits = Audit.objects.all()
took = sorted((row.arrived_at - row.started_at).total_seconds() for row in Probe.objects.filter(arrived_at__isnull=False))
print('REPORT=' + json.dumps({
    'inbox': dict(InboxRow.objects.values_list('state').annotate(n=Count('pk')).order_by()), 'alerts': Alert.objects.count(), 'incidents': Incident.objects.count(),
    'doubled_alerts': doubled_alerts, 'doubled_pages': doubled_pages, 'pages': Page.objects.count(),
    'messages': dict(Message.objects.filter(page__isnull=False).values_list('state').annotate(n=Count('pk')).order_by()),
    'audits': audits.count(), 'found': [row.findings for row in audits if row.findings], 'repaired': audits.aggregate(n=Sum('repaired'))['n'] or 0,
    'audit_seconds': audits.aggregate(n=Max('seconds'))['n'], 'probes': took,
}))
"""


class Soak:
    """One run."""

    def __init__(self, product: proving.Product, chance: random.Random, key: str, token: str) -> None:
        self.product, self.chance, self.key, self.token = product, chance, key, token
        self.firing: dict[int, str] = {}  # alias → when it began to fire
        self.accepted, self.refused = 0, 0
        self.took: list[float] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=15)

    def run(self, pace: float, seconds: float) -> None:
        """Posts alerts at the pace, on the clock: a slow answer is made up for."""
        begun, number = time.monotonic(), 0
        while time.monotonic() < begun + seconds:
            number += 1
            time.sleep(max(0.0, begun + number / pace - time.monotonic()))
            self.post()
            if number % 100 == 0:
                self.answer_one()
            if number % (int(pace) * 60) == 0:
                print(
                    f"  {(time.monotonic() - begun) / 60:4.0f} min: {self.accepted} accepted, {memory_of(self.product) / 1e6:.0f} MB resident",
                    flush=True,
                )

    def post(self) -> None:
        """The next alert: one begins, goes on, or is over."""
        alias = self.chance.randrange(ALIASES)
        is_over = alias in self.firing and self.chance.random() < 0.3
        began = self.firing.setdefault(alias, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{self.chance.randrange(1000):03d}Z")
        labels = {"alertname": f"Soak{alias}", "severity": "critical" if alias % 5 == 0 else "warning", "service": f"s{alias % SERVICES}"}
        alert: dict[str, Any] = {
            "status": "firing", "labels": labels, "annotations": {"summary": f"Soak {alias}"}, "startsAt": began, "fingerprint": f"{alias:016x}",
        }  # fmt: skip
        if is_over:
            alert |= {"status": "resolved", "endsAt": time.strftime("%Y-%m-%dT%H:%M:%S.999Z", time.gmtime())}
            del self.firing[alias]
        started = time.monotonic()
        body = json.dumps({"version": "4", "status": alert["status"], "alerts": [alert]}).encode()
        status, _answer = self.ask("POST", f"/ingest/{self.key}", body, {"Content-Type": "application/json"})
        self.took.append(time.monotonic() - started)
        if status == 202:
            self.accepted += 1
        else:
            self.refused += 1

    def answer_one(self) -> None:
        """Somebody acknowledges the newest open alert over the API."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        _status, answer = self.ask("GET", "/api/v1/alerts/?status=open&page_size=1", b"", headers)
        for row in json.loads(answer)["results"][:1]:
            self.ask("POST", f"/api/v1/alerts/{row['number']}/acknowledge/", b"{}", headers)

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of an answer. Nothing is broken, so a lost connection ends the proof."""
        self.connection.request(method, path, body, {"Host": "localhost", **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def memory_of(product: proving.Product) -> int:
    """Proportional resident memory of all processes of the product, in bytes."""
    total = 0
    for pid in [product.process.pid, *proving.children_of(product.process.pid)]:
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found.group(1)) * 1024 if found else 0
    return total


def verdict(soak: Soak, sink: Sink, report: dict[str, Any]) -> bool:
    """Prints what was found; True when all held."""
    took = sorted(soak.took)
    mails = Counter(str(mail["Message-ID"]) for mail in list(sink.mails))
    print(
        f"\n{soak.accepted} alerts accepted, {report['alerts']} alerts, {report['incidents']} incidents, {report['pages']} pages, {len(sink.mails)} mails"
    )
    print(
        f"accepted within: median {statistics.median(took) * 1000:.0f} ms, p99 {took[int(len(took) * 0.99)] * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms"
    )
    probes = report["probes"]
    if probes:
        print(f"{len(probes)} synthetic pages: median {statistics.median(probes):.1f} s, slowest {probes[-1]:.1f} s")
    print(f"{report['audits']} audits, slowest {report['audit_seconds']} s; messages of pages: {report['messages']}")
    for findings in report["found"]:
        print(f"  found: {findings}")
    figures = {
        "refused by the door": soak.refused,
        "not processed": soak.accepted - report["inbox"].get("done", 0) + sum(n for state, n in report["inbox"].items() if state != "done"),
        "aliases with two open alerts": report["doubled_alerts"],
        "audits that found something": len(report["found"]),
        "repairs": report["repaired"],
        "pages that two messages carried": report["doubled_pages"],
        "messages that came twice": sum(n - 1 for n in mails.values()),
        "synthetic pages missing": 0 if probes else 1,
    }
    for meaning, figure in figures.items():
        print(f"  {'ok ' if not figure else 'BAD'} {meaning}: {figure}")
    return not any(figures.values()) and report["audits"] > 0


def prove(options: argparse.Namespace, folder: Path, sink: Sink) -> bool:
    """Runs everything; True when all held."""
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
    product = proving.Product(options.port, folder / "state")
    try:
        print(f"ready after {product.wait_ready(600):.0f} s", flush=True)
        said = product.manage("shell", "-c", paging.SETUP % SERVICES)
        key, token = proving.value_of("KEY", said), proving.value_of("TOKEN", said)
        soak = Soak(product, random.Random(options.seed), key, token)
        soak.run(options.pace, options.minutes * 60)
        time.sleep(QUIET)
        found = re.search(r"REPORT=(.*)", product.manage("shell", "-c", REPORT))
        return found is not None and verdict(soak, sink, json.loads(found.group(1)))
    finally:
        product.stop()


def main() -> int:
    """Runs the proof; 0 when everything held."""
    parser = proving.parser("soak", __doc__, 8794)
    parser.add_argument("--minutes", type=float, default=30, help="for how long (default 30)")
    parser.add_argument("--pace", type=float, default=20, help="alerts a second (default 20)")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes at {options.pace:g} alerts a second", flush=True)
    with Sink() as sink:
        return proving.in_folder(options.folder, lambda folder: prove(options, folder, sink))


if __name__ == "__main__":
    sys.exit(main())
