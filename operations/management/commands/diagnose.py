"""What ./evenkeel doctor asks the running product: one finding a line, `ok` or `bad`, what, remedy, separated by tabs."""

from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from alerts import integration_queries
from common import doorbell
from operations import metrics
from tickets import goals, kinds

LIMITS = {
    "evenkeel_inbox_oldest_seconds": (60, "Accepted alerts wait: is worker-critical alive? See its log."),
    "evenkeel_deliveries_dead": (0, "Read and replay them in the admin under Deliveries."),
    "evenkeel_sla_audit_differences": (0, "Look at the journal under sla.differed; mend with: ./evenkeel manage audit_sla --repair"),
    "evenkeel_sla_overdue_unmarked": (0, "The sweep does not run: are worker and beat alive? See their logs."),
}


class Command(BaseCommand):
    """Looks at database, Redis, migrations, mail and at what waits too long."""

    help = "Findings for ./evenkeel doctor."

    bad = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--strict", action="store_true", help="exit code 1 when a finding is bad, for health checks")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), (SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm')")
            version, has_trigrams = cursor.fetchone()
        self.finding(int(version.split(".")[0]) >= 15, f"PostgreSQL {version}", "Use PostgreSQL 15 or newer.")
        self.finding(bool(has_trigrams), "Extension pg_trgm", "As superuser: CREATE EXTENSION pg_trgm")
        self.finding(self.redis_answers(), "Redis answers", "Is it running? The product works without it, more slowly.")
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        self.finding(not pending, f"{pending} migrations are pending", "Run: ./evenkeel manage migrate")
        mail = "Mail server is configured" if settings.EMAIL_IS_CONFIGURED else "No mail server: messages are kept as withheld (EMAIL_URL)"
        self.finding(True, mail, "")
        for name, value in metrics.figures().items():
            most, remedy = LIMITS.get(name, (None, ""))
            self.finding(most is None or value <= most, f"{name} {value:g}", remedy)
        for name, words in integration_queries.wrong_clocks():
            self.tell("bad", f"The clock of {name} is {words}", "Set clock or time zone of the tool right. What counts is when its alerts came here.")
        for kind in kinds.all_kinds():
            for metric, missing in goals.gaps(kind.name).items():
                levels = ", ".join(f"P{level}" for level in missing)
                self.finding(
                    not missing, f"{kind.name}: {metric} has a goal for every priority" + (f", but {levels}" if missing else ""), "Add SLA goals."
                )
        if options["strict"] and self.bad:
            raise SystemExit(1)

    def redis_answers(self) -> bool:
        """Whether Redis answers a ping."""
        try:
            return bool(doorbell.live_redis().ping())
        except redis.RedisError:
            return False

    def finding(self, is_good: bool, what: str, remedy: str) -> None:
        """One line."""
        self.bad += not is_good
        self.tell("ok" if is_good else "bad", what, remedy)

    def tell(self, mark: str, what: str, remedy: str) -> None:
        """The same for what is not this installation's own health."""
        self.stdout.write(f"{mark}\t{what}\t{remedy}")
