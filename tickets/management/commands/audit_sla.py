"""./evenkeel manage audit_sla: stored SLA clocks against the ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tickets.actions import auditing


class Command(BaseCommand):
    """Prints how many stored clocks differ from what the ledger tells; exit code 1 when any does."""

    help = "Compares stored SLA clocks with the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="work out anew the clocks that differ")

    def handle(self, *args: Any, **options: Any) -> None:
        count = auditing.audit(is_repair=options["repair"])
        self.stdout.write(f"{count} differences")
        if count and not options["repair"]:
            raise SystemExit(1)
