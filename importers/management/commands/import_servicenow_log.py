"""./evenkeel manage import_servicenow_log FILE: incidents of a ServiceNow event log with their whole history."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import errors
from importers.servicenow import log, report, running


class Command(BaseCommand):
    """Imports, goes on where a killed run stopped, and prints a report; a second run changes nothing."""

    help = "Imports a ServiceNow incident event log (a CSV, or a ZIP with one)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--limit", type=int, help="only the first so many incidents of the file")
        parser.add_argument("--report", type=Path, help="write the report into this file, too")
        parser.add_argument("--time-zone", default="UTC", help="the zone of the log's times, such as Europe/Oslo")
        parser.add_argument("--processes", type=int, default=2, help="how many incidents are imported at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reading = log.read(options["file"], ZoneInfo(options["time_zone"]), options["limit"])
            outcome = running.run(reading, processes=max(1, options["processes"]), progress=self.stdout.write)
        except (log.LogError, errors.DomainError) as error:
            raise CommandError(str(error)) from error
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(f"There is no time zone {options['time_zone']}.") from error
        text = report.text_of(reading, outcome)
        self.stdout.write(text)
        if options["report"]:
            options["report"].write_text(text + "\n", encoding="utf-8")
        if outcome.failed:
            raise CommandError(f"{len(outcome.failed)} incidents could not be imported; the report names them.")
