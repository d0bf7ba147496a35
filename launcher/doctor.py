"""./evenkeel doctor: what is wrong with this installation, and what to do about each."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys

from launcher import console, locks, places, ports, postgres, programs, toolchain
from launcher.console import Failure
from launcher.places import CHECKOUT, State

DISK_BYTES = 1_000_000_000


def doctor(options: argparse.Namespace) -> int:
    """Prints one line per finding; exit code 1 when something needs a person."""
    state = places.state(options.data_dir)
    findings = [_python(), _disk(state), _packages(), _node(), _binaries(), _keys(state), _permissions(state), *_product(state)]
    for is_good, what, remedy in findings:
        console.say(f"  {'ok ' if is_good else 'BAD'} {what}" + ("" if is_good or not remedy else f"\n      → {remedy}"))
    bad = sum(1 for is_good, _what, _remedy in findings if not is_good)
    console.say(f"\n{bad} findings need you." if bad else "\nNothing is wrong.")
    return 1 if bad else 0


Finding = tuple[bool, str, str]


def _python() -> Finding:
    return sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "Install Python 3.11 or newer."


def _disk(state: State) -> Finding:
    folder = state.root if state.root.exists() else CHECKOUT
    free = shutil.disk_usage(folder).free
    return free > DISK_BYTES, f"{free / 1e9:.1f} GB free at {folder}", "Free some space: PostgreSQL stops when the disk is full."


def _packages() -> Finding:
    return places.python().exists(), f"Virtual environment {toolchain.VENV}", "Run: ./evenkeel up"


def _node() -> Finding:
    try:
        return True, f"Node at {toolchain.node()}", ""
    except Failure as failure:
        return False, failure.problem, failure.remedy


def _binaries() -> Finding:
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        return True, "PostgreSQL is served (DATABASE_URL)", ""
    try:
        return True, f"Embedded PostgreSQL at {postgres.package()}", ""
    except Failure as failure:
        return False, failure.problem, failure.remedy


def _keys(state: State) -> Finding:
    missing = [name for name in ("secret_key", "encryption_key") if not (state.secrets / name).exists()]
    return (
        not missing or not state.root.exists(),
        f"Keys in {state.secrets}",
        "They are made at the first start. If data is older, restore them from your backup.",
    )


def _permissions(state: State) -> Finding:
    open_to_others = [path for path in state.secrets.glob("*") if path.stat().st_mode & 0o077] if state.secrets.exists() else []
    return not open_to_others, "Keys are readable by their owner only", "chmod 600 " + " ".join(str(path) for path in open_to_others)


def _port(port: int) -> Finding:
    with contextlib.closing(ports.listen("127.0.0.1", port)) as listener:
        found = listener.getsockname()[1]
    what = f"Port {port} is free" if found == port else f"Port {port} is taken by another program; ./evenkeel up would use {found}"
    return True, what, ""


def _process(state: State, name: str, pid: int) -> Finding:
    return locks.lives(pid), f"Process {name} ({pid})", f"The supervisor starts it again within seconds; if not, look at {state.logs / name}.log"


def _product(state: State) -> list[Finding]:
    facts = locks.running(state)
    if not facts:
        return [(True, "The product does not run (start it with ./evenkeel up)", ""), _port(ports.DEFAULT)]
    if "url" not in facts:
        return [(True, f"./evenkeel {facts.get('command', '')} is at work, process {facts.get('pid')}", "")]
    is_ready = programs.answers(str(facts["host"]), int(facts["port"]), "/readyz")
    findings: list[Finding] = [
        (is_ready, f"{facts['url']} answers /readyz", f"Look at the logs in {state.logs}"),
        *(_process(state, name, int(pid)) for name, pid in facts.get("processes", {}).items()),
    ]
    given = programs.environment(state, programs.services(state), str(facts["url"]))
    done = subprocess.run([str(places.python()), "manage.py", "diagnose"], cwd=CHECKOUT, env=given, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        grade, _tab, rest = line.partition("\t")
        what, _tab, remedy = rest.partition("\t")
        if grade in ("ok", "bad"):
            findings.append((grade == "ok", what, remedy))
    if done.returncode:
        findings.append((False, f"manage.py diagnose failed: {done.stderr.strip().splitlines()[-1:]}", f"Look at the logs in {state.logs}"))
    return findings
