"""A real Prometheus and a real Alertmanager on loopback, watching a figure that the test sets."""

import http.server
import shutil
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from tests.e2e.product import free_port

PROMETHEUS, ALERTMANAGER = "prometheus", "prometheus-alertmanager"
RULE = """
groups:
  - name: story
    interval: 1s
    rules:
      - alert: PaymentsGatewayHigh5xx
        expr: max_over_time(demo_errors[5s]) > 0
        labels: {severity: critical, service: pay-gw}
        annotations: {summary: "Checkout returns 5xx for every third booking", description: "Measured at the edge in Oslo."}
"""


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in (PROMETHEUS, ALERTMANAGER) if shutil.which(name) is None]


class Monitoring:
    """The two programs and the exporter that they watch."""

    def __init__(self, folder: Path, webhook: str) -> None:
        self.folder, self.errors = folder, 0
        self.exporter, self.prometheus, self.alertmanager = free_port(), free_port(), free_port()
        (folder / "rules.yml").write_text(RULE)
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            f"rule_files: [{folder}/rules.yml]\n"
            f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{self.alertmanager}']}}]}}]}}\n"
            f"scrape_configs: [{{job_name: demo, static_configs: [{{targets: ['127.0.0.1:{self.exporter}']}}]}}]\n"
        )
        (folder / "alertmanager.yml").write_text(
            "route: {receiver: evenkeel, group_wait: 0s, group_interval: 1s, repeat_interval: 5s}\n"
            f"receivers: [{{name: evenkeel, webhook_configs: [{{url: '{webhook}', send_resolved: true}}]}}]\n"
        )
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Starts the exporter and both programs, and waits until they answer."""
        self._serve_figure()
        self._run(
            ALERTMANAGER, f"--config.file={self.folder}/alertmanager.yml", f"--storage.path={self.folder}/am",
            f"--web.listen-address=127.0.0.1:{self.alertmanager}", "--cluster.listen-address=", "--log.level=warn",
        )  # fmt: skip
        self._run(
            PROMETHEUS, f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
            f"--web.listen-address=127.0.0.1:{self.prometheus}", "--log.level=warn",
        )  # fmt: skip
        for port in (self.alertmanager, self.prometheus):
            self._wait(port)

    def stop(self) -> None:
        """Ends both programs and the exporter."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)
        self.server.shutdown()
        self.server.server_close()

    def _run(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder))

    def _wait(self, port: int) -> None:
        for _try in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2).read()
                return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError(f"nothing is ready on port {port}: see {self.folder}")

    def _serve_figure(self) -> None:
        monitoring = self

        class Exporter(http.server.BaseHTTPRequestHandler):
            """Answers the figure in Prometheus's text format."""

            def do_GET(self) -> None:
                body = f"demo_errors {monitoring.errors}\n".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.exporter), Exporter)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
