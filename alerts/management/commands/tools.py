"""Prints how each monitoring tool is connected, and writes docs/integrations.md from the adapters."""

import inspect
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from alerts import adapters
from alerts.adapters.base import Adapter

ADDRESS = "https://evenkeel.example.com/ingest/ek_..."
HEAD = """# Connecting tools

Made by `./evenkeel manage tools --write docs/integrations.md`.

An admin makes an integration, chooses the tool and copies its address, `https://<host>/ingest/<key>`. Below is what the tool is given. What holds for all of them:

- One problem is one alert. Its alias comes from the tool's own name of the problem, so that recovery closes what firing opened, and a repetition only counts up.
- A build or deployment that succeeds closes the alert of the one that failed before; without an open alert it does nothing.
- The priority is the tool's own word. `critical`, `fatal`, `disaster`, `down` are P1, `high`, `error`, `major` P2, `warning`, `average`, `minor` P3, `low` P4, `info` P5,
  an unknown word P3; words that mean something else in one tool (Sev1 of Azure is an error) are known. The integration's priority map wins over both.
- A service is found by the names that the payload has for it: a label or tag `service`, else the host, job or project.
- What is no alert (a push, a comment, a test of the webhook, planned maintenance) opens none; the reason stands with the kept payload in the admin, under accepted
  payloads.
- A payload that the tool's adapter does not understand is read as [generic JSON](#generic-json): nothing is lost.
"""


class Command(BaseCommand):
    """`manage.py tools` prints the page; `--write FILE` writes it, `--check FILE` fails when it is out of date."""

    help = "Prints how each tool is connected; --write makes docs/integrations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", type=Path)
        parser.add_argument("--check", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        page = tools_page()
        if options["write"]:
            options["write"].write_text(page)
        elif options["check"]:
            if options["check"].read_text() != page:
                self.stderr.write("docs/integrations.md is out of date: run `./evenkeel manage tools --write docs/integrations.md`.")
                raise SystemExit(1)
        else:
            self.stdout.write(page)


def tools_page() -> str:
    """A section for each tool: what is read, what to copy, where to click."""
    known = sorted(adapters.ADAPTERS.values(), key=lambda adapter: adapter.label.lower())
    return "\n".join([HEAD, *(_section(adapter) for adapter in known)])


def _section(adapter: Adapter) -> str:
    copied, _blank, how = adapter.snippet_for(ADDRESS).rpartition("\n\n")
    code = "\n".join(f"    {line}".rstrip() for line in copied.splitlines())
    about = " ".join((inspect.getdoc(type(adapter)) or "").split())
    return f"## {adapter.label}\n\n{about}\n\n{code}\n\n{' '.join(how.split())}\n"
