"""./evenkeel check: every static check, all of them even when one fails."""

import argparse
import os
import subprocess
from pathlib import Path

from launcher import console, places, toolchain
from launcher.places import CHECKOUT

APPS = [
    "accounts",
    "alerts",
    "common",
    "fields",
    "importers",
    "incidents",
    "itsm",
    "journal",
    "launcher",
    "notifications",
    "oncall",
    "operations",
    "services",
    "sla",
    "tickets",
    "workflows",
]


def check(options: argparse.Namespace) -> int:
    """Runs the checks and answers 0 when all are clean."""
    toolchain.ready(development=True)
    tools = places.python().parent
    templates = [str(path.relative_to(CHECKOUT)) for path in sorted((CHECKOUT / "templates").rglob("*.html"))]
    checks: list[tuple[str, list[str | Path]]] = [
        ("style (ruff)", [tools / "ruff", "check", "."]),
        ("format (ruff)", [tools / "ruff", "format", "--check", "--quiet", "."]),
        ("types (mypy)", [tools / "mypy", *APPS, "tests"]),
        ("floors and rooms (import-linter)", [tools / "lint-imports", "--no-cache"]),
        ("templates (djade)", [tools / "djade", "--target-version", "5.2", "--check", *templates]),
        ("migrations", [places.python(), "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("Django", [places.python(), "manage.py", "check", "--fail-level", "WARNING"]),
    ]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "itsm.settings_test", "PYTHONPATH": str(CHECKOUT)}
    failed = []
    for title, command in checks:
        done = subprocess.run([str(part) for part in command], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
        console.say(f"  {'ok    ' if done.returncode == 0 else 'FAILED'} {title}")
        if done.returncode:
            failed.append(title)
            console.say((done.stdout + done.stderr).rstrip())
    console.say(f"\n{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}" if failed else f"\nAll {len(checks)} checks are clean.")
    return 1 if failed else 0
