"""Prints which handlers react to which event, and writes docs/events.md from the catalogue."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from journal import catalogue, handlers


class Command(BaseCommand):
    """`manage.py reactions` prints the table; `--write FILE` writes the page, `--check FILE` fails when it is out of date."""

    help = "Prints event → handlers; --write makes docs/events.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", type=Path)
        parser.add_argument("--check", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        page = events_page()
        if options["write"]:
            options["write"].write_text(page)
        elif options["check"]:
            if options["check"].read_text() != page:
                self.stderr.write("docs/events.md is out of date: run `./evenkeel manage reactions --write docs/events.md`.")
                raise SystemExit(1)
        else:
            self.stdout.write(page)


def events_page() -> str:
    """The catalogue as a Markdown table: event, sentence, who reacts."""
    reacting = handlers.events_with_handlers()
    lines = [
        "# Events",
        "",
        "Made by `./evenkeel manage reactions --write docs/events.md`.",
        "",
        "| event | what people read | who reacts |",
        "|---|---|---|",
    ]
    for name in catalogue.names():
        lines.append(f"| `{name}` | {catalogue.get(name).sentence} | {', '.join(f'`{handler}`' for handler in reacting.get(name, [])) or '–'} |")
    return "\n".join(lines) + "\n"
