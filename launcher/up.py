"""./evenkeel up: all the set-up, then the product under a supervisor until Ctrl-C. Also stop and status."""

import argparse
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from launcher import console, locks, places, ports, programs, running, stamps, toolchain
from launcher.console import Failure
from launcher.places import CHECKOUT, State
from launcher.supervisor import Supervisor

READY_SECONDS = 90.0
MIGRATED = [
    "accounts", "alerts", "fields", "importers", "incidents", "journal", "notifications", "operations", "services", "sla", "tickets", "workflows", "itsm",
    "requirements.lock",
]  # fmt: skip


def up(options: argparse.Namespace) -> int:
    """Sets everything up and runs the product."""
    state = places.prepare(places.state(options.data_dir))
    begun = time.monotonic()
    try:
        with locks.held(state.lock):
            locks.note(state, command="up")
            toolchain.ready()
            return _run(state, options, begun)
    except locks.Taken:
        return _already(state)


def _already(state: State) -> int:
    facts = locks.running(state)
    if "url" in facts:
        console.say(f"Evenkeel is already running at {facts['url']} (process {facts['pid']}). Stop it with: ./evenkeel stop")
    elif facts.get("command") == "up":
        console.say(f"Evenkeel is already starting (process {facts['pid']}). Ask again with: ./evenkeel status")
    else:
        console.say(
            f"This installation is in use by ./evenkeel {facts.get('command', '')} (process {facts.get('pid')}). Try again when it has ended."
        )
    return 1


def _run(state: State, options: argparse.Namespace, begun: float) -> int:
    listener = ports.listen(options.host, options.port)
    port = listener.getsockname()[1]
    if port != options.port and options.port:
        console.say(f"  port {options.port} is taken, using {port}")
    shown = "localhost" if options.host in ("127.0.0.1", "localhost", "0.0.0.0", "::", "") else options.host
    url = os.environ.get("EVENKEEL_BASE_URL") or f"http://{shown}:{port}"
    facts = {"command": "up", "url": url, "host": options.host, "port": port, "started_at": time.time()}
    supervisor = Supervisor(lambda processes: locks.note(state, **facts, processes=processes))
    code = 0
    try:
        _start(state, options, supervisor, listener, url)
        console.say(f"\nEvenkeel runs at {url}   (ready in {time.monotonic() - begun:.1f} s)\n{_logins(state)}\nStop it with Ctrl-C.")
        _on_signals(supervisor.ask_to_stop)
        supervisor.run()
    except KeyboardInterrupt:
        code = 130
    finally:
        _on_signals(supervisor.ask_to_stop)
        console.say("\nStopping ...")
        supervisor.stop()
        state.record.unlink(missing_ok=True)
        listener.close()
    console.say("Stopped.")
    return code


def _on_signals(act: Callable[[], None]) -> None:
    """From now on Ctrl-C and its relatives do this; before, they interrupt the set-up at once."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: act())


def _start(state: State, options: argparse.Namespace, supervisor: Supervisor, listener: socket.socket, url: str) -> None:
    found = programs.services(state)
    if found.database is not None:
        supervisor.start(programs.database_program(state, found.database))
    if found.redis is not None:
        supervisor.start(programs.redis_program(state, found.redis))
    given = programs.environment(state, found, url, options.host)
    _bootstrap(state, given, is_empty=options.empty, is_embedded=found.database is not None)
    first, *others = programs.product_programs(state, given, listener)
    port = listener.getsockname()[1]
    with console.step("Starting the product"):
        supervisor.start(first)
        supervisor.wait_until(lambda: programs.answers(options.host, port, "/readyz"), "the first page", first.log, READY_SECONDS)
        for program in others:
            supervisor.start(program)


def _bootstrap(state: State, given: dict[str, str], *, is_empty: bool, is_embedded: bool) -> None:
    """Migrations, defaults, the first people, static files: in one process, and only when something they depend on changed."""
    value = stamps.fingerprint([CHECKOUT / name for name in MIGRATED], toolchain.front_end_value(), str(is_empty))
    if is_embedded and stamps.is_fresh(state.stamp, value):
        return
    with console.step("Preparing the database and the static files"):
        command: list[str | Path] = [places.python(), CHECKOUT / "manage.py", "bootstrap", *(["--empty"] if is_empty else [])]
        child = running.spawn(command, env=given, cwd=CHECKOUT)
        running.finish(child, "manage.py bootstrap", "Run: ./evenkeel doctor")
    stamps.write(state.stamp, value)


def _logins(state: State) -> str:
    try:
        return state.logins.read_text(encoding="utf-8").rstrip()
    except OSError:
        return ""


def stop(options: argparse.Namespace) -> int:
    """Ends the product that runs from this checkout or data directory."""
    state = places.state(options.data_dir)
    facts = locks.running(state)
    if not facts:
        console.say("Evenkeel is not running here.")
        return 0
    os.kill(int(facts["pid"]), signal.SIGTERM)
    until = time.monotonic() + 60
    while locks.is_held(state.lock):
        if time.monotonic() > until:
            raise Failure(f"Process {facts['pid']} did not end within a minute.", f"Look at {state.logs}")
        time.sleep(0.1)
    console.say("Stopped.")
    return 0


def status(options: argparse.Namespace) -> int:
    """Says whether the product runs, where, and whether it is ready; the exit code tells it to scripts."""
    state = places.state(options.data_dir)
    facts = locks.running(state)
    if not facts:
        console.say(f"Evenkeel is not running. Data directory: {state.root}")
        return 3
    if "url" not in facts:
        console.say(f"./evenkeel {facts.get('command', '')} is at work, process {facts.get('pid')}. Data directory: {state.root}")
        return 1
    is_ready = programs.answers(str(facts["host"]), int(facts["port"]), "/readyz")
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(facts["started_at"]))
    console.say(
        f"Evenkeel runs at {facts['url']} since {since}, process {facts['pid']}, {'ready' if is_ready else 'NOT ready'}. Data directory: {state.root}"
    )
    for name, pid in facts.get("processes", {}).items():
        console.say(f"  {name:<16} {pid}")
    return 0 if is_ready else 1


def manage(arguments: list[str], data_dir: str) -> int:
    """Runs manage.py against this installation; starts the embedded servers for the command when nothing runs."""
    state = places.state(data_dir)
    toolchain.ready()
    try:
        with locks.held(places.prepare(state).lock):
            locks.note(state, command="manage")
            return _manage_alone(arguments, state)
    except locks.Taken:
        facts = locks.running(state)
        if facts.get("command") == "up" and "processes" not in facts:
            raise Failure("Evenkeel is just being set up.", "Try again when ./evenkeel status says that it runs.") from None
        found = programs.services(state)
        return _manage(arguments, programs.environment(state, found, str(facts.get("url", ""))))


def _manage_alone(arguments: list[str], state: State) -> int:
    """With servers that run for this command only."""
    supervisor = Supervisor()
    try:
        found = programs.services(state)
        if found.database is not None:
            supervisor.start(programs.database_program(state, found.database))
        if found.redis is not None:
            supervisor.start(programs.redis_program(state, found.redis))
        return _manage(arguments, programs.environment(state, found))
    finally:
        supervisor.stop()


def _manage(arguments: list[str], given: dict[str, str]) -> int:
    return subprocess.run([str(places.python()), str(CHECKOUT / "manage.py"), *arguments], env=given, check=False).returncode
